package inn

import (
	"strings"
	"time"
)

// ParseInstant reads a time as RFC 3339 has it, and nothing else: with a zone, t
// and z in either case, and a point before the fraction of a second. The package
// time alone would also take a comma, an hour of one digit and an offset of 24
// hours, and refuse a leap second, which counts as the second after it here.
func ParseInstant(s string) (time.Time, bool) {
	const form = "0000-00-00T00:00:00"
	s = strings.ToUpper(s)
	if len(s) <= len(form) || !shaped(s[:len(form)], form) {
		return time.Time{}, false
	}
	rest := s[len(form):]
	if strings.HasPrefix(rest, ".") {
		digits := len(rest[1:]) - len(strings.TrimLeft(rest[1:], "0123456789"))
		if digits == 0 {
			return time.Time{}, false
		}
		rest = rest[1+digits:]
	}
	switch {
	case rest == "Z":
	case len(rest) == 6 && (shaped(rest, "+00:00") || shaped(rest, "-00:00")) && rest[1:3] < "24" && rest[4:] < "60":
	default:
		return time.Time{}, false
	}
	leap := s[17:19] == "60"
	if leap {
		s = s[:17] + "59" + s[19:]
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || leap && (t.UTC().Hour() != 23 || t.UTC().Minute() != 59) {
		return time.Time{}, false
	}
	if leap {
		t = t.Truncate(time.Second).Add(time.Second)
	}
	return t, true
}

// shaped reports whether a text has digits where a form of the same length has
// zeros, and is the form elsewhere.
func shaped(s, form string) bool {
	for i := range len(form) {
		if form[i] == '0' && (s[i] < '0' || s[i] > '9') || form[i] != '0' && s[i] != form[i] {
			return false
		}
	}
	return true
}
