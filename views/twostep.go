package views

import (
	"encoding/base32"
	"net/url"
	"strconv"
	"strings"
	"time"

	"rsc.io/qr"

	"baithaka/internal/inn"
)

// TwoStep is what "/settings/twostep" shows: how to set it up, the secret while
// that is under way, or what can be done once it is on.
type TwoStep struct {
	Since   time.Time  // zero while it is off
	Secret  []byte     // while it is being set up here
	Left    int        // recovery codes
	Form    string     // what was asked for: "begin", "confirm", "codes" or "off"
	Problem *inn.Error // why it is shown again
}

// form returns one of the forms, with how it calls the code.
func (t TwoStep) form(name, code string) Form {
	f := codeForm(name+"-form", code, nil)
	if t.Form == name {
		f.Problem = t.Problem
	}
	if name == "codes" || name == "off" { // they stand on one page
		f.Prefix = name + "-"
	}
	return f
}

// codeForm is a form that asks for a code and perhaps the password.
func codeForm(id, code string, problem *inn.Error) Form {
	return Form{ID: id, Problem: problem, Labels: []Label{{"present", "Your password"}, {"code", code}}}
}

// secretText writes a secret as apps take it by hand, in groups of four.
func secretText(secret []byte) string {
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
	var groups []string
	for len(text) > 4 {
		groups, text = append(groups, text[:4]), text[4:]
	}
	return strings.Join(append(groups, text), " ")
}

// secretURI is what the QR code holds: the key URI that every app reads.
func secretURI(email string, secret []byte) string {
	q := url.Values{
		"secret": {strings.ReplaceAll(secretText(secret), " ", "")}, "issuer": {"Baithaka"},
		"algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"},
	}
	return "otpauth://totp/" + url.PathEscape("Baithaka:"+email) + "?" + q.Encode()
}

// quiet is the white margin of a QR code, in modules, that readers need.
const quiet = 4

// qrPath draws a text as a QR code: the path of its dark modules in an SVG of
// size by size. "" when the text is too long for one.
func qrPath(text string) (path string, size int) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", 0
	}
	var b strings.Builder
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				b.WriteString("M" + strconv.Itoa(x+quiet) + " " + strconv.Itoa(y+quiet) + "h1v1h-1z")
			}
		}
	}
	return b.String(), code.Size + 2*quiet
}

// box is the viewBox of a square.
func box(size int) string { return "0 0 " + strconv.Itoa(size) + " " + strconv.Itoa(size) }
