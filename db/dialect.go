package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
)

// Dialect writes for one engine what SQL has no common words for. All texts of the
// product are SQL that SQLite and PostgreSQL both understand, but for what stands
// in braces:
//
//	{index NAME}      behind a table: it is read by this index and by no other
//	{then}            a join whose left side is read first
//	{texts $1}        the values of a list, written by List, as a table with the column value
//	{numbers $1}      the same for a list of numbers
//	{positions $1}    the same, as a sub-select with the column position
//	{in turn f}       behind the last condition: the order of those positions, f being the sub-select
//	{head TABLE}      the highest id that was ever given in a table; 0 for none
//	{folded X}        an e-mail address, to be compared without regard to case
//	{newest …}        what Newest writes
//	{begin}           begins a transaction in which nobody else writes
//	{changed}         a number that changes when another process has committed
//	{search …}        see below
//
// The search index of the log has a row for each event, called place, with the
// columns words, starts, topics, type, actor, property, days and step:
//
//	{search find ASC|DESC}   the places that match the query $1, between $2 and $3
//	{search add}             adds place $1 with the eight columns $2 to $9
//	{search remove}          removes place $1
//	{search has $2}          whether any place matches a query
//	{search merge}           merges $1 pages of what was removed away
//	{search work}            how much the statements of this connection have changed
//
// A text is written out once, when it is prepared.
type Dialect interface {
	// SQL writes a text out.
	SQL(text string) string
	// Shrink gives memory back that a connection has filled with what it read.
	Shrink(ctx context.Context, conn *sql.Conn)
	// Term writes a query of the search index for a term of a column, Beginning one
	// for all terms that begin so.
	Term(column, term string) string
	Beginning(column, term string) string
	// AnyOf, AllOf and Except put queries together.
	AnyOf(queries ...string) string
	AllOf(queries ...string) string
	Except(query, without string) string
	// Unique reports whether an error says that a row with that key is there already.
	Unique(err error) bool
}

// List writes values as the argument of {texts}, {numbers} and {positions}.
func List[T ~string | ~int64](values []T) string {
	list, _ := json.Marshal(append([]T{}, values...)) // texts and numbers always can be
	return string(list)
}

// Keyed is a table whose rows have a key and, under each key, positions in the log
// that an index holds in their order.
type Keyed struct {
	Table, Index  string // the table, and the index of key and position; "" for that of its primary key
	Key, Position string // its columns
	As            string // the name the table has in Joins and Where
	Within        string // AND … of what stands before the position in the index, with the name of the table as @
	Joins         string // what Where looks at besides
	Where         string // AND …
	Keys          string // the placeholder of the list of keys
	Begin         string // that of the position from which to begin, which is not part of it
	Limit         string // and that of how many there are at the most
	Oldest        bool   // the oldest come first
}

// Newest writes a query for key and position of the newest rows of some keys. It
// costs a look at the index for each key and for each row of the answer, whatever
// lies between.
func (k Keyed) Newest() string {
	text, _ := json.Marshal(k) // a struct of texts always can be
	return "{newest " + string(text) + "}"
}

// within is the condition on what stands before the position, of one table.
func (k Keyed) within(table string) string { return strings.ReplaceAll(k.Within, "@", table) }

// order says on which side of a position the next one lies, and in which order they
// come.
func (k Keyed) order() (side, order string) {
	if k.Oldest {
		return ">", "ASC"
	}
	return "<", "DESC"
}

// expand writes a text out: each brace by its first word and what follows it. What
// a brace holds may have braces itself.
func expand(text string, write func(word, rest string) string) string {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(text, "{")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		end, depth := 0, 1
		for ; end < len(after); end++ {
			switch after[end] {
			case '{':
				depth++
			case '}':
				depth--
			}
			if depth == 0 {
				break
			}
		}
		if depth > 0 {
			return out.String() + "{" + after // the engine says that it is no SQL
		}
		word, rest, _ := strings.Cut(after[:end], " ")
		out.WriteString(expand(write(word, rest), write))
		text = after[end+1:]
	}
}

// keyed reads what Newest wrote.
func keyed(text string) (k Keyed) {
	if err := json.Unmarshal([]byte(text), &k); err != nil {
		panic(fmt.Sprintf("db: no text of Newest: %v", err))
	}
	return k
}
