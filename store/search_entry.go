package store

import (
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"baithaka/internal/inn"
)

// entry is what one event is found by: a row of the search index, whose columns
// are lists of terms with a space between.
type entry struct {
	id                                                        int64
	words, starts, topics, types, actor, property, days, step string
}

// stepPositions is how many positions lie between two at which a search may stop.
const (
	stepPositions = 1 << 14
	stepTerm      = "s"
)

// indexed reports whether an event is in the index at all.
func indexed(e *inn.Event) bool { return !e.Type.Internal() || e.Type == inn.NotificationReleased }

// entryOf takes an event apart and counts the terms it holds.
func entryOf(e *inn.Event, met map[string]int) entry {
	column := func(terms ...string) string {
		for _, one := range terms {
			met[one]++
		}
		return strings.Join(terms, " ")
	}
	found := distinct(wordsIn(words(e)))
	starts := startsOf(found)
	for _, s := range starts {
		met[s+"*"]++
	}
	types := []string{term(e.Type), term(e.Kind())}
	if e.Type == inn.NotificationReleased {
		types = []string{term(inn.BookingUpdate)} // a booking's card is found by it, and nothing else
	}
	one := entry{
		id: e.ID, words: column(found...), starts: strings.Join(starts, " "), topics: column(terms(e.Topics())...), types: column(types...),
		actor: column(term(e.Actor)), property: column(term(e.Property)), days: column(daysOf(e.At)...),
	}
	if e.ID%stepPositions == 0 {
		one.step = stepTerm
	}
	return one
}

// words is what an event is found by, and with it the booking or the card whose
// latest it is: never contacts, money or notes. What programs report in a form of
// their own is not searched at all.
func words(e *inn.Event) string {
	var said []string
	switch e.Kind() {
	case inn.BookingUpdate:
		var b struct{ ID, CustomerName, Title, PropertyName string } // the whole booking takes much longer
		if e.Into(&b) != nil || b.ID == "" {
			return strings.TrimPrefix(e.Subject, "booking:")
		}
		said = []string{b.ID, b.CustomerName, b.Title, b.PropertyName}
	case inn.AlertUpdate:
		var a inn.Alert
		if e.Into(&a) == nil {
			said = []string{a.Title, a.Detail, a.PropertyName}
		}
	case inn.PropertyUpdate:
		// A property, one of its rooms, or nights that are not for sale.
		var p struct{ Name, Title, Status, PropertyName, UnitName, Note string }
		if e.Into(&p) == nil {
			said = []string{p.Name, p.Title, p.Status, p.PropertyName, p.UnitName, p.Note}
		}
	}
	if e.Type == inn.NotificationReleased {
		var n inn.Notification
		if e.Into(&n) == nil {
			said = []string{strings.TrimPrefix(n.Subject, "booking:"), n.Title, n.Body, n.PropertyName}
		}
	}
	return strings.Join(said, "\n")
}

// term makes one word of a value, for the columns that are compared whole.
func term[T ~string](value T) string { return hex.EncodeToString([]byte("=" + string(value))) }

// The years that have a term of their own; what was reported for an earlier or a
// later time counts as theirs.
const firstYear, lastYear = 2015, 2060

// daysOf returns the terms of a time: its day, ten days, month and year.
func daysOf(at time.Time) []string {
	at = at.UTC()
	return []string{day(at), tenDays(at), month(at), year(at)}
}

func day(at time.Time) string     { return at.Format("d20060102") }
func tenDays(at time.Time) string { return at.Format("t200601") + strconv.Itoa(tenth(at)) }
func month(at time.Time) string   { return at.Format("m200601") }
func year(at time.Time) string {
	return "y" + strconv.Itoa(min(max(at.Year(), firstYear), lastYear))
}

// tenth is which ten days of its month a time is in: the third may be eleven, or
// eight.
func tenth(at time.Time) int { return min((at.Day()-1)/10, 2) }
