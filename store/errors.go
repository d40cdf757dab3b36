package store

import (
	"errors"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"baithaka/internal/inn"
)

// mapError turns what SQLite says about the machine into what a publisher can
// act on; other errors stay what they are.
func mapError(err error) error {
	var se *sqlite.Error
	if !errors.As(err, &se) {
		return err
	}
	switch se.Code() & 0xff { // the rest says where in SQLite it happened
	case sqlite3.SQLITE_FULL:
		return &inn.Error{Code: inn.NoSpace, Text: "The disk is full; nothing was stored. Make room on the server and try again.", RetryAfter: 10 * time.Second, Cause: err}
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return &inn.Error{Code: inn.Unavailable, Text: "Another program holds the database; nothing was stored. Try again.", RetryAfter: 2 * time.Second, Cause: err}
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return &inn.Error{Code: inn.Unavailable, Text: "The disk does not take writes just now; nothing was stored. Try again.", RetryAfter: 5 * time.Second, Cause: err}
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return &inn.Error{Code: inn.Unavailable, Text: "The database is damaged; nothing was stored. It has to be restored from a backup.", RetryAfter: time.Minute, Cause: err}
	}
	return err
}
