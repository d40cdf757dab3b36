package db

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var errBusy = errors.New("busy")

func busy() error { return errBusy }

func TestWaitingForAReaderHasALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newReadQueue(1, busy)
		leave, err := l.enter(ctx)
		require.NoError(t, err)
		began := time.Now()
		_, err = l.enter(ctx)
		require.ErrorIs(t, err, errBusy)
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
		l := newReadQueue(1, busy)
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
		assert.ErrorIs(t, err, errBusy)
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
		l := newReadQueue(2, busy)
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
