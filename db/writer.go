package db

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
)

// Writer is the door through which everything is written: one connection, used by
// one goroutine, whose texts are written out for the engine and prepared once. While
// a transaction is open nobody else writes, in this process or in another.
type Writer struct {
	conn    *sql.Conn
	dialect Dialect
	stmts   map[string]*sql.Stmt
}

// Writer takes the connection that writes.
func (d *DB) Writer(ctx context.Context) (*Writer, error) {
	conn, err := d.Write.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &Writer{conn: conn, dialect: d.Dialect, stmts: map[string]*sql.Stmt{}}, nil
}

// Close gives the connection back.
func (w *Writer) Close() error {
	var err error
	for _, stmt := range w.stmts {
		err = errors.Join(err, stmt.Close())
	}
	return errors.Join(err, w.conn.Close())
}

// Texts returns the texts that are prepared.
func (w *Writer) Texts() []string { return slices.Collect(maps.Keys(w.stmts)) }

// Rollback ends a transaction, if one is open, and leaves nothing of it.
func (w *Writer) Rollback(ctx context.Context) {
	_, _ = w.conn.ExecContext(ctx, "ROLLBACK") // that none is open is all it can say
}

// Begin begins a transaction, once nobody else has one.
func (w *Writer) Begin(ctx context.Context) error { return w.run(ctx, "{begin}") }

// Commit makes what was written last.
func (w *Writer) Commit(ctx context.Context) error { return w.run(ctx, "COMMIT") }

// Savepoint begins a part of a transaction that is all there in the end or not at
// all; it ends with Release, and before that with Undo if nothing of it is to stay.
func (w *Writer) Savepoint(ctx context.Context) error { return w.run(ctx, "SAVEPOINT part") }

// Undo takes back what was written since Savepoint.
func (w *Writer) Undo(ctx context.Context) error { return w.run(ctx, "ROLLBACK TO part") }

// Release ends a part.
func (w *Writer) Release(ctx context.Context) error { return w.run(ctx, "RELEASE part") }

func (w *Writer) run(ctx context.Context, text string) error {
	_, err := w.ExecContext(ctx, text)
	return err
}

// ExecContext is sql.Conn's, with the text prepared.
func (w *Writer) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	stmt, err := w.stmt(ctx, text)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(ctx, args...)
}

// QueryContext is sql.Conn's, with the text prepared.
func (w *Writer) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	stmt, err := w.stmt(ctx, text)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

// QueryRowContext is sql.Conn's, with the text prepared.
func (w *Writer) QueryRowContext(ctx context.Context, text string, args ...any) *Row {
	rows, err := w.QueryContext(ctx, text, args...)
	return &Row{rows, err}
}

func (w *Writer) stmt(ctx context.Context, text string) (*sql.Stmt, error) {
	if stmt, found := w.stmts[text]; found {
		return stmt, nil
	}
	stmt, err := w.conn.PrepareContext(ctx, w.dialect.SQL(text))
	if err != nil {
		return nil, err
	}
	w.stmts[text] = stmt
	return stmt, nil
}

// Unique reports whether an error says that a row with that key is there already.
func (w *Writer) Unique(err error) bool { return w.dialect.Unique(err) }
