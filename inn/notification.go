package inn

import "time"

// Notification is a card: one per subject, shared by all who may see it, with
// what the asking person did about it.
type Notification struct {
	ID       int64
	Kind     Kind
	Type     Type // of the latest event
	Priority Priority
	Property string
	Subject  string
	Title    string // without money and contacts: safe for every reader of the card
	Body     string
	Event    int64 // the latest event that concerns this person
	Read     bool
	HeldBy   string // who has it in hand ("Got it"), by name
	HeldAt   *time.Time
	Updated  time.Time
}

// Badge is the bell's number for one person.
type Badge struct {
	Unread   int
	Critical int // of these, the critical ones
}
