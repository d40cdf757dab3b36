package intake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"baithaka/internal/inn"
)

// binder reads JSON objects field by field and gathers everything that is wrong
// with them, so that a publisher mends all of it at once.
type binder struct {
	now      time.Time
	place    place
	problems []inn.FieldError
}

// fields is one object under way: each reader takes a field by name and reports
// it when it has the wrong shape. A null is given and empty.
type fields struct {
	binder  *binder
	pointer string
	values  map[string]json.RawMessage
	short   bool // seed A's data, whose senders put there what they like: unknown names are passed over
}

func (b *binder) object(raw json.RawMessage, pointer string) (*fields, bool) {
	f := &fields{binder: b, pointer: pointer}
	if err := json.Unmarshal(raw, &f.values); err != nil || f.values == nil {
		b.wrong(pointer, "must be an object")
		return f, false
	}
	return f, true
}

// wrong reports a field by where it stands.
func (b *binder) wrong(pointer, detail string) {
	b.problems = append(b.problems, inn.FieldError{Field: pointer, Detail: detail})
}

// wrong reports a field of the object.
func (f *fields) wrong(name, detail string) {
	escaped := strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
	f.binder.wrong(f.pointer+"/"+escaped, detail)
}

// known reports every name that nobody reads: a misspelt one would be lost
// without a word.
func (f *fields) known(names ...string) {
	if f.short {
		return
	}
	for _, name := range slices.Sorted(keys(f.values)) {
		if !slices.Contains(names, name) {
			f.wrong(name[:min(len(name), 64)], "is not a field of this event; it takes "+strings.Join(slices.Sorted(slices.Values(names)), ", "))
		}
	}
}

func keys(m map[string]json.RawMessage) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range m {
			if !yield(name) {
				return
			}
		}
	}
}

// take reads a field into v; false when it is absent, null or of another shape.
func (f *fields) take(name, shape string, v any) (given, ok bool) {
	raw, given := f.values[name]
	if !given || string(raw) == "null" {
		return given, false
	}
	if err := json.Unmarshal(raw, v); err != nil {
		f.wrong(name, "must be "+shape)
		return given, false
	}
	return true, true
}

// text reads a string of at most limit characters; control characters become
// spaces, but for line breaks in long texts.
func (f *fields) text(name string, limit int) inn.Field[string] {
	var s string
	given, ok := f.take(name, "a string", &s)
	if ok {
		s = inn.CleanText(s, limit == inn.MaxDetail)
		if n := utf8.RuneCountInString(s); n > limit {
			f.wrong(name, fmt.Sprintf("is %d characters long; the limit is %d", n, limit))
			s = ""
		}
	}
	return inn.Field[string]{Given: given, Value: s}
}

// identifier reads an id: what it may hold is checked as sent, nothing is
// cleaned away.
func (f *fields) identifier(name string) inn.Field[string] {
	var s string
	given, ok := f.take(name, "a string", &s)
	if ok && !inn.IsIdentifier(s) {
		f.wrong(name, inn.IdentifierIs)
		s = ""
	}
	return inn.Field[string]{Given: given, Value: s}
}

// key reads an identifier that something is known by: null is none.
func (f *fields) key(name string) inn.Field[string] {
	id := f.identifier(name)
	id.Given = id.Given && !f.null(name)
	return id
}

func (f *fields) null(name string) bool { return string(f.values[name]) == "null" }

// slug reads a property's slug; whether it exists is for the store to say.
func (f *fields) slug(name string) inn.Field[string] {
	var s string
	given, ok := f.take(name, "a string", &s)
	if ok && !inn.IsIdentifier(s) {
		f.wrong(name, "must be a property's slug")
		s = ""
	}
	return inn.Field[string]{Given: given, Value: s}
}

// number reads a JSON number as it was written, so that no digit is lost.
func (f *fields) number(name string) (n inn.Field[string], cleared bool) {
	raw, given := f.values[name]
	switch {
	case !given:
	case string(raw) == "null":
		return n, true
	case raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9':
		return inn.Given(string(raw)), false
	default:
		f.wrong(name, "must be a number")
	}
	return n, false
}

