package handlers

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

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
		return inn.InvalidFields([]inn.FieldError{{Pointer: "/Idempotency-Key", Detail: inn.IdentifierIs}})
	}
	batch, err := bindBatch(body, time.Now())
	if err != nil {
		return err
	}
	events, replayed, err := s.store.Publish(c.Request().Context(), v, idem, batch)
	if err != nil {
		return err
	}
	applied := slices.ContainsFunc(events, func(e *inn.Event) bool { return e != nil })
	s.meters.published(replayed, applied)
	status := http.StatusCreated
	if replayed || !applied && !batch.Array { // an array's nulls say which changed nothing, be it all
		status = http.StatusOK
	}
	answer, err := s.published(v, batch.Array, events)
	if err != nil {
		return err
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
	if err != nil || media != "application/json" && !(strings.Contains(media, "/") && strings.HasSuffix(media, "+json")) {
		return nil, inn.E(inn.Unsupported, "Send application/json, or another media type that ends in +json.")
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
