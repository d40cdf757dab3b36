package inn

import (
	"slices"
	"strings"
	"time"
)

// Member is a person of the house: one role and a list of properties.
type Member struct {
	ID         int64
	Email      string
	Name       string
	Role       Role
	Properties []string // slugs, sorted; Desk among them when assigned
	Zone       string   // IANA name; "" for the house's
	Disabled   bool
	Invited    bool      // has not set a password yet, and so cannot sign in
	LinkUntil  time.Time // until when the last link made for them works; zero without one
	LastSeen   time.Time
}

// Viewer returns what the member may do and see as of now. A disabled member may
// nothing.
func (m Member) Viewer() Viewer {
	if m.Disabled {
		return Viewer{}
	}
	return Viewer{UserID: m.ID, Name: m.Name, Email: m.Email, Role: m.Role, Properties: m.Properties, Zone: m.Zone}
}

// WrongRole is what is wrong with a role that is none.
var WrongRole = FieldError{Field: "role", Detail: "must be SUPER_ADMIN, ADMIN, PROPERTY_OWNER, PROPERTY_MANAGER, STAFF or USER"}

// Checked returns the member as they are to be stored, and names every field that
// is wrong.
func (m Member) Checked() (Member, error) {
	var wrong []FieldError
	if !CheckEmail(m.Email) {
		wrong = append(wrong, FieldError{Field: "email", Detail: "must be an e-mail address"})
	}
	m.Name = CleanText(m.Name, false)
	if m.Name == "" || len([]rune(m.Name)) > MaxName {
		wrong = append(wrong, FieldError{Field: "name", Detail: "must be 1 to 200 characters"})
	}
	if !m.Role.Valid() {
		wrong = append(wrong, WrongRole)
	}
	return m, InvalidFields(wrong)
}

// Scope is one power of an API key.
type Scope string

// The scopes a key may have.
const (
	EventsWrite        Scope = "events:write"
	EventsRead         Scope = "events:read"
	MoneyRead          Scope = "money:read"
	ContactsRead       Scope = "contacts:read"
	NotificationsWrite Scope = "notifications:write"
	MetricsRead        Scope = "metrics:read"
)

// WallView is what the link of a wall may, and no key can be given.
const WallView Scope = "wall"

// Scopes lists every scope that a key can be given.
var Scopes = []Scope{EventsWrite, EventsRead, MoneyRead, ContactsRead, NotificationsWrite, MetricsRead}

// ParseScopes reads a comma-separated list.
func ParseScopes(list []string) ([]Scope, error) {
	var scopes []Scope
	for _, s := range list {
		s := Scope(strings.TrimSpace(s))
		if !slices.Contains(Scopes, s) {
			return nil, E(Invalid, "%q is not a scope; the scopes are events:write, events:read, money:read, contacts:read, notifications:write and metrics:read.", clip(string(s)))
		}
		scopes = append(scopes, s)
	}
	if len(scopes) == 0 {
		return nil, E(Invalid, "A key needs at least one scope, for example events:write.")
	}
	return scopes, nil
}

// Key is an API key; its secret is kept nowhere, only a hash.
type Key struct {
	ID         int64
	Name       string
	Scopes     []Scope
	Properties []string // slugs it is limited to; empty for every property and the desk
	Owner      *Member  // who made it, and may at least as much; nil for an installation key
	Created    time.Time
	LastUsed   time.Time
	Revoked    bool

	Wall  string // the property whose wall it opens, and then nothing else; "" for a program's
	Label string // of a wall: where it hangs
}

// Viewer returns what the key may do and see as of now: never more than its
// owner. A revoked key may nothing, nor may one whose owner is disabled or has
// none of its properties left, nor a wall whose owner may not make it any more.
func (k Key) Viewer() Viewer {
	v := Viewer{KeyID: k.ID, Name: k.Name, Scopes: k.Scopes, Properties: k.Properties}
	switch {
	case k.Revoked:
		return Viewer{}
	case k.Owner == nil:
		return v
	}
	owner := k.Owner.Viewer()
	if !owner.Somebody() || k.Wall != "" && !owner.May(WallManage, k.Wall) {
		return Viewer{}
	}
	v.Role = owner.Role
	if owner.May(DashboardAccess, "") {
		return v
	}
	if len(v.Properties) == 0 {
		v.Properties = owner.Properties
	}
	theirs := make(map[string]bool, len(owner.Properties))
	for _, p := range owner.Properties {
		theirs[p] = true
	}
	v.Properties = slices.DeleteFunc(slices.Clone(v.Properties), func(p string) bool { return !theirs[p] })
	if len(v.Properties) == 0 {
		return Viewer{}
	}
	return v
}

// CheckEmail reports whether s can be somebody's address: one @, no spaces or
// control characters, at most 254 characters. Whether it arrives is for mail
// to find out.
func CheckEmail(s string) bool {
	local, domain, found := strings.Cut(s, "@")
	return found && local != "" && domain != "" && !strings.Contains(domain, "@") && len(s) <= 254 &&
		strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`"<>,;`, r) }) < 0
}
