package store

import (
	"context"
	"fmt"
	"math"
	"time"

	"baithaka/db"
	"baithaka/internal/inn"
)

// BookingFilter narrows Bookings. Its zero value is all of them, the last changed
// first.
type BookingFilter struct {
	Property string
	Status   inn.Status
	Standing bool // neither cancelled nor missed
	Active   bool // confirmed and not over yet, or in the house
	Category inn.Category
	Source   string
	Search   string // words of the guest's name, the title, the property's name and the id

	By       Dates    // which of its dates From and To are about
	From, To inn.Date // the first day and the last; "" for no end
	Sorted   bool     // in the order of those dates, what is to come first; not with Search
	Today    inn.Date
	Zone     *time.Location // of the days on which bookings were made

	Before int64 // position in the log: bookings last changed before it
	After  int64 // DatePlace of the last one of the page before, when Sorted
	Limit  int
}

// Bookings returns the bookings that the viewer may see, the last changed first.
// What of each may be shown is for Redact to say.
func (s *Store) Bookings(ctx context.Context, by inn.Viewer, f BookingFilter) ([]inn.Booking, error) {
	found, _, err := s.bookings(ctx, by, f, 0)
	return found, err
}

// BookingsPage is Bookings for somebody who waits for a page: a search for what is
// rare stops after a while, and returns the position from which to go on; 0 when it has
// looked at everything or the limit is full.
func (s *Store) BookingsPage(ctx context.Context, by inn.Viewer, f BookingFilter) (found []inn.Booking, reached int64, err error) {
	return s.bookings(ctx, by, f, patience)
}

func (s *Store) bookings(ctx context.Context, by inn.Viewer, f BookingFilter, patience time.Duration) (found []inn.Booking, reached int64, err error) {
	if f.Before == 0 {
		f.Before = math.MaxInt64
	}
	if f.Search != "" {
		return s.searchBookings(ctx, by, f, patience)
	}
	if f.Sorted {
		found, err = s.byDates(ctx, by, f)
		return found, 0, err
	}
	query, args := f.list(by)
	if query == "" {
		return nil, 0, nil
	}
	rows, err := s.read.QueryContext(ctx, query, args...)
	found, err = scanAll(rows, err, scanBooking)
	return found, 0, err
}

// list takes the newest of each property that the filter and the viewer's rights
// leave, and of these the newest; of all properties, those of a status or all.
// Each is walked by an index in that order, which holds what is compared. "" finds
// nothing.
func (f BookingFilter) list(by inn.Viewer) (query string, args []any) {
	status := f.Status
	if onlyStatus := (BookingFilter{Property: f.Property, Status: f.Status, By: f.By, Before: f.Before, Limit: f.Limit, Today: f.Today, Zone: f.Zone}); f != onlyStatus {
		status = ""
	} else {
		f.Status = ""
	}
	where, args := f.within([]any{f.Before, f.Limit})
	newest := func(index, where string) string {
		return "SELECT b.event AS position FROM bookings b {index " + index + "} WHERE b.event < $1" + where + " ORDER BY b.event DESC LIMIT $2"
	}
	var found string
	switch {
	case f.Property != "" && !by.May(inn.BookingView, f.Property):
		return "", nil
	case f.Property != "" || !by.May(inn.BookingView, ""):
		properties := []string{f.Property}
		if f.Property == "" {
			properties = by.Theirs(inn.BookingView)
		}
		if len(properties) == 0 {
			return "", nil
		}
		of := db.Keyed{Table: "bookings", Index: "bookings_property", Key: "property", Position: "event", As: "b", Where: where, Begin: "$1", Limit: "$2"}
		args = append(args, db.List(properties))
		of.Keys = fmt.Sprintf("$%d", len(args))
		if status != "" {
			args = append(args, status)
			of.Index, of.Within = "bookings_property_status", fmt.Sprintf(" AND @.status = $%d", len(args))
		}
		found = of.Newest()
	case status != "":
		args = append(args, status)
		found = newest("bookings_status", fmt.Sprintf(" AND b.status = $%d", len(args)))
	default:
		found = newest("bookings_event", where)
	}
	return `SELECT ` + bookingColumns + ` FROM (` + found + `) found
		{then} bookings b ON b.event = found.position {then} properties p ON p.slug = b.property
		ORDER BY found.position DESC`, args
}

// searchBookings returns the bookings that hold the words of a filter. They are
// sought among the events that bookings stand at.
func (s *Store) searchBookings(ctx context.Context, by inn.Viewer, f BookingFilter, patience time.Duration) (found []inn.Booking, reached int64, err error) {
	find, err := s.finder(ctx, EventFilter{Words: f.Search, Kind: inn.BookingUpdate, Property: f.Property}, heard(by), patience)
	if find == nil {
		return nil, 0, err
	}
	found, left, err := f.walk(by).all(ctx, find, span{0, f.Before}, f.Limit)
	return found, left.before, err
}

// walk reads the bookings that stand at the positions of a search.
func (f BookingFilter) walk(by inn.Viewer) walk[inn.Booking] {
	where, args := visible(by, inn.BookingView, "b.property", make([]any, walkArgs)) // the search's own come first
	narrowed, args := f.within(args)
	return walk[inn.Booking]{
		columns: bookingColumns, joins: `{then} bookings b ON b.event = f.position {then} properties p ON p.slug = b.property`,
		where: "AND " + where + narrowed, args: args[walkArgs:], scan: scanBooking,
	}
}

// Booking returns one booking that the viewer may see.
func (s *Store) Booking(ctx context.Context, by inn.Viewer, id string) (inn.Booking, error) {
	where, args := visible(by, inn.BookingView, "b.property", []any{id})
	rows, err := s.read.QueryContext(ctx, `SELECT `+bookingColumns+bookingsFrom+`WHERE b.id = $1 AND `+where, args...)
	all, err := scanAll(rows, err, scanBooking)
	if err == nil && len(all) == 0 {
		err = inn.NoSuch("booking")
	}
	if err != nil {
		return inn.Booking{}, err
	}
	return all[0], nil
}

// visible returns the WHERE condition that holds what the viewer may see of a
// noun that belongs to properties. Loading goes through it; comparing
// afterwards is how things leak.
func visible(by inn.Viewer, a inn.Action, column string, args []any) (string, []any) {
	if by.May(a, "") {
		return "1 = 1", args
	}
	list, args := in(args, by.Theirs(a))
	return column + " IN (" + list + ")", args
}
