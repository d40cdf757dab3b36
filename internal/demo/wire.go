package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"baithaka/internal/inn"
)

// Publisher is how the simulator tells the house what happened. Its error is the
// house's: a code, and what was wrong.
type Publisher func(context.Context, inn.Publication) error

// Over returns a publisher that does what any program does: it posts to the API at
// an address, with a key. So what the house measures of publishing is measured of
// the simulator too.
func Over(client *http.Client, base, key string) Publisher {
	return func(ctx context.Context, p inn.Publication) error {
		body, err := json.Marshal(wire(p))
		if err != nil {
			return err
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/api/v1/events", bytes.NewReader(body))
		if err != nil {
			return err
		}
		r.Header.Set("Authorization", "Bearer "+key)
		r.Header.Set("Content-Type", "application/json")
		answer, err := client.Do(r)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		said, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
		if err != nil || answer.StatusCode < 300 {
			return err
		}
		var problem struct{ Detail string }
		_ = json.Unmarshal(said, &problem) // a proxy's error is no JSON; its status says enough
		code := inn.Unavailable
		switch answer.StatusCode {
		case http.StatusConflict:
			code = inn.Conflict
		case http.StatusUnprocessableEntity:
			code = inn.Invalid
		}
		return &inn.Error{Code: code, Text: fmt.Sprintf("%s: %s", answer.Status, problem.Detail)}
	}
}

// wire writes a publication in the API's native shape.
func wire(p inn.Publication) map[string]any {
	event := map[string]any{"type": p.Type}
	if p.Priority != "" {
		event["priority"] = p.Priority
	}
	if !p.At.IsZero() {
		event["timestamp"] = p.At.Format(time.RFC3339Nano)
	}
	payload := map[string]any{}
	event["payload"] = payload
	switch {
	case p.Booking != nil:
		c := p.Booking
		payload["id"] = c.ID
		given(event, "property", c.Property)
		given(payload, "type", c.Category)
		given(payload, "title", c.Title)
		given(payload, "customerName", c.Customer)
		if c.Amount.Given {
			payload["amount"] = json.Number(c.Amount.Value)
		}
		given(payload, "currency", c.Currency)
		given(payload, "country", c.Country)
		given(payload, "checkIn", c.CheckIn)
		given(payload, "checkOut", c.CheckOut)
		given(payload, "units", c.Units)
		given(payload, "guests", c.Guests)
		given(payload, "source", c.Source)
		given(payload, "externalId", c.ExternalID)
		given(payload, "customerEmail", c.Email)
		given(payload, "customerPhone", c.Phone)
		given(payload, "notes", c.Notes)
	case p.Alert != nil:
		payload["key"] = p.Alert.Key
		if p.Alert.Property != "" {
			event["property"] = p.Alert.Property
		}
		given(payload, "title", p.Alert.Title)
		given(payload, "detail", p.Alert.Detail)
	case p.Property != nil:
		event["property"] = p.Property.Slug
		payload["status"], payload["title"], payload["detail"] = p.Property.Status, p.Property.Title, p.Property.Detail
	}
	return event
}

// given writes a field that is said at all; what it is cleared to is null.
func given[T comparable](into map[string]any, name string, f inn.Field[T]) {
	var none T
	switch {
	case !f.Given:
	case f.Value == none:
		into[name] = nil
	default:
		into[name] = f.Value
	}
}
