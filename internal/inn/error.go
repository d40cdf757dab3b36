package inn

import (
	"errors"
	"fmt"
	"time"
)

// Code says what kind of failure an Error is; handlers/errors.go turns it into
// a status.
type Code string

// The codes, each with the HTTP status it becomes.
const (
	Malformed       Code = "malformed"         // 400: the bytes cannot be read as what they claim to be
	Unauthenticated Code = "unauthenticated"   // 401: nobody we know is asking
	Forbidden       Code = "forbidden"         // 403: an action one may not take on what one sees
	NotFound        Code = "not-found"         // 404: not there, or not for this viewer; the two look alike
	NotAllowed      Code = "not-allowed"       // 405: an address that is not asked with this method
	Conflict        Code = "conflict"          // 409: a step that the present state does not allow
	TooLarge        Code = "too-large"         // 413
	Unsupported     Code = "unsupported-media" // 415
	Misdirected     Code = "misdirected"       // 421: a Host that is not ours
	Invalid         Code = "invalid"           // 422: readable, but a field is wrong
	TooMany         Code = "too-many"          // 429: with RetryAfter
	Internal        Code = "internal"          // 500: unknown; its text is shown to nobody
	Unavailable     Code = "unavailable"       // 503: for now; with RetryAfter
	NoSpace         Code = "no-space"          // 507: the disk is full; nothing was stored
)

// FieldError names one wrong field and says what would be right. The domain names
// fields as the API does, "amount"; whoever read them adds where they stood: JSON
// a pointer, "/payload/amount", a form nothing, since its fields have these names.
type FieldError struct {
	Field, Detail string
}

// Pointer returns the field as a JSON pointer: where it stood in what was sent, or
// its name alone for a parameter of an address or a header.
func (f FieldError) Pointer() string {
	if f.Field == "" || f.Field[0] == '/' {
		return f.Field
	}
	return "/" + f.Field
}

// Error is a failure meant for a person or a program: its Text says what
// happened and what to do. Cause is for the log only.
type Error struct {
	Code       Code
	Text       string
	Fields     []FieldError
	Item       int // which of several things it is about, from 1; 0 for none
	RetryAfter time.Duration
	Cause      error
}

// E makes an Error with a text that may be shown.
func E(code Code, text string, args ...any) *Error {
	if len(args) > 0 {
		text = fmt.Sprintf(text, args...)
	}
	return &Error{Code: code, Text: text}
}

// InvalidFields makes the error for fields that cannot be accepted, or nil when
// there are none.
func InvalidFields(fields []FieldError) error {
	if len(fields) == 0 {
		return nil
	}
	return &Error{Code: Invalid, Text: "Some fields cannot be accepted; nothing was stored.", Fields: fields}
}

// InvalidQuery is InvalidFields for the parameters of an address that is read.
func InvalidQuery(fields []FieldError) error {
	if len(fields) == 0 {
		return nil
	}
	return &Error{Code: Invalid, Text: "Some of what stands behind the ? of the address cannot be asked for.", Fields: fields}
}

// Error satisfies error with the shown text and, when known, the cause.
func (e *Error) Error() string {
	text := e.Text
	for _, f := range e.Fields {
		text += " " + f.Field + ": " + f.Detail + "."
	}
	if e.Cause != nil {
		return text + ": " + e.Cause.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// CodeOf returns the code of an error, Internal for one that is not ours.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// TextOf returns the text that may be shown for an error. An unknown error's own
// text is never shown: it may hold paths, SQL or somebody's name.
func TextOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Text
	}
	return "Something went wrong here. Nothing was lost; please try again, and tell your administrator if it happens again."
}

// NoSuch is the one answer for an object that is not there or not for this
// viewer.
func NoSuch(noun string) *Error { return E(NotFound, "No such %s.", noun) }

// Busy is the answer when too many wait for the same thing: 503, to be asked for
// again in a moment.
func Busy() *Error {
	return &Error{Code: Unavailable, Text: "Too much is asked for at once just now. Try again in a moment.", RetryAfter: 2 * time.Second}
}

// Of returns the error as one about the i-th of several things.
func (e *Error) Of(i int) *Error {
	about := *e
	about.Item = i + 1
	return &about
}
