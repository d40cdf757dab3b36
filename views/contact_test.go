package views

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMailtoNamesOneAddressAndNothingElse(t *testing.T) {
	for typed, want := range map[string]string{
		"meera@example.com":              "mailto:meera@example.com",
		"Meera Iyer <meera@example.com>": "mailto:meera@example.com",
		"o'brien+rome@example.com":       "mailto:o%27brien%2Brome@example.com",
		"a&b=c/d?e#f@example.com":        "mailto:a%26b%3Dc%2Fd%3Fe%23f@example.com",
		"50%off@example.com":             "mailto:50%25off@example.com",
		`"meera iyer"@example.com`:       "mailto:%22meera%20iyer%22@example.com",
		"जयंत@उदाहरण.भारत":               "mailto:" + url.QueryEscape("जयंत") + "@" + url.QueryEscape("उदाहरण.भारत"),
		"a@b.test?bcc=all@evil.test":     "",
		"a@b.test,b@c.test":              "",
		"a@b.test; b@c.test":             "",
		"ask at the desk":                "",
		"a@b.test\r\nBcc: x@y.test":      "",
		"":                               "",
	} {
		assert.Equal(t, want, mailto(typed), "%q", typed)
	}
	link, err := url.Parse(mailto("a&b=c/d?e#f@example.com"))
	require.NoError(t, err)
	assert.Empty(t, link.RawQuery+link.Fragment)
	opaque, err := url.PathUnescape(link.Opaque)
	require.NoError(t, err)
	assert.Equal(t, "a&b=c/d?e#f@example.com", opaque)
}

func TestContactsThatCannotBeUsedAreNoLinks(t *testing.T) {
	b := booking()
	b.Email, b.Phone = "ask at the desk", "*21*0171234567#"
	html := render(t, BookingFacts(b, seesAll))
	assert.Contains(t, html, "<bdi>ask at the desk</bdi>")
	assert.Contains(t, html, "<bdi>*21*0171234567#</bdi>")
	assert.NotContains(t, html, "tel:")
	assert.NotContains(t, html, "mailto:")
	b.Phone = "+39 (0)6 1234567 int. 12"
	html = render(t, BookingFacts(b, seesAll))
	assert.Contains(t, html, `<a href="tel:+39061234567;ext=12"><bdi>+39 (0)6 1234567 int. 12</bdi></a>`)
	assert.Equal(t, 2, strings.Count(html, `href="tel:+39061234567;ext=12"`), "the number and the way to call it")
	assert.NotContains(t, html, "wa.me", "a number with an extension is of a switchboard")
	b.Phone = "+91 98 7654 3210"
	assert.Contains(t, render(t, BookingFacts(b, seesAll)), `href="https://wa.me/919876543210"`)
	b.Phone = "098 7654 3210"
	assert.NotContains(t, render(t, BookingFacts(b, seesAll)), "wa.me", "of which country it is nobody knows")
	assert.NotContains(t, render(t, BookingFacts(b.Redact(seesNoCash), seesNoCash)), "98 7654 3210")
}
