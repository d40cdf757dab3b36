package figures

import (
	"context"
	"strconv"
	"time"

	"baithaka/internal/inn"
)

// askedWait is how long somebody who asks for figures waits for their turn.
const askedWait = 5 * time.Second

// share is for how long figures are given again though something has changed
// since: four times as long as it took to compute them, so that however often they
// are asked for they take a fifth of a core.
const share = 4

// mostAnswers is how many answers are remembered.
const mostAnswers = 256

// asked is who asks for figures that nobody keeps, one after the other, and what
// they were answered.
type asked struct {
	turn    chan struct{} // holds one while it is somebody's turn
	answers map[string]answer
}

// answer is what was computed, and for how long it is given again.
type answer struct {
	metrics inn.Metrics
	changes uint64    // of the ledger, when it was computed
	at      time.Time //
	took    time.Duration
}

func newAsked() asked {
	return asked{turn: make(chan struct{}, 1), answers: map[string]answer{}}
}

// enter waits for the asker's turn, which ends with done.
func (a *asked) enter(ctx context.Context) (done func(), err error) {
	timer := time.NewTimer(askedWait)
	defer timer.Stop()
	select {
	case a.turn <- struct{}{}:
		return func() { <-a.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-timer.C:
		return nil, inn.Busy()
	}
}

// sameFor is for how long figures are the same when nothing has happened: what
// they say of today goes by the minute.
const sameFor = 5 * time.Second

// Measure returns the figures of a scope over any window as they are now, or were a
// moment ago. Askers take turns, and who asks for the same has the same answer: a
// house with a hundred thousand bookings is gone through once for all of them.
func (b *Board) Measure(ctx context.Context, scope Scope, days int) (inn.Metrics, error) {
	done, err := b.asked.enter(ctx)
	if err != nil {
		return inn.Metrics{}, err
	}
	defer done()
	l := b.ledger
	if days > l.days {
		l = b.long
	}
	key := strconv.Itoa(days) + " " + scope.Key()
	known, found := b.asked.answers[key]
	if age := time.Since(known.at); found && age < share*known.took {
		return known.metrics, nil
	}
	changes, err := l.catchUp(ctx)
	if err != nil {
		return inn.Metrics{}, err
	}
	if found && known.changes == changes && time.Since(known.at) < sameFor {
		return known.metrics, nil
	}
	began := time.Now()
	m, err := l.measure(ctx, scope, days)
	if err != nil {
		return inn.Metrics{}, err
	}
	if len(b.asked.answers) >= mostAnswers {
		clear(b.asked.answers)
	}
	b.asked.answers[key] = answer{m, changes, time.Now(), time.Since(began)}
	return m, nil
}
