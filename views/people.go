package views

import (
	"slices"
	"strings"
	"time"

	"baithaka/internal/inn"
)

// Present is somebody who has a page open now.
type Present struct {
	ID   int64
	Name string
	You  bool
}

// Company are the people on line whom a viewer may know of.
type Company struct {
	Faces []Present // themselves first, then by name; at most MostFaces
	More  int       // how many there are beside those
}

// Same reports whether both show the same people.
func (c Company) Same(other Company) bool {
	return c.More == other.More && slices.Equal(c.Faces, other.Faces)
}

// MostFaces is how many faces the dashboard shows; the rest is a number.
const MostFaces = 24

// TeamMember is a person as the team page shows them.
type TeamMember struct {
	Member inn.Member
	OnLine bool
	Yours  bool // the viewer may change them
	You    bool
}

// Team is what "/team" shows.
type Team struct {
	People     []TeamMember
	Form       MemberForm
	Link       *OneTimeLink   // made by the request that this page answers
	Properties []inn.Property // for the names of those that are named
}

// MemberForm is what is typed about a person, as it was typed.
type MemberForm struct {
	Name, Email string
	Role        inn.Role
	Roles       []inn.Role // that the viewer may give
	Properties  PropertyBoxes
	Bare        bool       // they are asked whether it is meant to be without a property
	Problem     *inn.Error // why the form is shown again
}

// FieldBare says that a role which counts at properties is given without one.
const FieldBare = "bare"

func (f MemberForm) form() Form {
	return Form{ID: "person-form", Problem: f.Problem, Labels: []Label{
		{"name", "Name"}, {"email", "E-mail"}, {"role", "Role"}, {FieldTicked, "Their properties"},
	}}
}

func (f MemberForm) properties() Field {
	return f.form().field(FieldTicked, "Administrators have all of them; everybody else sees those that are ticked. Desk stands for what the house sells itself: cars, rides, tours.")
}

// MemberView is what "/team/{id}" shows.
type MemberView struct {
	TeamMember
	Form     MemberForm
	Sessions int // browsers they are signed in on
	TwoStep  bool
	Keys     int // of theirs that work, and stop when they are disabled
	Activity []inn.Event
	Link     *OneTimeLink

	Properties []inn.Property // theirs, for the names
}

// OneTimeLink is shown once to who made it.
type OneTimeLink struct {
	Name    string
	Invited bool // else it is for a forgotten password
	URL     string
	Until   time.Time
	Zone    *time.Location
}

// Keys is what "/keys" shows.
type Keys struct {
	Keys       []inn.Key
	Form       KeyForm
	Made       *MadeKey
	Properties []inn.Property
}

// KeyForm is what is typed about a new key, as it was typed.
type KeyForm struct {
	Name       string
	Scopes     []inn.Scope
	Properties PropertyBoxes
	Problem    *inn.Error
}

func (f KeyForm) form() Form {
	return Form{ID: "key-form", Problem: f.Problem, Labels: []Label{
		{"name", "Name, for example website"}, {"scope", "It may"}, {FieldTicked, "Limited to"},
	}}
}

func (f KeyForm) properties() Field {
	return f.form().field(FieldTicked, "None ticked: every property.")
}

// MadeKey is a key's secret, shown once.
type MadeKey struct{ Name, Secret string }

// Activity is what "/activity" shows: what people did, or, on its other side,
// the audit.
type Activity struct {
	Person   int64 // filter; 0 for everybody
	From, To inn.Date
	People   []inn.Member // to choose from; none for who sees only their own
	Events   []inn.Event
	Next     string
}

// live reports whether what happens next belongs on this page: not on an older
// page or one that ends in the past.
func (a Activity) live(p Page) bool {
	return a.To == "" && !strings.Contains(p.Path, "before=")
}

// list names the list that the stream adds to; one that is never addressed
// where nothing is to be added.
func (a Activity) list(p Page) string {
	switch {
	case !a.live(p):
		return ""
	case a.Person != 0:
		return listActivityOf(string(inn.UserTopic(a.Person)))
	}
	return listActivity
}

// Audit is what "/activity/audit" shows.
type Audit struct {
	Actor    string
	Action   inn.AuditAction
	From, To inn.Date
	Actors   []inn.Act // one for each actor there is
	Acts     []inn.Act
	Chain    Chain

	Properties []inn.Property // for the names of those that the acts name
	Query      string         // the filter, for the download
	Next       string
	Live       bool // what happens next belongs on this page
}

// list names the list that the stream adds to; one that is never addressed
// where nothing is to be added.
func (a Audit) list() string {
	if a.Live {
		return listAudit
	}
	return ""
}

// Chain is what following the audit's chain of hashes found.
type Chain struct {
	Acts int64  // how many are as they were written
	Head string // to be kept elsewhere: "17-9f86d0…"
	Bad  int64  // the first that is not; 0 when all are
	Why  string // "was changed"
}

// Invitation is the page behind a one-time link.
type Invitation struct {
	Token, Name, Email string
	New                bool // they set a password for the first time
	Problem            *inn.Error
}

func (i Invitation) form() Form {
	return Form{ID: "invitation-form", Problem: i.Problem, Labels: []Label{{"name", "Your name"}, {"password", "Password"}}}
}
