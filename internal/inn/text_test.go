package inn

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParsePositionRefusesWhatItDidNotWrite(t *testing.T) {
	for _, p := range []Position{{"k7f2", 4812}, {"k7f2", 0}, {"a", 1<<63 - 1}, {strings.Repeat("a", 16), 1}} {
		got, err := ParsePosition(p.String())
		require.NoError(t, err, p)
		assert.Equal(t, p, got)
	}
	for _, s := range []string{
		"", "-", "k7f2", "k7f2-", "-4812", "4812", "k7f2--1", "k7f2--0", "k7f2-+1", "k7f2-007", "k7f2-00", "k7f2-1e3", "k7f2-0x1f", "k7f2-1_000",
		"k7f2-9223372036854775808", "k7f2- 1", "k7f2-1 ", " k7f2-1", "k7f2-1\n", "k7f2-1\r\nid: x", "k7f2\n-1", "k7f2-1-1", "k7f2-١", "ké-1",
		strings.Repeat("a", 17) + "-1", "a-" + strings.Repeat("0", 1<<16) + "1", strings.Repeat("-", 1<<16), "k\x00-1", "<b>-1",
	} {
		got, err := ParsePosition(s)
		assert.Equal(t, Malformed, CodeOf(err), "%.40q", s)
		assert.Zero(t, got)
	}
}

func FuzzParsePosition(f *testing.F) {
	for _, seed := range []string{"k7f2-4812", "k7f2--0", "k-9223372036854775808", "-1", "a-007", "a\n-1", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePosition(s)
		if err != nil {
			require.Zero(t, p)
			return
		}
		require.Equal(t, s, p.String(), "one position has one spelling")
		require.GreaterOrEqual(t, p.ID, int64(0))
	})
}

func TestIdentifiersCannotBreakOut(t *testing.T) {
	for _, s := range []string{"BK-1001", "a", "A.b_c:d-e", strings.Repeat("x", 64), "-7", ":a", "..1"} {
		assert.True(t, IsIdentifier(s), s)
	}
	for _, s := range []string{"", "-", ":", ".", "..", "...", "_:.-", strings.Repeat(".", 64), strings.Repeat("x", 65), "a b", "a\nb", "a\x00", "é", "a/b", "a#b", "a?b", "a%2f", `a"b`, "a'b", "<a>", "a\u200bb", "a\u202eb", "а"} {
		assert.False(t, IsIdentifier(s), "%q", s)
	}
	for s, ok := range map[string]bool{"lake-house": true, "a": true, "7": true, "a--b": true, "": false, "-a": false, "a-": false, "A": false, "a_b": false, "a.b": false, "a:b": false, strings.Repeat("a", 65): false} {
		assert.Equal(t, ok, IsSlug(s), s)
	}
}

func TestCleanText(t *testing.T) {
	for _, c := range []struct{ in, line, lines string }{
		{"Asha Rao", "Asha Rao", "Asha Rao"},
		{"  Asha\tRao \n", "Asha Rao", "Asha Rao"},
		{"a\r\nb", "a b", "a\nb"},
		{"a\rb", "a b", "a b"},
		{"a\x00b\x1bc\x7fd\u0085e", "a b c d e", "a b c d e"},
		{"a\u2028b\u2029c", "a b c", "a b c"},
		{"नमस्ते 👩‍👩‍👧", "नमस्ते 👩‍👩‍👧", "नमस्ते 👩‍👩‍👧"},
		{"a\xffb", "a\ufffdb", "a\ufffdb"},
		{"Zoe\u0308", "Zoë", "Zoë"},
		{"\u1112\u1161\u11ab", "한", "한"},
		{"Ａ ﬁ", "Ａ ﬁ", "Ａ ﬁ"}, // another letter to the eye, and kept
		{"\n\n", "", ""},
	} {
		assert.Equal(t, c.line, CleanText(c.in, false), "%q", c.in)
		assert.Equal(t, c.lines, CleanText(c.in, true), "%q", c.in)
	}
}

