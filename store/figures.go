package store

import (
	"context"
	"encoding/json"
	"time"

	"baithaka/inn"
)

// Measure computes the figures of a scope over the last days, from the named
// properties' bookings; the desk counts where it is named.
func (s *Store) Measure(ctx context.Context, scope string, slugs []string, now time.Time, days int) (inn.Metrics, error) {
	properties, err := s.PropertiesNamed(ctx, slugs)
	if err != nil {
		return inn.Metrics{}, err
	}
	bookings, err := s.BookingsForFigures(ctx, slugs, now, days)
	if err != nil {
		return inn.Metrics{}, err
	}
	return inn.Measure(scope, properties, bookings, now, days), nil
}

// NoteMetrics appends figures that changed to the log: the history behind the
// sparklines. A scope is the portfolio or one property.
func (s *Store) NoteMetrics(ctx context.Context, m inn.Metrics, property string) error {
	e := &inn.Event{
		Topic: inn.House, Type: inn.MetricsUpdate, Subject: "metrics:" + m.Scope, Property: property, Actor: "house", By: "Baithaka",
	}
	if property != "" {
		e.Topic = inn.PropertyTopic(property)
	}
	return s.write(ctx, func(t *tx) error { return t.append(e, m) })
}

// LastMetrics gives the last figures noted for a scope, as they were written;
// nil when there are none.
func (s *Store) LastMetrics(ctx context.Context, scope string) (json.RawMessage, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT data FROM events WHERE subject = $1 ORDER BY id DESC LIMIT 1`, "metrics:"+scope)
	all, err := scanAll(rows, err, func(row interface{ Scan(...any) error }) (string, error) {
		var data string
		return data, row.Scan(&data)
	})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return json.RawMessage(all[0]), nil
}
