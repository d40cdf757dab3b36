package handlers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
	"baithaka/internal/intake"
	"baithaka/store"
)

const (
	maxBody  = 256 << 10 // one event
	maxBatch = 1 << 20   // an array

	tooLarge = "The body is too large: 256 KiB for one event, 1 MiB for an array."
)

const (
	// bulky is from what size on a body is taken in one after the other: reading it
	// takes so long that a hundred at once would leave nobody else a processor.
	bulky = 64 << 10
	// bulkAtOnce is how many are: one is read while another is written.
	bulkAtOnce = 2
	// bulkWait is how long one waits for its turn.
	bulkWait = 5 * time.Second
)

// bulk is the turns of bulky bodies.
type bulk struct {
	taken chan struct{}
	wait  time.Duration
}

func newBulk() bulk { return bulk{make(chan struct{}, bulkAtOnce), bulkWait} }

// enter waits for a turn, which ends with done.
func (b bulk) enter(ctx context.Context) (done func(), err error) {
	timer := time.NewTimer(b.wait)
	defer timer.Stop()
	select {
	case b.taken <- struct{}{}:
		return func() { <-b.taken }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-timer.C:
		return nil, inn.Busy()
	}
}

// publish is POST /api/v1/events and POST /api/realtime/trigger: one event in
// any of the three shapes, or an array of them. When it answers 2xx, what it
// was sent is committed and synced.
func (s *Site) publish(c echo.Context) error {
	v := viewer(c)
	body, err := readBody(c)
	if err != nil {
		return err
	}
	batch, events, replayed, err := s.take(c, v, body)
	if err != nil {
		return err
	}
	applied := slices.ContainsFunc(events, func(e *inn.Event) bool { return e != nil })
	s.stats.meters.published(replayed, applied)
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

// take reads a body and stores what is in it; a bulky one waits for its turn. The
// whole of it is here, and nobody waits for its sender.
func (s *Site) take(c echo.Context, v inn.Viewer, body []byte) (batch intake.Document, events []*inn.Event, replayed bool, err error) {
	ctx := c.Request().Context()
	if len(body) > bulky {
		done, err := s.load.bulk.enter(ctx)
		if err != nil {
			return batch, nil, false, err
		}
		defer done()
	}
	if err := intake.WellFormed(body); err != nil {
		return batch, nil, false, err
	}
	c.Set(bodyKey, body)
	idem := store.Idempotency{Key: c.Request().Header.Get("Idempotency-Key"), Body: sha256.Sum256(body)}
	if idem.Key != "" && !inn.IsIdentifier(idem.Key) {
		return batch, nil, false, inn.InvalidFields([]inn.FieldError{{Field: "Idempotency-Key", Detail: inn.IdentifierIs}})
	}
	if batch, err = intake.JSON(body, time.Now()); err != nil {
		return batch, nil, false, err
	}
	events, replayed, err = s.store.Publish(ctx, v, idem, batch.Batch)
	return batch, events, replayed, batch.Located(err)
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
		"event": inn.Redact(e, v.VisibilityOf(e)).JSON(epoch),
	})
}

// readJSON reads a body that claims to be JSON and is: of bearable size, one
// value, UTF-8, no name twice in an object, nested no deeper than intake.MaxDepth.
func readJSON(c echo.Context) ([]byte, error) {
	body, err := readBody(c)
	if err != nil {
		return nil, err
	}
	return body, intake.WellFormed(body)
}

// readBody reads a body that claims to be JSON, of bearable size.
func readBody(c echo.Context) ([]byte, error) {
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
	return body, nil
}
