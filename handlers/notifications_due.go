package handlers

import (
	"context"
	"time"
)

const (
	dueEvery   = 2 * time.Second // how late what is due may be
	cleanEvery = time.Hour
)

// keepTime does what is due, and cleans old cards up, until done is closed.
func (s *Site) keepTime(done <-chan struct{}) {
	due, clean := time.NewTicker(dueEvery), time.NewTicker(cleanEvery)
	defer due.Stop()
	defer clean.Stop()
	for {
		select {
		case <-done:
			return
		case now := <-due.C:
			if err := s.store.Due(context.Background(), now); err != nil {
				s.logger.Error("what is due could not be done; it is tried again", "error", err)
			}
		case now := <-clean.C:
			if err := s.store.Clean(context.Background(), now); err != nil {
				s.logger.Error("old notifications could not be removed", "error", err)
			}
		}
	}
}
