package demo

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"baithaka/internal/inn"
	"baithaka/store"
)

// Simulate goes on from what Fill wrote, as seed B's mock server does: a booking
// every 8 to 15 seconds, each confirmed or cancelled after 5 to 10, and now and
// then a change, a guest who arrives or leaves, an alert; all of it speed times
// faster. What it publishes and when depends on the seed alone. A publication
// that cannot be stored is logged and lost. It returns when ctx ends, with the
// reason.
func Simulate(ctx context.Context, s *store.Store, publish Publisher, seed uint64, speed float64, logger *slog.Logger) error {
	if speed <= 0 {
		return fmt.Errorf("the simulator's speed must be above 0, not %v", speed)
	}
	today, err := dueToday(ctx, s, reader, time.Now())
	if err != nil {
		logger.Warn("simulator: today's guests cannot be read; nobody of them arrives or leaves", "error", err)
	}
	script := newScript(seed, today)
	at := time.Now()
	for {
		wait, p := script.next(time.Now())
		// Counted from the time before, not from now: storing takes a while, and a
		// fast story would fall behind by it each time.
		at = at.Add(time.Duration(float64(wait) / speed))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Until(at)):
		}
		err := publish(ctx, p)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case inn.CodeOf(err) == inn.Conflict, inn.CodeOf(err) == inn.Invalid:
			// Somebody at the demonstration did otherwise with the booking, or it was
			// one of the story's mistakes.
			logger.Debug("simulator: a step is not possible any more", "type", p.Type, "error", err)
		case err != nil:
			logger.Warn("simulator: a publication was not stored", "type", p.Type, "error", err)
		}
	}
}

// dueToday returns whose arrival or departure is due, the longest known first.
func dueToday(ctx context.Context, s *store.Store, by inn.Viewer, now time.Time) ([]due, error) {
	zones := map[string]*time.Location{}
	for _, h := range houses() {
		zones[h.Slug] = h.zone
	}
	var today []due
	for _, status := range []inn.Status{inn.CheckedIn, inn.Confirmed} {
		bookings, err := s.Bookings(ctx, by, store.BookingFilter{Status: status, Limit: 1000})
		if err != nil {
			return nil, err
		}
		for _, b := range slices.Backward(bookings) {
			zone := zones[b.Property]
			if zone == nil {
				continue // listed by somebody at the demonstration
			}
			date := inn.DateOf(now, zone)
			switch {
			case status == inn.CheckedIn && b.CheckOut <= date:
				today = append(today, due{id: b.ID, arrived: true})
			case status == inn.Confirmed && b.CheckIn <= date:
				today = append(today, due{id: b.ID, leaves: b.CheckOut == ""})
			}
		}
	}
	return today, nil
}