func FuzzCleanText(f *testing.F) {
	for _, seed := range []string{"a\r\nb", "\x00", "a\u2028b", "\xff\xfe", " x ", "BK-1001", "\u202e", "data: x\n\nid: 1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, lines := range []bool{false, true} {
			clean := CleanText(s, lines)
			require.Equal(t, clean, CleanText(clean, lines), "cleaning twice changes nothing")
			require.True(t, utf8.ValidString(clean))
			for _, r := range clean {
				require.False(t, unicode.IsControl(r) && !(lines && r == '\n') || r == '\u2028' || r == '\u2029', "%q", clean)
			}
		}
		if IsIdentifier(s) {
			require.Equal(t, s, CleanText(s, false), "an identifier needs no cleaning")
			require.LessOrEqual(t, len(s), MaxIdentifier)
		}
		if IsSlug(s) {
			require.True(t, IsIdentifier(s))
			require.Equal(t, strings.ToLower(s), s)
		}
	})
}

func TestDatesAreOfTheCalendar(t *testing.T) {
	for s, ok := range map[string]bool{
		"2026-12-12": true, "2028-02-29": true, "1900-01-01": true, "9999-12-31": true,
		"2027-02-29": false, "2026-13-01": false, "2026-00-10": false, "2026-1-2": false, "1899-12-31": false, "0000-01-01": false,
		"": false, "2026-12-12T00:00:00Z": false, " 2026-12-12": false, "12-12-2026": false, "10000-01-01": false, "-001-01-01": false,
	} {
		_, got := ParseDate(s)
		assert.Equal(t, ok, got, s)
	}
	assert.Equal(t, 3, Date("2026-12-12").Days("2026-12-15"))
	assert.Equal(t, -1, Date("2026-12-12").Days("2026-12-11"))
	assert.Equal(t, 2, Date("2026-03-28").Days("2026-03-30"), "a night with 23 hours is one night")
	assert.Equal(t, Date("2027-01-01"), Date("2026-12-31").Add(1))
	rome := Location("Europe/Rome")
	assert.Equal(t, Date("2026-12-13"), DateOf(time.Date(2026, 12, 12, 23, 30, 0, 0, time.UTC), rome))
	assert.True(t, Date("").Time().IsZero())
	assert.Equal(t, 0, Booking{CheckIn: "2026-12-12"}.Nights(), "a date is missing")
}

func TestWindowsAndScopesAndAddresses(t *testing.T) {
	for s, days := range map[string]int{"": 30, "7d": 7, "1d": 1, "366d": 366, "0d": 0, "367d": 0, "7": 0, "d": 0, "-7d": 0, "7dd": 0, "1e2d": 0} {
		got, err := ParseWindow(s)
		assert.Equal(t, days, got, s)
		assert.Equal(t, days == 0, err != nil, s)
	}
	scopes, err := ParseScopes([]string{"events:read", " money:read"})
	require.NoError(t, err)
	assert.Equal(t, []Scope{EventsRead, MoneyRead}, scopes)
	for _, list := range [][]string{nil, {""}, {"events:read", "root"}} {
		_, err := ParseScopes(list)
		assert.Equal(t, Invalid, CodeOf(err), list)
	}
	for s, ok := range map[string]bool{"a@b": true, "asha.rao@demo.test": true, "": false, "a": false, "@b": false, "a@": false, "a@b@c": false, "a b@c": false,
		"a@b\n": false, "<a@b>": false, "a,b@c": false, strings.Repeat("a", 254) + "@b": false} {
		assert.Equal(t, ok, CheckEmail(s), s)
	}
}

func TestPropertyThatCannotBeListed(t *testing.T) {
	good := Property{Slug: "lake-house", Name: "Lake House", Category: Stay, Units: 4, Currency: "INR", Zone: "Asia/Kolkata", Country: "IN"}
	require.NoError(t, good.Validate())
	for pointer, spoil := range map[string]func(*Property){
		"slug":     func(p *Property) { p.Slug = Desk },
		"name":     func(p *Property) { p.Name = "" },
		"category": func(p *Property) { p.Category = "castle" },
		"units":    func(p *Property) { p.Units = 0 },
		"currency": func(p *Property) { p.Currency = "inr" },
		"timezone": func(p *Property) { p.Zone = "Local" },
		"country":  func(p *Property) { p.Country = "in" },
	} {
		p := good
		spoil(&p)
		assert.Equal(t, []string{pointer}, pointers(p.Validate()), pointer)
	}
	assert.Equal(t, time.UTC, Location("Mars/Olympus"))
	assert.Equal(t, time.UTC, Location("../../etc/passwd"))
}
