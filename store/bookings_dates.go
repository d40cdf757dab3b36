package store

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"baithaka/db"
	"baithaka/internal/inn"
)

// Dates says by which of its dates a booking is listed and looked for.
type Dates string

// A booking arrives, leaves, is here on each day from one to the other, and was
// made once. The zero Dates is none of these: what was changed last comes first.
const (
	Arriving Dates = "arriving"
	Leaving  Dates = "leaving"
	Here     Dates = "here"
	Made     Dates = "booked"
)

// A day stands in an order of bookings before the place of the booking's last event
// in the log (migration 24).
const (
	dayPlaces    = 10_000_000_000
	minutePlaces = 100_000_000_000
)

// dayPlace returns the place at which a date begins in an order of days.
func dayPlace(d inn.Date) int64 {
	n, _ := strconv.ParseInt(strings.ReplaceAll(string(d), "-", ""), 10, 64) // a Date is one of the calendar
	return n * dayPlaces
}

// madePlace returns the place at which a moment stands in the order of making.
func madePlace(at time.Time) int64 { return at.UnixMilli() / 60_000 * minutePlaces }

// DatePlace returns the place of a booking in the order of some dates, from which
// the next page goes on.
func DatePlace(by Dates, b inn.Booking) int64 {
	switch {
	case by == Made:
		return madePlace(b.BookedAt) + b.Event
	case by == Arriving:
		return dayPlace(b.CheckIn) + b.Event
	case b.CheckOut != "":
		return dayPlace(b.CheckOut) + b.Event
	case b.CheckIn != "" && b.Category.Lasts():
		return 99991231*dayPlaces + b.Event
	}
	return dayPlace(b.CheckIn) + b.Event
}

// leg is a part of an order that is walked in one direction; its ends are not in it.
type leg struct {
	from, to  int64
	ascending bool
}

// order is the direction of a leg in SQL.
func (l leg) order() string {
	if l.ascending {
		return "ASC"
	}
	return "DESC"
}

// legs returns what is walked for a list by its dates, one after the other: what
// is still to come, the nearest first; what has no day; what was, the last first.
func (f BookingFilter) legs() []leg {
	lo, hi := int64(dayPlaces), int64(math.MaxInt64)
	if f.By == Made {
		lo = 0
		if f.From != "" {
			lo = madePlace(f.From.Begin(f.Zone))
		}
		if f.To != "" {
			hi = madePlace(f.To.Add(1).Begin(f.Zone))
		}
		return f.goesOn([]leg{{from: lo - 1, to: hi}})
	}
	if f.From != "" {
		lo = dayPlace(f.From)
	}
	if f.By == Here {
		return f.goesOn([]leg{{from: lo - 1, to: hi, ascending: true}})
	}
	if f.To != "" {
		hi = dayPlace(f.To.Add(1))
	}
	today := dayPlace(f.Today)
	all := []leg{{from: max(lo, today) - 1, to: hi, ascending: true}}
	if f.From == "" && f.To == "" {
		all = append(all, leg{from: -1, to: dayPlaces})
	}
	return f.goesOn(append(all, leg{from: lo - 1, to: min(hi, today)}))
}

// goesOn cuts off what the pages before have shown.
func (f BookingFilter) goesOn(all []leg) []leg {
	if f.After == 0 {
		return all
	}
	for i, l := range all {
		if l.from < f.After && f.After < l.to {
			if l.ascending {
				l.from = f.After
			} else {
				l.to = f.After
			}
			return append([]leg{l}, all[i+1:]...)
		}
	}
	return nil // it is of another list
}

