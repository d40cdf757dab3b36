package db

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// SQLite is the dialect of the embedded engine. An index that is named is the one
// that is read, CROSS JOIN keeps the order of its sides, and so a text has the plan
// that it was written for.
type SQLite struct{}

var _ Dialect = SQLite{}

// SQL writes a text out for SQLite.
func (d SQLite) SQL(text string) string { return expand(text, d.write) }

func (d SQLite) write(word, rest string) string {
	switch word {
	case "index":
		return "INDEXED BY " + rest
	case "then":
		return "CROSS JOIN"
	case "texts", "numbers":
		return "json_each(" + rest + ")"
	case "positions":
		return "(SELECT value AS position FROM json_each(" + rest + "))" // they come as they stand
	case "in":
		return ""
	case "folded": // the column itself compares without case
		return rest
	case "head":
		return "coalesce((SELECT seq FROM sqlite_sequence WHERE name = '" + rest + "'), 0)"
	case "begin":
		return "BEGIN IMMEDIATE"
	case "changed":
		return "PRAGMA data_version"
	case "newest":
		return d.newest(keyed(rest))
	case "search":
		return d.search(rest)
	}
	return "{" // no SQL
}

// newest takes the first row of each key side by side, and where one is taken the
// next of its key takes its place.
func (d SQLite) newest(k Keyed) string {
	side, order := k.order()
	if k.Index == "" {
		k.Index = "sqlite_autoindex_" + k.Table + "_1"
	}
	key, position := k.As+"."+k.Key, k.As+"."+k.Position
	first := func(of, beyond string) string {
		return "SELECT " + position + " FROM " + k.Table + " " + k.As + " INDEXED BY " + k.Index + " " + k.Joins +
			" WHERE " + key + " = " + of + k.within(k.As) + " AND " + position + " " + side + " " + beyond + k.Where +
			" ORDER BY " + position + " " + order + " LIMIT 1"
	}
	at := func(of, beyond string) string {
		return "CROSS JOIN " + k.Table + " at INDEXED BY " + k.Index +
			" ON at." + k.Key + " = " + of + k.within("at") + " AND at." + k.Position + " = (" + first(of, beyond) + ")"
	}
	return "WITH RECURSIVE walk (key, position) AS (" +
		"SELECT keys.value, at." + k.Position + " FROM json_each(" + k.Keys + ") keys " + at("keys.value", k.Begin) +
		" UNION ALL SELECT walk.key, at." + k.Position + " FROM walk " + at("walk.key", "walk.position") +
		" ORDER BY 2 " + order + " LIMIT " + k.Limit + ") SELECT key, position FROM walk"
}

func (d SQLite) search(what string) string {
	switch what {
	case "find ASC", "find DESC":
		return "SELECT rowid FROM event_search WHERE event_search MATCH $1 AND rowid > $2 AND rowid < $3 ORDER BY rowid" + what[len("find"):]
	case "add":
		return "INSERT INTO event_search (rowid, words, starts, topics, type, actor, property, days, step) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
	case "remove":
		return "DELETE FROM event_search WHERE rowid = $1"
	case "has $2":
		return "EXISTS (SELECT 1 FROM event_search WHERE event_search MATCH $2)"
	case "merge":
		return "INSERT INTO event_search (event_search, rank) VALUES ('merge', $1)"
	case "work":
		return "SELECT total_changes()"
	}
	return "{" // no SQL
}

// Shrink empties the connection's cache of pages.
func (SQLite) Shrink(ctx context.Context, conn *sql.Conn) {
	_, _ = conn.ExecContext(ctx, `PRAGMA shrink_memory`)
}

// Unique knows the two codes that SQLite has for it.
func (SQLite) Unique(err error) bool {
	var se *sqlite.Error
	return errors.As(err, &se) && (se.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || se.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

// Term quotes the term, so that nothing in it is read as syntax.
func (SQLite) Term(column, term string) string {
	return column + ` : "` + strings.ReplaceAll(term, `"`, `""`) + `"`
}

// Beginning is FTS5's prefix query.
func (d SQLite) Beginning(column, term string) string { return d.Term(column, term) + " *" }

// AnyOf is FTS5's OR.
func (SQLite) AnyOf(queries ...string) string { return "(" + strings.Join(queries, " OR ") + ")" }

// AllOf is FTS5's AND.
func (SQLite) AllOf(queries ...string) string { return "(" + strings.Join(queries, " AND ") + ")" }

// Except is FTS5's NOT.
func (SQLite) Except(query, without string) string { return query + " NOT " + without }
