package views

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"baithaka/internal/inn"
)

// NotificationsList is what "/notifications" shows: a page of a person's cards
// under a filter.
type NotificationsList struct {
	Asked      NotificationsAsked
	Urgent     []inn.Notification // critical and open: on the first page, however old
	Cards      []inn.Notification
	Next       string // the query string of the next page, "" at the end
	Partly     bool   // a search that was not over when the page was made; Next goes on with it
	Newest     bool   // this is the first page
	Undo       *UndoOffer
	Properties PropertyChoice
}

// NotificationsAsked is the filter as it was asked for.
type NotificationsAsked struct {
	Unread   string // "true", "false" or "" for both
	Kind     inn.Kind
	Priority inn.Priority
	Property string
	Period   string // "today", "7d", "30d" or ""
	From, To inn.Date
	Words    string
}

// Query returns the filter as the query of an address, without what is empty.
func (a NotificationsAsked) Query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{
		"unread": a.Unread, "kind": string(a.Kind), "priority": string(a.Priority), "property": a.Property,
		"period": a.Period, "from": string(a.From), "to": string(a.To), "q": a.Words,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

func (a NotificationsAsked) empty() bool { return a == NotificationsAsked{} }

// narrowed reports whether anything but read or unread is asked for.
func (a NotificationsAsked) narrowed() bool {
	a.Unread = ""
	return !a.empty()
}

// narrowedBeyond reports whether it is narrowed to less than all cards of a kind.
func (a NotificationsAsked) narrowedBeyond(k inn.Kind) bool {
	if a.Kind == k {
		a.Kind = ""
	}
	return a.narrowed()
}

// unreadAmong counts the unread of some cards.
func unreadAmong(cards []inn.Notification) (n int) {
	for _, c := range cards {
		if !c.Read {
			n++
		}
	}
	return n
}

// byFields reports whether it is narrowed by more than words.
func (a NotificationsAsked) byFields() bool {
	a.Words = ""
	return a.narrowed()
}

// path is the address of the list under this filter.
func (a NotificationsAsked) path() string {
	if q := a.Query().Encode(); q != "" {
		return pathNotifications + "?" + q
	}
	return pathNotifications
}

// showing is the address of the list with another state of reading.
func (a NotificationsAsked) showing(unread string) string {
	a.Unread = unread
	return a.path()
}

// live reports whether what happens comes in by itself: under a filter, or on a
// later page, it might not belong there, and is counted.
func (l NotificationsList) live() bool { return l.Newest && l.Asked.empty() }

// shelves is the order in which the kinds stand in the centre: what wants
// somebody before what is to be known.
var shelves = []inn.Kind{inn.AlertUpdate, inn.BookingUpdate, inn.PropertyUpdate, inn.MetricUpdate, inn.UserActivity}

// of returns the cards of one kind, the urgent first, then the last moved.
func (l NotificationsList) of(k inn.Kind) []inn.Notification {
	var cards []inn.Notification
	for _, n := range slices.Concat(l.Urgent, l.Cards) {
		if n.Kind == k {
			cards = append(cards, n)
		}
	}
	slices.SortStableFunc(cards, func(a, b inn.Notification) int {
		if by := urgency(b) - urgency(a); by != 0 {
			return by
		}
		return int(b.Event - a.Event)
	})
	return cards
}

// urgency orders cards: a solved alert no longer presses.
func urgency(n inn.Notification) int {
	if !n.Open() {
		return 0
	}
	return inn.Low.Rank() - n.Priority.Rank()
}

// notificationSort is by what hx-upsert orders the cards of a kind.
func notificationSort(n inn.Notification) string {
	return urgentKey(urgency(n), n.Event)
}

// acknowledgement is who has acknowledged something, for the line that says so and the
// button that changes it.
type acknowledgement struct {
	Subject string
	By      string
	At      *time.Time
	Loud    bool // it is critical: the button is filled
	Offer   bool // it wants somebody
	Open    bool // it is an alert that is not over
}

func acknowledgementOf(n inn.Notification) acknowledgement {
	return acknowledgement{n.Subject, n.AcknowledgedBy, n.AcknowledgedAt, n.Loud(), n.Wants, n.Kind == inn.AlertUpdate && n.Open()}
}

// acknowledgementOfBooking gives the same for a booking's card.
func acknowledgementOfBooking(b inn.Booking) acknowledgement {
	return acknowledgement{b.Subject(), b.AcknowledgedBy, b.AcknowledgedAt, false, b.Wants(), false}
}

// acknowledgerName is who has acknowledged something, as people read it: a program by
// its name alone.
func acknowledgerName(by string) string { return strings.TrimPrefix(by, "key:") }

// notificationBadge says in a word what happened last; a critical alert says
// that it is one for as long as it is open.
func notificationBadge(n inn.Notification) badge {
	switch {
	case n.Type == inn.AlertResolved:
		return badge{"Solved", "good"}
	case n.Priority == inn.Critical, n.Kind == inn.AlertUpdate && n.Priority == inn.High:
		return priorityBadge(n.Priority)
	case n.Type == inn.BookingModified:
		return badge{"Changed", "warn"}
	case n.Kind == inn.BookingUpdate:
		return statusBadge(n.Type.StatusAfter())
	}
	return badge{}
}

// notificationIcon shows the kind of a card, or that it is done with.
func notificationIcon(n inn.Notification) string {
	if n.Type == inn.AlertResolved {
		return "check"
	}
	return kindIcon(n.Kind)
}

// notificationTone colours a card by what wants attention, not by its kind.
func notificationTone(n inn.Notification) string {
	switch {
	case n.Type == inn.AlertResolved:
		return "good"
	case n.Priority == inn.Critical:
		return "bad"
	case n.Kind == inn.AlertUpdate:
		return "warn"
	}
	return "brand"
}

// marksOf reads the snapshot of a notification:read event: the one card it is
// about, or nil when more changed than that.
func marksOf(e *inn.Event) *inn.Notification {
	var marks struct{ Card *inn.Notification }
	if err := e.Into(&marks); err != nil {
		return nil
	}
	return marks.Card
}

// cardOf reads a snapshot that is a card.
func cardOf(e *inn.Event) (n inn.Notification, ok bool) {
	err := e.Into(&n)
	n.Event = e.ID
	return n, err == nil && n.Subject != ""
}

// tellReleased tells that a booking is acknowledged no more.
func tellReleased(e *inn.Event) story {
	n, ok := cardOf(e)
	if !ok {
		return story{Icon: "hand", Tone: "warn", Name: "A booking", Verb: "needs someone again"}
	}
	t := story{
		Icon: "hand", Tone: "warn", Name: n.Title, Verb: "needs someone again", Badge: badge{"Needs someone", "warn"},
		PropertyName: n.PropertyName, Detail: n.Body, Link: pathAbout(n.Subject, n.Property),
	}
	if n.PreviouslyAcknowledgedBy != "" {
		t.Detail = acknowledgerName(n.PreviouslyAcknowledgedBy) + " had it"
	}
	return t
}

// announcedKind is the kind under which somebody is told of an event: that a
// booking is not acknowledged is told like what happens to bookings.
func announcedKind(e *inn.Event) inn.Kind {
	if e.Type == inn.NotificationReleased {
		return inn.BookingUpdate
	}
	return e.Kind()
}

// announcedPriority is how loudly an event is announced: that something is
// solved is good news, however bad the alert was. It neither rings like the
// alert nor stays until somebody dismisses it.
func announcedPriority(e *inn.Event) inn.Priority {
	if e.Type == inn.AlertResolved && e.Priority.Rank() < inn.Medium.Rank() {
		return inn.Medium
	}
	return e.Priority
}

// acknowledgeable reports whether the subject of an event that is announced can be
// acknowledged.
func acknowledgeable(e *inn.Event) bool {
	return inn.Notification{Kind: announcedKind(e), Type: e.Type}.Acknowledgeable()
}

// A period of the filter and its name.
var periods = []struct{ value, name string }{{"", "Any time"}, {"today", "Today"}, {"7d", "7 days"}, {"30d", "30 days"}}

// cardPropertyName names the property of a card, where its title does not.
func cardPropertyName(n inn.Notification) string {
	switch {
	case n.Kind == inn.PropertyUpdate:
		return ""
	case n.PropertyName != "":
		return n.PropertyName
	case n.Property == inn.Desk:
		return "Desk"
	}
	return ""
}

// pathCard is where the title of a card leads: an alert to what happened to it, all
// else to what it is about.
func pathCard(n inn.Notification) string {
	if n.Kind == inn.AlertUpdate {
		return pathPast(n.Subject)
	}
	return pathAbout(n.Subject, n.Property)
}

// cardDates writes the dates of a card's booking as its toast does.
func cardDates(n inn.Notification, year int) string {
	return stay(inn.Booking{Category: inn.Stay, CheckIn: n.CheckIn, CheckOut: n.CheckOut}, year)
}

// cardBody is what a card says besides: nothing where the title of a stay only says
// again for how long it is.
func cardBody(n inn.Notification) string {
	if n.Kind == inn.BookingUpdate && n.CheckOut != "" {
		return ""
	}
	return n.Body
}

// FieldReason is the field of the word on why an alert is over.
const FieldReason = "reason"

// UndoOffer is a "mark all read" that can be taken back for some seconds more.
type UndoOffer struct {
	Click   string
	Cards   int
	Seconds int
}

// noCards says what the centre is empty of.
func noCards(a NotificationsAsked) string {
	switch {
	case a.narrowed():
		return "No notification matches."
	case a.Unread == "true":
		return "Everything is read."
	case a.Unread == "false":
		return "Nothing is read yet."
	}
	return "Nothing yet. Bookings, alerts and changes that concern you gather here."
}

// readBy returns a card as those see it who are told: unread, but for who did it.
func readBy(n inn.Notification, s inn.Visibility) inn.Notification {
	n.Read = s.Own
	return n
}
