package export

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"baithaka/internal/inn"
)

// Table is one kind of file: its headings, and the lines that a row makes.
type Table[T any] struct {
	head []string
	row  func(*Sheet, *T)
}

// Head writes the headings.
func (t Table[T]) Head(s *Sheet) {
	s.ours(t.head...)
	s.end()
}

// Write writes rows, as far as they go: an error says that the reader is gone.
func (t Table[T]) Write(s *Sheet, rows []T) error {
	for i := range rows {
		t.row(s, &rows[i])
	}
	s.w.Flush()
	return s.w.Error()
}

// Acts returns the table of the audit.
func Acts() Table[inn.Act] {
	return Table[inn.Act]{
		head: slices.Concat(whenHead, []string{"Actor", "By", "Deed", "Subject", "Name", "Detail", "From", "Number"}),
		row: func(s *Sheet, a *inn.Act) {
			s.when(a.At)
			s.text(a.Actor, a.By, string(a.Action), a.Subject, a.Name, a.Detail)
			s.ours(a.Address, strconv.FormatInt(a.ID, 10))
			s.end()
		},
	}
}

// GuestRecords returns the table of what is held about a guest: a line for every
// field that has a value.
func GuestRecords() Table[inn.GuestRecord] {
	return Table[inn.GuestRecord]{
		head: slices.Concat([]string{"Kind", "About", "Type"}, whenHead, []string{"Field", "Value"}),
		row: func(s *Sheet, one *inn.GuestRecord) {
			var fields map[string]json.RawMessage
			if err := json.Unmarshal(one.Data, &fields); err != nil {
				return // a snapshot of ours is an object
			}
			for _, name := range slices.Sorted(maps.Keys(fields)) {
				s.text(one.Kind, one.About, string(one.Type))
				s.when(one.At)
				s.text(name)
				s.value(fields[name])
				s.end()
			}
		},
	}
}

// Events returns the table of the log; amounts are in it for who may see them.
func Events(epoch string, money bool) Table[inn.Event] {
	head := slices.Concat(whenHead, []string{"Kind", "Type", "Priority", "Property", "About", "Name", "What", "Status", "From", "To"})
	if money {
		head = append(head, "Amount", "Currency")
	}
	return Table[inn.Event]{head: append(head, "By", "Position"), row: func(s *Sheet, e *inn.Event) { s.event(e, epoch, money) }}
}

func (s *Sheet) event(e *inn.Event, epoch string, money bool) {
	s.when(e.At)
	s.text(string(e.Kind()), string(e.Type), string(e.Priority), e.Property, e.Subject)
	var about [3]string // name, what, status
	var from, to inn.Date
	amount, currency := "", ""
	switch e.Kind() {
	case inn.BookingUpdate:
		if b, err := e.Booking(); err == nil && b.ID != "" {
			about, from, to = [3]string{b.Customer, b.Title, string(b.Status)}, b.CheckIn, b.CheckOut
			if b.Priced {
				amount, currency = b.Price.String(), b.Price.Currency
			}
		}
	case inn.AlertUpdate:
		var a inn.Alert
		if e.Into(&a) == nil {
			about = [3]string{a.Title, a.Detail, string(a.Status)}
		}
	case inn.PropertyUpdate:
		about, from, to = ofProperty(e)
	}
	s.text(about[:]...)
	s.ours(string(from), string(to))
	if money {
		s.number(amount)
		s.ours(currency)
	}
	s.text(e.By, inn.Position{Epoch: epoch, ID: e.ID}.String())
	s.end()
}

// ofProperty returns what an event says of a property, of one of its rooms, or of
// nights that are not for sale: its name, what, how it stands, and which nights.
func ofProperty(e *inn.Event) (about [3]string, from, to inn.Date) {
	switch e.Type {
	case inn.UnitStateChanged:
		var u inn.Unit
		if e.Into(&u) == nil {
			about = [3]string{u.Name, u.Note, string(u.State)}
		}
	case inn.BlockMade, inn.BlockChanged, inn.BlockRemoved:
		var b inn.Block
		if e.Into(&b) == nil {
			about, from, to = [3]string{b.UnitName, b.Title, string(b.Reason)}, b.From, b.To
		}
	default:
		var p inn.Property
		if e.Into(&p) == nil {
			about = [3]string{p.Name, p.Title, p.Status}
		}
	}
	return about, from, to
}
