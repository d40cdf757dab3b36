package intake

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"baithaka/internal/inn"
)

// formFields are what a form may say about a booking, under the payload's names:
// texts, numbers, and the amount, which is a number as people write it.
var (
	formTexts = []string{
		"type", "title", "customerName", "currency", "country", "checkIn", "checkOut", "unit", "startTime", "endTime", "place", "toPlace",
		"source", "externalId", "customerEmail", "customerPhone", "notes", "reason",
	}
	formNumbers = []string{"units", "guests", "seats"}
)

// Form reads what somebody typed about a booking, as if a program had sent it: the
// same fields under the same names, with the same checks. A field that the form
// does not have stays as it is, one that is empty is cleared. The amount may be
// written with a point or a comma.
func Form(t inn.Type, id string, values map[string][]string, now time.Time) (inn.Publication, error) {
	payload := map[string]json.RawMessage{"id": text(id)}
	for name := range values {
		value := strings.TrimSpace(first(values, name))
		switch {
		case slices.Contains(formTexts, name):
			payload[name] = text(value)
			if value == "" {
				payload[name] = json.RawMessage("null")
			}
		case slices.Contains(formNumbers, name):
			payload[name] = number(value)
		case name == "amount":
			payload[name] = number(Amount(value, first(values, "currency")))
		}
	}
	event := map[string]any{"type": t, "payload": payload}
	if property := first(values, "property"); property != "" {
		event["property"] = property
	}
	body, err := json.Marshal(event)
	if err != nil {
		return inn.Publication{}, err
	}
	p, _, problems := bind(body, now)
	for i, f := range problems { // a form's fields stand nowhere but in it
		problems[i].Field = f.Field[strings.LastIndexByte(f.Field, '/')+1:]
	}
	return p, inn.InvalidFields(problems)
}

func first(values map[string][]string, name string) string {
	if all := values[name]; len(all) > 0 {
		return all[0]
	}
	return ""
}

func text(s string) json.RawMessage {
	raw, _ := json.Marshal(s) // a string always can be
	return raw
}

// number is a number as JSON writes it; null for nothing, and the text itself for
// what is none, so that it is refused as a program's would be.
func number(s string) json.RawMessage {
	var n json.Number
	switch {
	case s == "":
		return json.RawMessage("null")
	case json.Unmarshal([]byte(s), &n) == nil && !strings.HasPrefix(s, `"`):
		return json.RawMessage(s)
	}
	return text(s)
}

// Amount returns an amount as people write it, "14,400.50" or "14.400,50" or
// "14 400", as JSON does. The last of the separators is the decimal one, unless as
// many digits follow it as no price in the currency has: "1.250" euros are a
// thousand and more, "1.250" Kuwaiti dinars are not. What is no amount is returned
// as it is.
func Amount(s, currency string) string {
	plain := strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\u00a0', '\u202f', '\'', '’':
			return -1
		}
		return r
	}, s)
	last := strings.LastIndexAny(plain, ".,")
	if last < 0 {
		return plain
	}
	separator, after := plain[last:last+1], len(plain)-last-1
	whole := strings.NewReplacer(".", "", ",", "").Replace(plain[:last])
	grouped := strings.Count(plain, separator) > 1 || after == 3 && inn.Digits(currency) != 3
	switch {
	case grouped && after == 3:
		return whole + plain[last+1:]
	case grouped || after == 0 || whole == "":
		return s
	}
	return whole + "." + plain[last+1:]
}
