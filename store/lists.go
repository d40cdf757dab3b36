package store

import (
	"strconv"

	"baithaka/db"
)

// Lists of values, of properties above all, are one argument of a query: its text
// is the same however many there are, and has no limit of terms.

// in writes a list of texts as one argument, for "column IN (…)", with the number
// after the arguments so far, and appends it to args.
func in[T ~string](args []any, values []T) (string, []any) {
	args = append(args, db.List(values))
	return "SELECT value FROM {texts $" + strconv.Itoa(len(args)) + "}", args
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
