package store

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

func TestWaitingForAReaderHasALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newReadQueue(1)
		leave, err := l.enter(ctx)
		require.NoError(t, err)
		began := time.Now()
		_, err = l.enter(ctx)
		var e *inn.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, []any{inn.Unavailable, 2 * time.Second}, []any{e.Code, e.RetryAfter}, "503 with Retry-After")
		assert.Equal(t, readerWait, time.Since(began))

		gone, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_, err = l.enter(gone)
		assert.ErrorIs(t, err, context.DeadlineExceeded, "who asked has gone")

		patient := make(chan error, 1)
		go func() { _, err := l.enter(Patient(ctx)); patient <- err }()
		time.Sleep(time.Hour)
		leave()
		leave() // gives nothing back twice
		require.NoError(t, <-patient, "a stream waits as long as it takes")
		assert.Equal(t, 0, l.free)
	})
}

func TestTheLineIsNotEndless(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newReadQueue(1)
		leave, err := l.enter(ctx)
		require.NoError(t, err)
		refused := make(chan error, mostWaiting)
		for range mostWaiting {
			go func() {
				leave, err := l.enter(ctx)
				if err == nil {
					leave()
				}
				refused <- err
			}()
		}
		synctest.Wait()
		began := time.Now()
		_, err = l.enter(ctx)
		assert.Equal(t, inn.Unavailable, inn.CodeOf(err))
		assert.Zero(t, time.Since(began), "at once")
		leave()
		for range mostWaiting {
			assert.NoError(t, <-refused)
		}
		assert.Equal(t, 1, l.free, "everybody gave theirs back")
	})
}

func TestWhoGoesAheadDoesNotWaitBehindPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newReadQueue(2)
		page, err := l.enter(ctx)
		require.NoError(t, err)
		order := make(chan string, 10)
		wait := func(ctx context.Context, who string) {
			go func() {
				leave, err := l.enter(ctx)
				if assert.NoError(t, err) {
					order <- who
					leave()
				}
			}()
			synctest.Wait()
		}
		wait(ctx, "first page")
		wait(ctx, "second page")
		assert.Empty(t, order, "one of two is kept")
		wait(Ahead(ctx), "key")
		assert.Equal(t, "key", <-order, "for whom it is kept")
		kept, err := l.enter(Ahead(ctx))
		require.NoError(t, err)
		wait(Ahead(ctx), "another key")
		page()
		assert.Equal(t, "another key", <-order, "before those who came earlier")
		kept()
		assert.Equal(t, []string{"first page", "second page"}, []string{<-order, <-order})
	})
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
		return x.exec(`UPDATE sqlite_sequence SET seq = $1 WHERE name = 'events'`, stepPositions-5)
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
	leave, err := server.read.queue.enter(ctx)
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
