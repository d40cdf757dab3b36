package store

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

// reader runs queries on the connections that cannot write. Each text is
// prepared once: to parse the longer ones takes longer than to answer them.
//
// A query has a connection to itself from when it is asked until its rows are
// closed, and who holds rows never asks again before that: with all connections
// held by askers who each wait for a second one, nobody would ever go on. The
// tests run with one connection, on which that shows at once.
type reader struct {
	pool  *sql.DB
	queue readQueue
	stmts sync.Map // text → *sql.Stmt
	kept  atomic.Int32
}

func newReader(pool *sql.DB) *reader {
	return &reader{pool: pool, queue: newReadQueue(pool.Stats().MaxOpenConnections)}
}

// rows are sql.Rows that give their connection back when they are closed or read
// to the end.
type rows struct {
	*sql.Rows
	leave func()
}

// Next is sql.Rows'.
func (r *rows) Next() bool {
	if r.Rows.Next() {
		return true
	}
	r.leave()
	return false
}

// Close is sql.Rows'.
func (r *rows) Close() error {
	defer r.leave()
	return r.Rows.Close()
}

// row is the first row of an answer.
type row struct {
	rows *rows
	err  error
}

// Scan is sql.Row's: sql.ErrNoRows where there is none.
func (r *row) Scan(dest ...any) error {
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
func (r *reader) QueryContext(ctx context.Context, query string, args ...any) (*rows, error) {
	leave, err := r.queue.enter(ctx)
	if err != nil {
		return nil, err
	}
	ask := r.pool.QueryContext
	if stmt := r.stmt(ctx, query); stmt != nil {
		ask = func(ctx context.Context, _ string, args ...any) (*sql.Rows, error) {
			return stmt.QueryContext(ctx, args...)
		}
	}
	found, err := ask(ctx, query, args...)
	if err != nil {
		leave()
		return nil, err
	}
	return &rows{found, leave}, nil
}

// QueryRowContext is sql.DB's, with the text prepared, once it is the query's turn.
func (r *reader) QueryRowContext(ctx context.Context, query string, args ...any) *row {
	found, err := r.QueryContext(ctx, query, args...)
	return &row{found, err}
}

// conn returns a connection for several statements, once it is the caller's turn;
// give it back with leave.
func (r *reader) conn(ctx context.Context) (conn *sql.Conn, leave func(), err error) {
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
func (r *reader) stmt(ctx context.Context, query string) *sql.Stmt {
	if stmt, ok := r.stmts.Load(query); ok {
		return stmt.(*sql.Stmt)
	}
	if r.kept.Load() >= mostPrepared {
		return nil
	}
	stmt, err := r.pool.PrepareContext(ctx, query)
	if err != nil {
		return nil
	}
	if first, taken := r.stmts.LoadOrStore(query, stmt); taken {
		stmt.Close()
		return first.(*sql.Stmt)
	}
	r.kept.Add(1)
	return stmt
}
