package store

import (
	"context"
	"encoding/json"
	"time"

	"baithaka/internal/inn"
)

// What figures ask of bookings, and nothing more: a large house has tens of
// thousands that matter to them.
const saleColumns = `
	b.id, b.property, b.category, b.customer, b.email, b.amount, b.currency, b.status, b.check_in, b.check_out, b.units,
	b.booked_at, b.confirmed_at, b.ended_at, b.erased_at`

// mattering finds what can matter to figures; $1 and $2 are when that begins, as an
// instant and as a date.
const mattering = `(b.booked_at >= $1 OR b.ended_at >= $1 OR b.check_out >= $2 OR b.check_out = '' OR b.status = 'checked_in')`

// Sales returns what can matter to figures of now and that many days, of every
// property. It reads all bookings in one go, which is faster than to look each up
// by an index.
func (s *Store) Sales(ctx context.Context, now time.Time, days int) (inn.Sales, error) {
	since := inn.SalesSince(now, days)
	rows, done, err := s.read.QueryLarge(ctx, `SELECT `+saleColumns+` FROM bookings b WHERE `+mattering, ms(since), inn.DateOf(since, time.UTC))
	if err != nil {
		return nil, err
	}
	defer done() // nobody asks for these bookings again
	return scanSales(rows, nil)
}

// SalesNamed returns what figures ask of the bookings with those ids.
func (s *Store) SalesNamed(ctx context.Context, ids []string) (inn.Sales, error) {
	list, args := in(nil, ids)
	return s.sales(ctx, `b.id IN (`+list+`)`, args...)
}

func (s *Store) sales(ctx context.Context, where string, args ...any) (inn.Sales, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+saleColumns+` FROM bookings b WHERE `+where, args...)
	return scanSales(rows, err)
}

func scanSales(rows answer, err error) (inn.Sales, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	sales := inn.Sales{}
	for rows.Next() {
		b, err := scanSale(rows)
		if err != nil {
			return nil, err
		}
		sales.Add(b)
	}
	return sales, rows.Err()
}

func scanSale(row interface{ Scan(...any) error }) (inn.Booking, error) {
	var b inn.Booking
	var amount *int64
	var booked, confirmed, ended, erased int64
	err := row.Scan(&b.ID, &b.Property, &b.Category, &b.Customer, &b.Email, &amount, &b.Price.Currency, &b.Status, &b.CheckIn, &b.CheckOut, &b.Units,
		&booked, &confirmed, &ended, &erased)
	if amount != nil {
		b.Price.Minor, b.Priced = *amount, true
	}
	b.BookedAt, b.ConfirmedAt, b.EndedAt, b.ErasedAt = fromMS(booked), fromMS(confirmed), fromMS(ended), fromMS(erased)
	return b, err
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

// LastMetrics returns the last figures noted for a scope, as they were written;
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
