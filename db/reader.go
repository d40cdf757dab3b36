package db

import (
	"context"
	"database/sql"
	"sync"
	"sync/atomic"
)

// mostPrepared is how many different queries are kept prepared. The texts are
// few: what differs is which filters somebody sets, and never how many properties
// they have.
const mostPrepared = 512

// Reader is the door through which everything is read: it runs queries on the
// connections that cannot write. Each text is written out for the engine and
// prepared once: to parse the longer ones takes longer than to answer them.
//
// A query has a connection to itself from when it is asked until its rows are
// closed, and who holds rows never asks again before that: with all connections
// held by askers who each wait for a second one, nobody would ever go on. The
// tests run with one connection, on which that shows at once.
type Reader struct {
	pool    *sql.DB
	dialect Dialect
	queue   readQueue
	stmts   sync.Map // text → *sql.Stmt
	kept    atomic.Int32
}

// Reader returns the read door of a database. busy makes what is said to who waited
// for a connection for too long.
func (d *DB) Reader(busy func() error) *Reader {
	return &Reader{pool: d.Read, dialect: d.Dialect, queue: newReadQueue(d.Read.Stats().MaxOpenConnections, busy)}
}

// Rows are sql.Rows that give their connection back when they are closed or read
// to the end.
type Rows struct {
	*sql.Rows
	leave func()
}

// Next is sql.Rows'.
func (r *Rows) Next() bool {
	if r.Rows.Next() {
		return true
	}
	r.leave()
	return false
}

// Close is sql.Rows'.
func (r *Rows) Close() error {
	defer r.leave()
	return r.Rows.Close()
}

// Row is the first row of an answer.
type Row struct {
	rows interface {
		Next() bool
		Scan(...any) error
		Err() error
		Close() error
	}
	err error
}

// Scan is sql.Row's: sql.ErrNoRows where there is none.
func (r *Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return sql.ErrNoRows
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	return r.rows.Close()
}

// QueryContext is sql.DB's, with the text prepared, once it is the query's turn.
// The rows are closed before anything else is asked.
func (r *Reader) QueryContext(ctx context.Context, text string, args ...any) (*Rows, error) {
	leave, err := r.queue.enter(ctx)
	if err != nil {
		return nil, err
	}
	var found *sql.Rows
	if stmt := r.stmt(ctx, text); stmt != nil {
		found, err = stmt.QueryContext(ctx, args...)
	} else {
		found, err = r.pool.QueryContext(ctx, r.dialect.SQL(text), args...)
	}
	if err != nil {
		leave()
		return nil, err
	}
	return &Rows{found, leave}, nil
}

// QueryRowContext is sql.DB's, with the text prepared, once it is the query's turn.
func (r *Reader) QueryRowContext(ctx context.Context, text string, args ...any) *Row {
	found, err := r.QueryContext(ctx, text, args...)
	return &Row{found, err}
}

// QueryLarge is QueryContext for what reads a whole table once: what the engine has
// kept of it in memory is given back when done is called, after the rows are closed.
func (r *Reader) QueryLarge(ctx context.Context, text string, args ...any) (rows *sql.Rows, done func(), err error) {
	conn, leave, err := r.conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	if rows, err = conn.QueryContext(ctx, r.dialect.SQL(text), args...); err != nil {
		leave()
		return nil, nil, err
	}
	return rows, func() {
		defer leave()
		r.dialect.Shrink(ctx, conn)
	}, nil
}

// Enter waits for a connection as a query does; leave gives it back. It is for who
// reads in a transaction.
func (r *Reader) Enter(ctx context.Context) (leave func(), err error) { return r.queue.enter(ctx) }

// Texts returns the texts that are prepared.
func (r *Reader) Texts() (texts []string) {
	r.stmts.Range(func(text, _ any) bool { texts = append(texts, text.(string)); return true })
	return texts
}

// conn returns a connection for several statements, once it is the caller's turn;
// give it back with leave.
func (r *Reader) conn(ctx context.Context) (conn *sql.Conn, leave func(), err error) {
	gone, err := r.queue.enter(ctx)
	if err != nil {
		return nil, nil, err
	}
	if conn, err = r.pool.Conn(ctx); err != nil {
		gone()
		return nil, nil, err
	}
	return conn, func() { conn.Close(); gone() }, nil
}

// stmt returns the prepared query; nil when it must be run as it is, because
// enough are kept or because it cannot be prepared, which running it will say.
func (r *Reader) stmt(ctx context.Context, text string) *sql.Stmt {
	if stmt, ok := r.stmts.Load(text); ok {
		return stmt.(*sql.Stmt)
	}
	if r.kept.Load() >= mostPrepared {
		return nil
	}
	stmt, err := r.pool.PrepareContext(ctx, r.dialect.SQL(text))
	if err != nil {
		return nil
	}
	if first, taken := r.stmts.LoadOrStore(text, stmt); taken {
		stmt.Close()
		return first.(*sql.Stmt)
	}
	r.kept.Add(1)
	return stmt
}
