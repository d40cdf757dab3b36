package inn

import (
	"bytes"
	"encoding/json"
)

// EventJSON is an event as programs see it.
type EventJSON struct {
	ID        string          `json:"id"`
	Type      Type            `json:"type"`
	Kind      Kind            `json:"kind"`
	Priority  Priority        `json:"priority"`
	Property  string          `json:"property,omitempty"`
	Subject   string          `json:"subject"`
	Actor     string          `json:"actor"`
	Timestamp string          `json:"timestamp"`
	Payload   json.RawMessage `json:"payload"`
}

// Milliseconds is the layout of times in answers to programs: RFC 3339, always
// with three decimals.
const Milliseconds = "2006-01-02T15:04:05.000Z07:00"

// JSON returns the outside form of an event that has been redacted, with its id in
// an epoch of the log. A snapshot that cannot be read is left out: it must not
// spoil the list it stands in.
func (e *Event) JSON(epoch string) EventJSON {
	payload := e.Data
	if !bytes.HasPrefix(payload, []byte("{")) || !json.Valid(payload) {
		payload = json.RawMessage(`{}`)
	}
	return EventJSON{
		Position{Epoch: epoch, ID: e.ID}.String(), e.Type, e.Kind(), e.Priority, e.Property,
		e.Subject, e.Actor, e.At.UTC().Format(Milliseconds), payload,
	}
}
