package inn

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Event is one thing that happened, as the log keeps it.
type Event struct {
	ID       int64           // place in the log; commit order
	At       time.Time       // when it happened: as reported, or when it was stored
	Stored   time.Time       // when the house heard of it, by its own clock
	Topic    Topic           // where it happened
	To       []Topic         // whom it is addressed to, beside or instead (see Type.AddressNarrows)
	Type     Type            //
	Priority Priority        //
	Subject  string          // "booking:BK-1001", "alert:lake-house:boiler"
	Property string          // slug, Desk, or "" when no property is concerned
	Actor    string          // "key:website", "user:3", "house" for the program itself
	By       string          // the actor's name as shown
	Data     json.RawMessage // snapshot of the subject after the change
}

// Kind returns seed A's kind of the event.
func (e *Event) Kind() Kind { return e.Type.Kind() }

// Into decodes the snapshot into v.
func (e *Event) Into(v any) error {
	if err := json.Unmarshal(e.Data, v); err != nil {
		return fmt.Errorf("event %d (%s): %w", e.ID, e.Type, err)
	}
	return nil
}

// Topics returns every topic the event is on: where it happened, then whom it is
// addressed to.
func (e *Event) Topics() []Topic { return append([]Topic{e.Topic}, e.To...) }

// Topic says where something happened or whom it is addressed to.
type Topic string

// The topics that are not made from an id.
const (
	System     Topic = "system" // heard by everybody who is signed in
	House      Topic = "house"  // the portfolio as a whole: its figures, people's activity
	Everything Topic = "*"      // what a cursor follows that hears all topics; never on an event
)

// PropertyTopic is where what happens at a property happens. The desk is a
// topic of its own.
func PropertyTopic(slug string) Topic {
	if slug == Desk {
		return Desk
	}
	return Topic("property:" + slug)
}

// UserTopic is heard by one person only.
func UserTopic(id int64) Topic { return Topic("user:" + strconv.FormatInt(id, 10)) }

// KeyTopic is heard by one API key only.
func KeyTopic(id int64) Topic { return Topic("key:" + strconv.FormatInt(id, 10)) }

// RoleTopic is heard by everybody with that role.
func RoleTopic(r Role) Topic { return Topic("role:" + string(r)) }

// Priority orders what wants attention.
type Priority string

// The four priorities, the most urgent first.
const (
	Critical Priority = "critical"
	High     Priority = "high"
	Medium   Priority = "medium"
	Low      Priority = "low"
)

// Priorities lists them, the most urgent first.
var Priorities = []Priority{Critical, High, Medium, Low}

// Valid reports whether p is one of the four.
func (p Priority) Valid() bool { return slices.Contains(Priorities, p) }

// Rank is 0 for critical, 3 for low: an ascending sort puts the urgent first.
func (p Priority) Rank() int {
	if i := slices.Index(Priorities, p); i >= 0 {
		return i
	}
	return len(Priorities)
}

// Position is a place in one epoch of the log. The epoch is re-rolled when a
// backup is restored, so that a position from the other life cannot be taken
// for one of this.
type Position struct {
	Epoch string
	ID    int64
}

// String returns the form on the wire: "k7f2-4812".
func (p Position) String() string { return p.Epoch + "-" + strconv.FormatInt(p.ID, 10) }

// ParsePosition reads a position from outside. An unreadable one is an error;
// whether it belongs to this log is for the log to say.
func ParsePosition(s string) (Position, error) {
	epoch, number, found := strings.Cut(s, "-")
	id, err := strconv.ParseInt(number, 10, 64)
	p := Position{epoch, id}
	// One position has one spelling: "-0", "+7" and "007" are nobody's.
	if !found || err != nil || id < 0 || len(epoch) > 16 || !IsIdentifier(epoch) || p.String() != s {
		return Position{}, E(Malformed, "That is not a position of this log.")
	}
	return p, nil
}
