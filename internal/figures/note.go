package figures

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"baithaka/internal/inn"
)

// note appends a metrics:update for every scope whose figures changed and whose
// last one is long enough ago. It is the history behind the figures; the pages
// are told through Changed.
func (b *Board) note(ctx context.Context) error {
	now := time.Now()
	for _, e := range b.unnoted(now) {
		// Once it has a version an entry's figures are changed by the worker alone.
		if err := b.append(ctx, e); err != nil {
			return fmt.Errorf("a change of %s cannot be noted: %w", e.scope.Name, err)
		}
		b.mu.Lock()
		e.unnoted, e.noted = false, now
		b.mu.Unlock()
	}
	return nil
}

func (b *Board) unnoted(now time.Time) (due []*entry) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.scopes {
		if e.unnoted && now.Sub(e.noted) >= noteEvery {
			due = append(due, e)
		}
	}
	return due
}

func (b *Board) append(ctx context.Context, e *entry) error {
	// After a restart nothing has changed merely because it was computed again.
	if e.noted.IsZero() && b.saidBefore(ctx, e.metrics) {
		return nil
	}
	property := ""
	if len(e.scope.Slugs) == 1 {
		property = e.scope.Slugs[0]
	}
	return b.store.NoteMetrics(ctx, e.metrics, property)
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

// nextLook returns when the worker must look again although nothing happened.
func (b *Board) nextLook(now, latest time.Time) time.Time {
	if !b.worker.started {
		return now
	}
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
