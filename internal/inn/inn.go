// Package inn holds the words of the trade: what a booking, an alert, a
// property, a member and an event are, what may happen to them, and who may see
// what. Beside the standard library it imports the time zones and
// golang.org/x/text, for what Unicode says of letters, and does no I/O of its own,
// so that the store, the stream and the pages can all speak of the same things.
//
// The glossary:
//
//	property   a house, fleet or tour that is sold; known by its slug
//	desk       the reserved slug for bookings that belong to no property
//	booking    a stay, car, transfer or tour sold to a guest; known by its public id
//	alert      something wrong that wants somebody; known by its key within a property
//	event      one thing that happened, with the snapshot of its subject afterwards
//	topic      where an event happened, or whom it is addressed to
//	room       the seeds' word for a topic plus the action it takes to hear it
//	position   a place in the log: "epoch-number", opaque outside
//	viewer     a person or an API key as of now: role or scopes, and properties
//	visibility      what of a viewer a fragment may depend on; the key under which frames are shared
//	card       a notification: one per subject, with a read mark per person
package inn

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Desk is the reserved slug that stands for bookings without a property: the
// cars, transfers and tours that the house sells itself.
const Desk = "desk"

// The limits of text that comes from outside, in characters.
const (
	MaxName       = 200  // names and titles
	MaxDetail     = 2000 // details and notes
	MaxReason     = 200  // why something is over
	MaxIdentifier = 64
)

// IdentifierIs says what an identifier must be, for whoever sent another.
const IdentifierIs = "must be 1 to 64 of A-Z a-z 0-9 . _ : -, a letter or digit among them"

// IsIdentifier reports whether s may serve as an id from outside: 1 to 64 of
// A-Z a-z 0-9 . _ : -, a letter or digit among them. Anything else could break out
// of a line of the stream, a path or a selector; and a path of dots leads elsewhere.
func IsIdentifier(s string) bool {
	if len(s) < 1 || len(s) > MaxIdentifier {
		return false
	}
	says := false
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
			says = true
		case c == '.', c == '_', c == ':', c == '-':
		default:
			return false
		}
	}
	return says
}

// IsSlug reports whether s may name a property: 1 to 64 of a-z 0-9 and inner
// hyphens.
func IsSlug(s string) bool {
	if !IsIdentifier(s) || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		return !('a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '-')
	}) < 0
}

// CleanText turns control characters into spaces and trims the ends. Line
// breaks survive where lines are allowed (details and notes). The text is composed
// (NFC): what differs only in how an accent is encoded looks the same and is.
func CleanText(s string, lines bool) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case lines && r == '\n':
			return r
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
	return strings.TrimSpace(norm.NFC.String(s))
}

// sameText reports whether two texts are one to the eye. What was stored before
// texts were composed is compared with what is.
func sameText(a, b string) bool { return a == b || norm.NFC.String(a) == norm.NFC.String(b) }
