// Package views makes HTML from values. Components take what they show and, of
// the viewer, only a Visibility; pages also take the Page they stand in. Nothing
// here reads a database, a request or the clock. A page and its live update are
// the same component: DashboardPage ranges over BookingCard, and Live wraps
// BookingCard.
//
// It imports inn and static, and must never import handlers or store.
package views

import (
	"time"

	"baithaka/internal/inn"
)

// Page is what the frame around every signed-in page needs.
type Page struct {
	Title    string
	Path     string // path and query of this page, refetched on resync; "" for one that is not
	Section  string // which entry of the navigation is current: "/", "/bookings", …
	Position string // the position the page was rendered at, taken before reading it; "" for one that shows nothing of the log
	Epoch    string // of the log, for the positions of the events on the page
	Scope    string // whose figures the page shows and its stream keeps current; "" for none
	Viewer   inn.Viewer
	Badge    inn.Badge

	Preferences inn.Preferences // how its person is told
	Now         time.Time
	Zone        *time.Location                 // times are shown in it
	Today       func(property string) inn.Date // the date there

	heading, subtitle string // in the header; the Title alone when empty
}

// headed returns the page with another heading than its title.
func (p Page) headed(heading, subtitle string) Page {
	p.heading, p.subtitle = heading, subtitle
	return p
}

// Visibility returns what the page's viewer may see at a property, for the components
// that pages share with the stream.
func (p Page) Visibility(property string) inn.Visibility {
	s := p.Viewer.Visibility(property)
	s.Zone = p.Zone.String()
	if p.Today != nil {
		s.Today = p.Today(property)
	}
	return s
}

// VisibilityOf gives the same for something that somebody has acknowledged; by is
// "" for nobody.
func (p Page) VisibilityOf(property, by string) inn.Visibility {
	s := p.Visibility(property)
	s.Mine = by != "" && by == p.Viewer.AcknowledgerName()
	return s
}

// Dashboard is what "/" shows to those who may see at least one property.
type Dashboard struct {
	Metrics    inn.Metrics   // redacted already
	Bookings   []inn.Booking // one card each, the last changed first
	Feed       []inn.Event   // newest first, redacted
	Alerts     []inn.Alert   // open ones, the most urgent first
	Properties int           // how many are theirs, or there are; without the desk
	OnLine     Company
	Desk       *Desk          // nil for who works at none
	Compare    []PropertyLine // an owner's properties beside each other; none for others
}

// Own is what "/" shows to a viewer without any property: what is addressed to
// them and what they did.
type Own struct {
	Notifications []inn.Notification
	Activity      []inn.Event
}

// PropertyView is what "/properties/{slug}" shows.
type PropertyView struct {
	Property inn.Property
	Metrics  inn.Metrics
	Bookings []inn.Booking
	Feed     []inn.Event
	Alerts   []inn.Alert
	People   []inn.Member // who looks after it
	Walls    *Walls       // for who may make them
}

// PropertiesList is what "/properties" shows: a page of properties.
type PropertiesList struct {
	Lines   []PropertyLine
	Words   string        // what is sought
	Search  bool          // there are too many to look through
	Desk    *PropertyLine // the desk, where that is theirs; on the first page
	MayAdd  bool
	Closed  bool   // these are the closed ones
	Others  bool   // there are some on the other side: closed ones, where these are open
	Next    string // the query string of the next page, "" at the end
	Further bool   // this is not the first page
}

// PropertyLine is one row of "/properties".
type PropertyLine struct {
	Property inn.Property
	Metrics  inn.Metrics
}

// Login is the sign-in form; Problem says why it is shown again.
type Login struct {
	Email, Next string
	Problem     *inn.Error
}

func (l Login) form() Form {
	return Form{ID: "login-form", Problem: l.Problem, Labels: []Label{{"email", "E-mail"}, {"password", "Password"}}}
}

// Setup is the form for the first administrator.
type Setup struct {
	Token, Name, Email string
	Problem            *inn.Error
}

func (s Setup) form() Form {
	return Form{ID: "setup-form", Problem: s.Problem, Labels: []Label{{"name", "Your name"}, {"email", "E-mail"}, {"password", "Password"}}}
}
