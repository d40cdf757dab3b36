package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// fake is a log in memory. Its channel is the store's: closed and replaced after
// the events can be read.
type fake struct {
	mu       sync.Mutex
	events   []inn.Event
	trimmed  int64
	epoch    string
	appended chan struct{}
	reads    int    // of Events
	data     []byte // of the events that are added
	most     int    // after so many bytes a read ends; 0 for never
	broken   bool   // Events and Bounds fail
	before   func() // runs once, before the next read of Events by a cursor
}

func newFake() *fake { return &fake{epoch: "k7f2", appended: make(chan struct{})} }

var errBroken = errors.New("the disk is gone")

func (f *fake) add(topics ...inn.Topic) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, topic := range topics {
		id := int64(len(f.events)) + 1
		f.events = append(f.events, inn.Event{ID: id, Topic: topic, Type: inn.UserAction, Subject: fmt.Sprint(topic, id), Data: f.data})
	}
	close(f.appended)
	f.appended = make(chan struct{})
}

func (f *fake) trim(upto int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.trimmed = upto
}

func (f *fake) Events(ctx context.Context, after, upto int64, limit int, topics []inn.Topic) (got []inn.Event, more bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.before != nil {
		hook := f.before
		f.before = nil
		f.mu.Unlock()
		hook()
		f.mu.Lock()
	}
	f.reads++
	if f.broken {
		return nil, false, errBroken
	}
	size := 0
	for _, e := range f.events {
		if e.ID > max(after, f.trimmed) && e.ID <= upto && (slices.Contains(topics, inn.Everything) || slices.Contains(topics, e.Topic)) {
			got, size = append(got, e), size+len(e.Data)
			if len(got) == limit || f.most > 0 && size >= f.most {
				return got, true, ctx.Err()
			}
		}
	}
	return got, false, ctx.Err()
}

func (f *fake) Bounds(context.Context) (trimmed, head int64, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken {
		return 0, 0, errBroken
	}
	return f.trimmed, int64(len(f.events)), nil
}

func (f *fake) Appended() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.appended
}

func (f *fake) Epoch() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.epoch
}

// renew begins a new epoch, and rings as the store does.
func (f *fake) renew(epoch string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.epoch = epoch
	close(f.appended)
	f.appended = make(chan struct{})
}

// follow starts a log over a source, and returns what stops it.
func follow(t testing.TB, source Source) (l *Log, stop func()) {
	t.Helper()
	l, err := New(t.Context(), source, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { l.Run(ctx); close(done) }()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return l, stop
}

func from(t testing.TB, l *Log, id int64, topics ...inn.Topic) *Cursor {
	t.Helper()
	c, err := l.From(t.Context(), inn.Position{Epoch: "k7f2", ID: id}, topics...)
	require.NoError(t, err)
	return c
}

func ids(events []*inn.Event) (all []int64) {
	for _, e := range events {
		all = append(all, e.ID)
	}
	return all
}

// upto returns 1 … n.
func upto(n int) (all []int64) {
	for i := range n {
		all = append(all, int64(i)+1)
	}
	return all
}
