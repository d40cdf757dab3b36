package handlers

import (
	"context"
	"time"
)

const (
	dueEvery    = 2 * time.Second // how late what is due may be
	forgetEvery = time.Hour
)

// keepTime does what is due, until ctx ends.
func (s *Site) keepTime(ctx context.Context) {
	due := time.NewTicker(dueEvery)
	defer due.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-due.C:
			if err := s.store.Due(ctx, now); err != nil && ctx.Err() == nil {
				s.logger.Error("what is due could not be done; it is tried again", "error", err)
			}
		}
	}
}

// keepRetention removes what is past its retention, until ctx ends.
func (s *Site) keepRetention(ctx context.Context) {
	hour := time.NewTicker(forgetEvery)
	defer hour.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-hour.C:
			s.forget(ctx, now)
		}
	}
}

// forget removes what is past its retention, and old cards. It takes many small
// steps, and goes on with the next the next time when it is stopped between two.
func (s *Site) forget(ctx context.Context, now time.Time) {
	if err := s.store.Forget(ctx, now); err != nil && ctx.Err() == nil {
		s.logger.Error("what is past its retention could not be removed", "error", err)
	}
	if err := s.store.Clean(ctx, now); err != nil && ctx.Err() == nil {
		s.logger.Error("old notifications could not be removed", "error", err)
	}
}
