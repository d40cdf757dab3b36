package handlers

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
	"baithaka/views"
)

// rejectedKept is how many rejected publishes the inspector remembers.
const rejectedKept = 100

// inspector remembers the publishes that were refused, and why, so that whoever
// connects a program sees what it does wrong. It is memory only, and it holds
// names of fields and reasons, never a value: what is in a body is a guest's.
type inspector struct {
	mu      sync.Mutex
	list    []views.Rejected // newest first
	version uint64
}

// bodyKey is under which a publish keeps its body, for the inspector.
const bodyKey = "body"

func publishes(c echo.Context) bool {
	return c.Request().Method == http.MethodPost && (c.Path() == "/api/v1/events" || c.Path() == "/api/realtime/trigger")
}

// rejected notes a refused publish. The same refusal again is counted, not
// listed: one program that is wrong all day hides nobody else.
func (i *inspector) rejected(c echo.Context, status int, e *inn.Error, now time.Time) {
	body, _ := c.Get(bodyKey).([]byte)
	one := views.Rejected{At: now, Actor: "nobody known", Status: status, Reason: e.Text, Fields: e.Fields, Shape: shapeOf(body), Times: 1}
	if v := viewer(c); v.Somebody() {
		one.Actor = v.Name
	}
	if len(one.Fields) > 10 {
		one.Fields = one.Fields[:10]
	}
	one.Fields = nameless(one.Fields)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.version++
	for n, known := range i.list {
		if known.Same(one) {
			one.Times += known.Times
			i.list = append(i.list[:n], i.list[n+1:]...)
			break
		}
	}
	i.list = append([]views.Rejected{one}, i.list[:min(len(i.list), rejectedKept-1)]...)
}

// nameless returns the wrong fields without names that are none of ours.
func nameless(fields []inn.FieldError) []inn.FieldError {
	list := make([]inn.FieldError, len(fields))
	for i, f := range fields {
		parts := strings.Split(f.Pointer, "/")
		for n, part := range parts {
			if _, err := strconv.Atoi(part); err != nil && part != "" && part != "Idempotency-Key" && !publishedField[part] {
				parts[n] = "?"
			}
		}
		list[i] = inn.FieldError{Pointer: strings.Join(parts, "/"), Detail: f.Detail}
	}
	return list
}

// rejections returns what is remembered, the newest first.
func (i *inspector) rejections() ([]views.Rejected, uint64) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]views.Rejected(nil), i.list...), i.version
}

// shapeLength is how much of a body's shape is kept, in bytes.
const shapeLength = 500

// shapeOf writes a body with the names of its fields and the kinds of their
// values: {"type": text, "payload": {"amount": number}}. Names that are none of
// ours may be anything, and are left out like the values.
func shapeOf(body []byte) string {
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
				if !publishedField[text] {
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
