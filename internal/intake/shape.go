package intake

import (
	"bytes"
	"encoding/json"
	"strings"
)

// shapeLength is how much of a body's shape is kept, in bytes.
const shapeLength = 500

// Shape writes a body with the names of its fields and the kinds of their
// values: {"type": text, "payload": {"amount": number}}. Names that are none of
// ours may be anything, and are left out like the values.
func Shape(body []byte) string {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var b strings.Builder
	shapeValue(decoder, &b, 0)
	if b.Len() > shapeLength {
		return b.String()[:shapeLength] + "…"
	}
	return b.String()
}

// shapeValue writes the next value; false ends the shape where the body is no
// JSON any more, or there is enough.
func shapeValue(decoder *json.Decoder, b *strings.Builder, depth int) bool {
	token, err := decoder.Token()
	if err != nil || b.Len() > shapeLength || depth > 8 {
		return false
	}
	switch token := token.(type) {
	case json.Delim:
		ends := "]"
		if token == '{' {
			ends = "}"
		}
		b.WriteString(token.String())
		for first := true; decoder.More(); first = false {
			if !first {
				b.WriteString(", ")
			}
			if token == '{' {
				name, err := decoder.Token()
				if err != nil {
					return false
				}
				text, _ := name.(string)
				if !Published(text) {
					text = "?"
				}
				b.WriteString(`"` + text + `": `)
			}
			if !shapeValue(decoder, b, depth+1) {
				return false
			}
		}
		b.WriteString(ends)
		_, err := decoder.Token()
		return err == nil
	case string:
		b.WriteString("text")
	case json.Number:
		b.WriteString("number")
	case bool:
		b.WriteString("true or false")
	default:
		b.WriteString("null")
	}
	return true
}

// Published reports whether a name is one that a publish may hold.
func Published(name string) bool { return publishedField[name] }

// publishedField are the names that a publish may hold.
var publishedField = func() map[string]bool {
	names := map[string]bool{}
	for name := range strings.FieldsSeq(`type property payload data priority timestamp rooms affectedUsers role
		id bookingId title customerName amount currency status country propertyId checkIn checkOut units guests source
		externalId version customerEmail customerPhone notes key detail action`) {
		names[name] = true
	}
	return names
}()
