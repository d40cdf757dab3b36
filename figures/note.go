package figures

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"baithaka/inn"
)

// note appends a metrics:update for every scope whose figures changed and whose
// last one is long enough ago. It is the history behind the figures; the pages
// are told through Changed.
func (b *Board) note(ctx context.Context) {
	now := time.Now()
	var due []*entry
	b.mu.Lock()
	for _, e := range b.scopes {
		if e.unnoted && now.Sub(e.noted) >= noteEvery {
			e.unnoted = false
			first := e.noted.IsZero()
			e.noted = now
			due = append(due, &entry{scope: e.scope, metrics: e.metrics, dirty: first})
		}
	}
	b.mu.Unlock()
	for _, e := range due {
		property := ""
		if len(e.scope.Slugs) == 1 {
			property = e.scope.Slugs[0]
		}
		// After a restart nothing has changed merely because it was computed again.
		if e.dirty && b.saidBefore(ctx, e.metrics) {
			continue
		}
		if err := b.store.NoteMetrics(ctx, e.metrics, property); err != nil && ctx.Err() == nil {
			b.slog.Error("figures: a change could not be noted", "scope", e.scope.Name, "error", err)
		}
	}
}

// saidBefore reports whether the last note of the scope says the same.
func (b *Board) saidBefore(ctx context.Context, m inn.Metrics) bool {
	last, err := b.store.LastMetrics(ctx, m.Scope)
	if err != nil || last == nil {
		return false
	}
	var before struct {
		Timestamp time.Time `json:"timestamp"`
	}
	if json.Unmarshal(last, &before) != nil {
		return false
	}
	m.Timestamp = before.Timestamp
	now, err := json.Marshal(m)
	return err == nil && bytes.Equal(now, last)
}

// nextLook gives when the worker must look again although nothing happened.
func (b *Board) nextLook(now, latest time.Time) time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.scopes {
		if e.dirty {
			return now
		}
		if at := e.noted.Add(noteEvery); e.unnoted && at.Before(latest) {
			latest = at
		}
	}
	return latest
}
