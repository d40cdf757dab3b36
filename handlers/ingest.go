package handlers

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"baithaka/inn"
	"baithaka/store"
)

const (
	maxBody  = 256 << 10 // one event
	maxBatch = 1 << 20   // an array
	maxItems = 500
	maxDepth = 32

	tooLarge = "The body is too large: 256 KiB for one event, 1 MiB for an array."
)

// publish is POST /api/v1/events and POST /api/realtime/trigger: one event in
// any of the three shapes, or an array of them. When it answers 2xx, what it
// was sent is committed and synced.
func (s *Site) publish(c echo.Context) error {
	v := viewer(c)
	body, err := readJSON(c)
	if err != nil {
		return err
	}
	c.Set(bodyKey, body)
	idem := store.Idempotency{Key: c.Request().Header.Get("Idempotency-Key"), Body: sha256.Sum256(body)}
	if idem.Key != "" && !inn.IsIdentifier(idem.Key) {
		return inn.InvalidFields([]inn.FieldError{{Pointer: "Idempotency-Key", Detail: "must be 1 to 64 of A-Z a-z 0-9 . _ : -"}})
	}
	batch, err := bindBatch(body, time.Now())
	if err != nil {
		return err
	}
	applied := false
	answer, replayed, err := s.store.Publish(c.Request().Context(), v, idem, batch, func(events []*inn.Event) ([]byte, error) {
		for _, e := range events {
			applied = applied || e != nil
		}
		return s.published(v, batch.Array, events)
	})
	if err != nil {
		return err
	}
	s.meters.published(replayed, applied)
	status := http.StatusCreated
	if replayed || !applied {
		status = http.StatusOK
	}
	return c.JSONBlob(status, answer)
}

// published is the answer to a publish: what was appended, as the publisher may
// see it.
func (s *Site) published(v inn.Viewer, array bool, events []*inn.Event) ([]byte, error) {
	epoch := s.store.Epoch()
	if array {
		ids := make([]*string, len(events))
		for i, e := range events {
			if e != nil {
				id := inn.Position{Epoch: epoch, ID: e.ID}.String()
				ids[i] = &id
			}
		}
		return json.Marshal(map[string]any{"ids": ids})
	}
	e := events[0]
	if e == nil {
		return []byte(`{"applied":false}`), nil
	}
	return json.Marshal(map[string]any{
		"id":    inn.Position{Epoch: epoch, ID: e.ID}.String(),
		"event": asJSON(epoch, inn.Redact(e, v.SightOf(e))),
	})
}

// readJSON reads a body that claims to be JSON and is: of bearable size, one
// value, UTF-8, no name twice in an object, nested no deeper than maxDepth.
func readJSON(c echo.Context) ([]byte, error) {
	r := c.Request()
	media, _, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType))
	if err != nil || media != "application/json" {
		return nil, inn.E(inn.Unsupported, "Send application/json.")
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBatch+1))
	if err != nil {
		return nil, &inn.Error{Code: inn.Malformed, Text: "The body ended too early; nothing was stored.", Cause: err}
	}
	array := bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("["))
	if len(body) > maxBatch || !array && len(body) > maxBody {
		return nil, inn.E(inn.TooLarge, tooLarge)
	}
	return body, wellFormed(body)
}

// wellFormed walks the tokens once. encoding/json alone would take the last of
// two equal names, and replace bytes that are not UTF-8.
func wellFormed(body []byte) error {
	malformed := func(what string) error {
		return inn.E(inn.Malformed, "The body is not JSON: %s. Nothing was stored.", what)
	}
	if !utf8.Valid(body) {
		return malformed("it is not UTF-8")
	}
	type level struct {
		names map[string]bool // nil in an array
		name  bool            // the next token is a name
	}
	var levels []level
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	for values := 0; ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) && values == 1 && len(levels) == 0 {
			return nil
		}
		if err != nil {
			return malformed("it breaks off or has a wrong character")
		}
		if len(levels) == 0 {
			if values++; values > 1 {
				return malformed("there is something behind it")
			}
		}
		in := &level{}
		if len(levels) > 0 {
			in = &levels[len(levels)-1]
		}
		switch token := token.(type) {
		case json.Delim:
			if token == '}' || token == ']' {
				levels = levels[:len(levels)-1]
				continue
			}
			in.name = in.names != nil
			if len(levels) == maxDepth {
				return malformed("it is nested too deeply")
			}
			next := level{}
			if token == '{' {
				next = level{map[string]bool{}, true}
			}
			levels = append(levels, next)
		case string:
			if in.name {
				if in.names[token] {
					return malformed("a name stands twice in an object")
				}
				in.names[token] = true
				in.name = false
				continue
			}
			in.name = in.names != nil
		default:
			in.name = in.names != nil
		}
	}
}