// byDates returns a page of a list by its dates.
func (s *Store) byDates(ctx context.Context, by inn.Viewer, f BookingFilter) (found []inn.Booking, err error) {
	properties, all, err := s.propertiesOf(ctx, by, f)
	if err != nil || len(properties) == 0 && !all {
		return nil, err
	}
	for _, l := range f.legs() {
		if len(found) == f.Limit || l.from+1 >= l.to {
			continue
		}
		query, args := f.leg(l, properties, f.Limit-len(found))
		rows, err := s.read.QueryContext(ctx, query, args...)
		some, err := scanAll(rows, err, scanBooking)
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	return found, nil
}

// propertiesOf returns the properties whose bookings a list takes; all when it
// takes every booking and its order has an index of its own.
func (s *Store) propertiesOf(ctx context.Context, by inn.Viewer, f BookingFilter) (properties []string, all bool, err error) {
	switch {
	case f.Property != "" && !by.May(inn.BookingView, f.Property):
		return nil, false, nil
	case f.Property != "":
		return []string{f.Property}, false, nil
	case !by.May(inn.BookingView, ""):
		return by.Theirs(inn.BookingView), false, nil
	case f.By == Arriving:
		return nil, true, nil
	}
	rows, err := s.read.QueryContext(ctx, `SELECT slug FROM properties`)
	properties, err = scanAll(rows, err, func(row interface{ Scan(...any) error }) (slug string, err error) { return slug, row.Scan(&slug) })
	return properties, false, err
}

// leg writes the query of a leg: at some properties, or with none at all of them.
func (f BookingFilter) leg(l leg, properties []string, limit int) (query string, args []any) {
	begin, end, beyond := l.to, l.from, ">"
	if l.ascending {
		begin, end, beyond = l.from, l.to, "<"
	}
	column := map[Dates]string{Arriving: "arrival", Leaving: "departure", Here: "departure", Made: "made"}[f.By]
	where, args := f.narrowed([]any{begin, limit, end})
	where = " AND b." + column + " " + beyond + " $3" + where
	if properties == nil {
		side := map[bool]string{true: ">", false: "<"}[l.ascending]
		return `SELECT ` + bookingColumns + ` FROM (
				SELECT b.arrival AS position FROM bookings b {index bookings_arrival}
				WHERE b.arrival ` + side + ` $1` + where + ` ORDER BY b.arrival ` + l.order() + ` LIMIT $2) found
			{then} bookings b ON b.arrival = found.position {then} properties p ON p.slug = b.property
			ORDER BY found.position ` + l.order(), args
	}
	args = append(args, db.List(properties))
	of := db.Keyed{
		Table: "bookings", Index: "bookings_property_" + column, Key: "property", Position: column, As: "b", Where: where,
		Keys: fmt.Sprintf("$%d", len(args)), Begin: "$1", Limit: "$2", Oldest: l.ascending,
	}
	return `SELECT ` + bookingColumns + ` FROM (` + of.Newest() + `) found
		{then} bookings b ON b.property = found.key AND b.` + column + ` = found.position {then} properties p ON p.slug = b.property
		ORDER BY found.position ` + l.order(), args
}

// narrowed writes what a list of bookings is narrowed by, beside properties and the
// dates that it is walked by, after the arguments so far.
func (f BookingFilter) narrowed(args []any) (where string, all []any) {
	add := func(condition string, value any) {
		args = append(args, value)
		where += " AND " + strings.ReplaceAll(condition, "$", "$"+strconv.Itoa(len(args)))
	}
	if f.Status != "" {
		add("b.status = $", f.Status)
	}
	if f.Standing {
		where += " AND b.status NOT IN ('cancelled', 'no_show')"
	}
	if f.Active {
		add(fmt.Sprintf("(b.status = 'checked_in' OR b.status = 'confirmed' AND (b.departure >= $ OR b.departure < %d))", dayPlaces), dayPlace(f.Today))
	}
	if f.Category != "" {
		add("b.category = $", f.Category)
	}
	if f.Source != "" {
		add("b.source = $", f.Source)
	}
	if f.By == Here && f.To != "" {
		add("b.arrival < $", dayPlace(f.To.Add(1)))
		where += fmt.Sprintf(" AND b.arrival >= %d", dayPlaces)
	}
	return where, args
}

// within writes the same for a list that is not walked by the dates it is narrowed
// by.
func (f BookingFilter) within(args []any) (where string, all []any) {
	where, args = f.narrowed(args)
	if f.By == "" || f.From == "" && f.To == "" {
		return where, args
	}
	column := map[Dates]string{Arriving: "arrival", Leaving: "departure", Here: "departure", Made: "made"}[f.By]
	legs := BookingFilter{By: f.By, From: f.From, To: f.To, Zone: f.Zone, Today: "0001-01-01"}.legs()
	args = append(args, legs[0].from, legs[0].to)
	return where + fmt.Sprintf(" AND b.%s > $%d AND b.%[1]s < $%[3]d", column, len(args)-1, len(args)), args
}

// BookingsBeside returns the bookings that stand at the property of another one in
// the nights of that one, the first to leave first.
func (s *Store) BookingsBeside(ctx context.Context, by inn.Viewer, b inn.Booking, limit int) ([]inn.Booking, error) {
	if b.CheckIn == "" || !by.May(inn.BookingView, b.Property) {
		return nil, nil
	}
	first, last := b.Touches()
	if b.Category == inn.Stay {
		first = first.Add(1) // who leaves on the day it begins was there the night before
	}
	rows, err := s.read.QueryContext(ctx, `
		SELECT `+bookingColumns+`
		FROM bookings b {index bookings_property_departure} {then} properties p ON p.slug = b.property
		WHERE b.property = $1 AND b.departure >= $2 AND b.arrival < $3 AND b.arrival >= $4 AND b.status NOT IN ('cancelled', 'no_show') AND b.id <> $5
		ORDER BY b.departure LIMIT $6`,
		b.Property, dayPlace(first), dayPlace(last.Add(1)), int64(dayPlaces), b.ID, limit)
	return scanAll(rows, err, scanBooking)
}

// mostSources is how many places that bookings come from are named.
const mostSources = 100

// Sources returns where the bookings that the viewer may see come from.
func (s *Store) Sources(ctx context.Context, by inn.Viewer) ([]string, error) {
	where, args := "1 = 1", []any{mostSources}
	if !by.May(inn.BookingView, "") {
		args = append(args, db.List(by.Theirs(inn.BookingView)))
		where = `EXISTS (SELECT 1 FROM {texts $2} theirs {then} bookings at {index bookings_source} ON at.source = walk.source AND at.property = theirs.value)`
	}
	next := func(beyond string) string {
		return `(SELECT b.source FROM bookings b {index bookings_source} WHERE b.source > ` + beyond + ` ORDER BY b.source LIMIT 1)`
	}
	rows, err := s.read.QueryContext(ctx, `
		WITH RECURSIVE walk (source) AS (
			SELECT `+next("''")+`
			UNION ALL SELECT `+next("walk.source")+` FROM walk WHERE walk.source IS NOT NULL)
		SELECT walk.source FROM walk WHERE walk.source IS NOT NULL AND `+where+` LIMIT $1`, args...)
	return scanAll(rows, err, func(row interface{ Scan(...any) error }) (source string, err error) { return source, row.Scan(&source) })
}
