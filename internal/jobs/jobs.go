// Package jobs does what happens by time: one table with a line for each job, and
// the loop that runs it. What falls due at a moment of its own stands in the
// store's table due; a job looks there. It imports store and inn, and must never
// be asked for anything by a request.
package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"baithaka/internal/inn"
	"baithaka/store"
)

// Job is one line of the table.
type Job struct {
	Name  string
	Every time.Duration
	Do    func(ctx context.Context, now time.Time) error
	// Leader says that of several instances on one database only the leading one
	// needs to do it. Doing it twice harms nothing.
	Leader bool
	// First says that it is done at the start too, and Last once more when the
	// server stops.
	First, Last bool
	// Wake has it done before its time; nil when nobody asks for that.
	Wake <-chan struct{}
}

// Table returns the jobs of the store, and behind them those of one process.
func Table(s *store.Store, process ...Job) []Job {
	return append([]Job{
		// What the index has not reached yet is searched event by event, so that it
		// should not be much.
		{Name: "search index", Every: 250 * time.Millisecond, Leader: true, Do: plain(s.Index)},
		// After an upgrade that folds letters otherwise the index is made anew, little
		// by little.
		{Name: "search folding", Every: time.Hour, First: true, Leader: true, Do: plain(s.Refold)},
		// Cards that are addressed to many follow behind the publish.
		{Name: "addressing", Every: 250 * time.Millisecond, Leader: true, Do: plain(s.Address)},
		// How late what is due may be.
		{Name: "due", Every: 2 * time.Second, Leader: true, Do: s.Due},
		// Who is told of a double booking is told at once.
		{Name: "double bookings", Every: 250 * time.Millisecond, Leader: true, Do: s.ClashFinder()},
		// Both take many small steps, and go on with the next the next time when they
		// are stopped between two.
		{Name: "retention", Every: time.Hour, Leader: true, Do: s.Forget},
		{Name: "old notifications", Every: time.Hour, Leader: true, Do: s.Clean},
	}, process...)
}

func plain(do func(context.Context) error) func(context.Context, time.Time) error {
	return func(ctx context.Context, _ time.Time) error { return do(ctx) }
}

// tellEvery is how often the log is told of a job that goes on failing.
const tellEvery = time.Minute

// Run does every job at its pace until ctx ends, each in a goroutine of its own:
// one that takes long is late itself and nobody else is. leads reports whether
// this instance does what only one has to. A job that fails or panics is tried
// again at its next time.
func Run(ctx context.Context, logger *slog.Logger, leads func() bool, table []Job) {
	var running sync.WaitGroup
	for _, job := range table {
		running.Go(func() { run(ctx, logger, leads, job) })
	}
	running.Wait()
}

func run(ctx context.Context, logger *slog.Logger, leads func() bool, job Job) {
	ticker := time.NewTicker(job.Every)
	defer ticker.Stop()
	var told time.Time
	for now, due := time.Now(), job.First; ; due = true {
		if due && (!job.Leader || leads()) {
			err := do(ctx, job, now)
			// What cannot be written just now is said by the store.
			if err != nil && ctx.Err() == nil && inn.CodeOf(err) != inn.Unavailable && (told.IsZero() || now.Sub(told) >= tellEvery) {
				told = now
				logger.Error("a job failed; it is tried again", "job", job.Name, "error", err)
			}
		}
		select {
		case <-ctx.Done():
			if job.Last {
				if err := do(context.WithoutCancel(ctx), job, time.Now()); err != nil {
					logger.Warn("a job could not be done at the end", "job", job.Name, "error", err)
				}
			}
			return
		case now = <-ticker.C:
		case <-job.Wake:
			now = time.Now()
		}
	}
}

func do(ctx context.Context, job Job, now time.Time) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return job.Do(ctx, now)
}
