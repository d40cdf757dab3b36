package views

import (
	"strconv"
	"strings"

	"baithaka/internal/inn"
)

// memberBadge says how a person stands.
func memberBadge(m inn.Member) badge {
	switch {
	case m.Disabled:
		return badge{"Disabled", "soft"}
	case m.Invited:
		return badge{"Invited", "info"}
	}
	return badge{"Active", "good"}
}

// keyBadge reports whether a key works.
func keyBadge(k inn.Key) badge {
	switch {
	case k.Revoked:
		return badge{"Revoked", "soft"}
	case !k.Viewer().Somebody():
		return badge{"Asleep", "warn"}
	}
	return badge{"Active", "good"}
}

// scopeName says what a scope lets a program do.
func scopeName(s inn.Scope) string {
	switch s {
	case inn.EventsWrite:
		return "publish bookings, alerts and changes"
	case inn.EventsRead:
		return "read the stream, the history and bookings, without money and contacts"
	case inn.MoneyRead:
		return "see amounts and revenue"
	case inn.ContactsRead:
		return "see guests' e-mail, phone and notes"
	case inn.NotificationsWrite:
		return "take alerts in hand"
	case inn.MetricsRead:
		return "read the program's own figures (Prometheus)"
	}
	return ""
}

// MostNamed is how many properties are named where one reads for which somebody's
// role counts; of more it says how many.
const MostNamed = 10

// names writes slugs as the properties' names.
func names(slugs []string, properties []inn.Property) string {
	if len(slugs) > MostNamed {
		return count(len(slugs)) + " properties"
	}
	said := make([]string, len(slugs))
	for i, slug := range slugs {
		said[i] = slug
		for _, p := range properties {
			if p.Slug == slug {
				said[i] = p.Name
			}
		}
	}
	return strings.Join(said, ", ")
}

// reach says for which properties a person's role counts.
func (t Team) reach(m inn.Member) string {
	if m.Role.May(inn.DashboardAccess, false) {
		return "every property"
	}
	if len(m.Properties) == 0 {
		return "no property"
	}
	return names(m.Properties, t.Properties)
}

func (k Keys) reach(key inn.Key) string {
	if len(key.Properties) == 0 {
		return "every property"
	}
	return names(key.Properties, k.Properties)
}

func joinScopes(scopes []inn.Scope) string {
	parts := make([]string, len(scopes))
	for i, s := range scopes {
		parts[i] = string(s)
	}
	return strings.Join(parts, ", ")
}

func teamSubtitle(t Team) string {
	onLine, invited := 0, 0
	for _, m := range t.People {
		if m.OnLine {
			onLine++
		}
		if m.Member.Invited && !m.Member.Disabled {
			invited++
		}
	}
	parts := []string{headcount(len(t.People)), strconv.Itoa(onLine) + " here now"}
	if invited > 0 {
		parts = append(parts, strconv.Itoa(invited)+" invited")
	}
	return joined(" · ", parts...)
}

func headcount(n int) string {
	if n == 1 {
		return "1 person"
	}
	return count(n) + " people"
}

// title names a face.
func (p Present) title() string {
	if p.You {
		return p.Name + " (you)"
	}
	return p.Name
}

// roleMay says in a few words what comes with a role.
func roleMay(r inn.Role) string {
	switch r {
	case inn.SuperAdmin:
		return "everything"
	case inn.Admin:
		return "every property, people, keys"
	case inn.Owner:
		return "watches their own properties, with money"
	case inn.Manager:
		return "runs their properties"
	case inn.Staff:
		return "their properties, without money"
	}
	return "what is addressed to them"
}

func signedIn(sessions int) string {
	if sessions == 0 {
		return "nowhere"
	}
	return "on " + plural(sessions, "browser")
}

func linkState(m inn.Member, p Page) string {
	if m.LinkUntil.Before(p.Now) {
		return "expired " + short(m.LinkUntil, p.Zone)
	}
	return "not used yet, works until " + short(m.LinkUntil, p.Zone)
}

func linkLabel(m inn.Member) string {
	if m.Invited {
		return "New invitation link"
	}
	return "Link for a forgotten password"
}
