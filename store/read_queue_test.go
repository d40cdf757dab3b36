package store

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// Who waits for too long is told 503 with Retry-After; db tests when that is.
func TestWhoFindsTooManyWaitingIsToldSo(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	leave, err := s.read.Enter(ctx)
	require.NoError(t, err)
	defer leave()
	gone, cancel := context.WithCancel(ctx)
	var waiting sync.WaitGroup
	defer waiting.Wait()
	defer cancel()
	refused := make(chan error, 1)
	for range 1001 {
		waiting.Go(func() {
			_, err := s.read.Enter(gone)
			if gone.Err() == nil {
				refused <- err
			}
		})
	}
	var e *inn.Error
	require.ErrorAs(t, <-refused, &e)
	assert.Equal(t, []any{inn.Unavailable, 2 * time.Second}, []any{e.Code, e.RetryAfter})
}

// Every read goes through the line, or a query beside it could take the
// connection that somebody in it was promised.
func TestOnlyTheReaderReads(t *testing.T) {
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, f.Name(), nil, 0)
		require.NoError(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			call, ok := n.(*ast.SelectorExpr)
			if !ok || call.Sel.Name != "QueryContext" && call.Sel.Name != "QueryRowContext" {
				return true
			}
			pool, ok := call.X.(*ast.SelectorExpr)
			assert.False(t, ok && pool.Sel.Name == "Read", "%s", set.Position(call.Pos()))
			return true
		})
	}
}

// A search comes by a step of the index at every 16,384th place, where it looks at
// the event itself. This hung when the only connection was held by the rows of the
// search.
func TestASearchPassesAStepWithOneReader(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	require.NoError(t, s.write(ctx, func(x *tx) error {
		return x.exec(`/* SQLite */ UPDATE sqlite_sequence SET seq = $1 WHERE name = 'events'`, stepPositions-5)
	}))
	for i := range 10 {
		publish(t, s, website, sold(fmt.Sprintf("BK-%d", i), "lake"))
	}
	require.NoError(t, s.Index(ctx))
	found, err := s.History(generous(t), website, EventFilter{Type: inn.BookingNew, Limit: 50})
	require.NoError(t, err)
	assert.Len(t, found, 10)
}

// A commit of another process is noticed while every reader is taken.
func TestWatchKeepsNoReader(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server, command := openStore(t, dir, "lake"), openStore(t, dir)
	leave, err := server.read.Enter(ctx)
	require.NoError(t, err)
	defer leave()
	watching, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	appended := server.Appended()
	go func() { server.Watch(watching); close(done) }()
	wait := generous(t)
	for range 2 { // the first look always rings
		select {
		case <-appended:
		case <-wait.Done():
			t.Fatal("nobody heard of the commit")
		}
		appended = server.Appended()
		publish(t, command, website, sold(fmt.Sprint("BK-", time.Now().UnixNano()), "lake"))
	}
	stop()
	<-done
}
