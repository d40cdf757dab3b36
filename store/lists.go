package store

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Lists of values, of properties above all, are one argument of a query: its text
// is the same however many there are, and has no limit of terms. This file is what
// another engine says in another way: there an array is the argument, and the
// newest of many keys come through a lateral join.

// in writes a list of values as one argument, for "column IN (…)", with the number
// after the arguments so far, and appends it to args.
func in[T ~string | ~int64](args []any, values []T) (string, []any) {
	args = append(args, asList(values))
	return "SELECT value FROM " + each("$"+strconv.Itoa(len(args))), args
}

// each is the table of the values of a list.
func each(placeholder string) string { return "json_each(" + placeholder + ")" }

// asList writes values as the argument that each reads.
func asList[T ~string | ~int64](values []T) string {
	list, _ := json.Marshal(append([]T{}, values...)) // texts and numbers always can be
	return string(list)
}

// greater is the greater of two numbers, neither of which is NULL.
func greater(a, b string) string {
	return "CASE WHEN " + a + " > " + b + " THEN " + a + " ELSE " + b + " END"
}

// byKey hands on all that stands behind a key, in steps that next reads: at most some
// rows behind the key of the last one. What comes meanwhile behind that is read too.
func byKey[K, T any](last K, key func(T) K, next func(K) ([]T, error), do func([]T) error) error {
	for {
		some, err := next(last)
		if err != nil || len(some) == 0 {
			return err
		}
		last = key(some[len(some)-1])
		if err := do(some); err != nil {
			return err
		}
	}
}

// itself is the key of rows that are their own.
func itself[T any](row T) T { return row }

// keyed is a table whose rows have a key and, under each key, positions in the log
// that an index gives in their order.
type keyed struct {
	table, index  string // the table, and the index of key and position
	key, position string // its columns
	as            string // the name the table has in joins and where
	within        string // AND … of what stands before the position in the index, with the name of the table as {t}
	joins         string // what where looks at besides
	where         string // AND …
}

// newest returns the key and the position of the newest rows of some keys, or of the
// oldest ones with the order ASC: the first of each key stand side by side, and
// where one is taken the next of its key takes its place. It costs a look at the
// index for each key and for each row of the answer, whatever lies between.
// keys and limit are placeholders, and so is the position from which to begin, which
// is not part of it.
func (k keyed) newest(keys, begin, limit, order string) string {
	side := "<"
	if order == "ASC" {
		side = ">"
	}
	key, position := k.as+"."+k.key, k.as+"."+k.position
	first := func(of, beyond string) string {
		return "SELECT " + position + " FROM " + k.table + " " + k.as + " INDEXED BY " + k.index + " " + k.joins +
			" WHERE " + key + " = " + of + strings.ReplaceAll(k.within, "{t}", k.as) + " AND " + position + " " + side + " " + beyond + k.where +
			" ORDER BY " + position + " " + order + " LIMIT 1"
	}
	at := func(of, beyond string) string {
		return "CROSS JOIN " + k.table + " at INDEXED BY " + k.index +
			" ON at." + k.key + " = " + of + strings.ReplaceAll(k.within, "{t}", "at") + " AND at." + k.position + " = (" + first(of, beyond) + ")"
	}
	return "WITH RECURSIVE walk (key, position) AS (" +
		"SELECT keys.value, at." + k.position + " FROM " + each(keys) + " keys " + at("keys.value", begin) +
		" UNION ALL SELECT walk.key, at." + k.position + " FROM walk " + at("walk.key", "walk.position") +
		" ORDER BY 2 " + order + " LIMIT " + limit + ") SELECT key, position FROM walk"
}
