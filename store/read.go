package store

import (
	"context"
	"database/sql"
	"sync"
	"sync/atomic"
)

// mostPrepared is how many different queries are kept prepared. The texts are
// few: what differs is how many properties somebody has and which filters they
// set.
const mostPrepared = 512

// reader runs queries on the connections that cannot write. Each text is
// prepared once: to parse the longer ones takes longer than to answer them.
type reader struct {
	pool  *sql.DB
	stmts sync.Map // text → *sql.Stmt
	kept  atomic.Int32
}

// QueryContext is sql.DB's, with the text prepared.
func (r *reader) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if stmt := r.stmt(ctx, query); stmt != nil {
		return stmt.QueryContext(ctx, args...)
	}
	return r.pool.QueryContext(ctx, query, args...)
}

// QueryRowContext is sql.DB's, with the text prepared.
func (r *reader) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if stmt := r.stmt(ctx, query); stmt != nil {
		return stmt.QueryRowContext(ctx, args...)
	}
	return r.pool.QueryRowContext(ctx, query, args...)
}

// stmt gives the prepared query; nil when it must be run as it is, because
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