// count reads a whole number from least to 10,000.
func (f *fields) count(name string, least int) inn.Field[int] {
	n := f.whole(name)
	if n.Given && n.Value != 0 && (n.Value < int64(least) || n.Value > 10_000) || n.Given && n.Value == 0 && least > 0 && !f.null(name) {
		f.wrong(name, fmt.Sprintf("must be %d to 10000", least))
		return inn.Field[int]{}
	}
	return inn.Field[int]{Given: n.Given, Value: int(n.Value)}
}

// version reads the source's own version of a booking. A source that sends null
// has none, and none is not an older one.
func (f *fields) version(name string) inn.Field[int64] {
	n := f.whole(name)
	n.Given = n.Given && !f.null(name)
	if n.Given && n.Value < 0 {
		f.wrong(name, "must not be negative")
	}
	return n
}

func (f *fields) whole(name string) inn.Field[int64] {
	var number json.Number
	given, ok := f.take(name, "a whole number", &number)
	if !ok {
		return inn.Field[int64]{Given: given}
	}
	n, err := strconv.ParseInt(number.String(), 10, 64)
	if err != nil || f.values[name][0] == '"' {
		f.wrong(name, "must be a whole number")
		return inn.Field[int64]{}
	}
	return inn.Given(n)
}

// date reads a stay date.
func (f *fields) date(name string) inn.Field[inn.Date] {
	var s string
	given, ok := f.take(name, "a date, YYYY-MM-DD", &s)
	if !ok {
		return inn.Field[inn.Date]{Given: given}
	}
	d, ok := inn.ParseDate(s)
	if !ok {
		f.wrong(name, "is not a date in the calendar; write YYYY-MM-DD")
		return inn.Field[inn.Date]{}
	}
	return inn.Given(d)
}

// clock reads a time of day, "14:30", in the zone of the property.
func (f *fields) clock(name string) inn.Field[string] {
	var s string
	given, ok := f.take(name, "a time of day, HH:MM", &s)
	if ok && !inn.IsClock(s) {
		f.wrong(name, "is not a time of day; write HH:MM, such as 14:30")
		s = ""
	}
	return inn.Field[string]{Given: given, Value: s}
}

// instant reads an RFC 3339 time with zone. The clocks of senders are not ours:
// one that is a little ahead counts as now, and one from tomorrow on cannot be
// when something happened.
func (f *fields) instant(name string) inn.Field[time.Time] {
	var s string
	given, ok := f.take(name, "a time, RFC 3339 with zone", &s)
	if !ok {
		return inn.Field[time.Time]{Given: given}
	}
	t, ok := inn.ParseInstant(s)
	switch {
	case !ok:
		f.wrong(name, "is not an RFC 3339 time with zone, such as 2026-12-01T10:00:00Z")
	case t.Year() < 1990:
		f.wrong(name, "is too long ago")
	case t.After(f.binder.now.Add(24 * time.Hour)):
		f.wrong(name, "is more than a day ahead of the server's clock")
	case t.After(f.binder.now):
		return inn.Given(f.binder.now.UTC().Truncate(time.Millisecond))
	default:
		return inn.Given(t.UTC().Truncate(time.Millisecond))
	}
	return inn.Field[time.Time]{}
}

// texts reads a list of at most 100 strings.
func (f *fields) texts(name string) []string {
	var all []string
	if _, ok := f.take(name, "a list of strings", &all); ok && len(all) > 100 {
		f.wrong(name, "holds more than 100")
		return nil
	}
	return all
}

// cleaned returns a document whose form is its sender's, with the control
// characters in its texts and names as spaces, like all text from outside. raw
// has been found well-formed.
func cleaned(raw json.RawMessage) json.RawMessage {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var document any
	if err := decoder.Decode(&document); err != nil {
		return raw
	}
	clean, err := json.Marshal(cleanedValue(document))
	if err != nil {
		return raw
	}
	return clean
}

func cleanedValue(v any) any {
	switch v := v.(type) {
	case string:
		return inn.CleanText(v, true)
	case []any:
		for i := range v {
			v[i] = cleanedValue(v[i])
		}
	case map[string]any:
		for _, name := range slices.Collect(maps.Keys(v)) {
			value := cleanedValue(v[name])
			delete(v, name)
			v[inn.CleanText(name, false)] = value
		}
	}
	return v
}
