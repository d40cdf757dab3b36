package views

import (
	"net/mail"
	"net/url"
	"strings"

	"baithaka/internal/inn"
)

// telephone returns the link that dials a phone number, or "" where there is nothing
// to dial.
func telephone(typed string) string {
	if number := inn.Dial(typed); number != "" {
		return "tel:" + number
	}
	return ""
}

// mailto returns the link to an e-mail address (RFC 6068), or "" where somebody
// wrote something else. What could begin another recipient, a subject or a text is
// written in percent signs.
func mailto(typed string) string {
	one, err := mail.ParseAddress(typed)
	if err != nil {
		return ""
	}
	address := strings.Trim((&mail.Address{Address: one.Address}).String(), "<>")
	at := strings.LastIndexByte(address, '@')
	return "mailto:" + escaped(address[:at]) + "@" + escaped(address[at+1:])
}

func escaped(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") // QueryEscape's + is a blank
}
