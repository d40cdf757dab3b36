package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"baithaka/inn"
	"baithaka/views"
)

// framesKept is for how many of the newest events the frames are kept.
const framesKept = 1024

// frames shares rendered messages: one per event, sight and form, however many
// streams they go to.
type frames struct {
	epoch string
	mu    sync.Mutex
	made  map[frameKey]*frame
	order []frameKey // the oldest first
}

// frameKey is a struct and not a joined string, so that no two can collide.
type frameKey struct {
	event int64
	sight inn.Sight
	page  bool
}

type frame struct {
	of    []byte // the snapshot it was made of
	once  sync.Once
	bytes []byte
	err   error
}

func newFrames(epoch string) *frames { return &frames{epoch: epoch, made: map[frameKey]*frame{}} }

// frame gives the message of an event for a sight; nil when it shows nothing.
// The bytes are shared and must not be changed.
func (f *frames) frame(ctx context.Context, e *inn.Event, sight inn.Sight, page bool) ([]byte, error) {
	key := frameKey{e.ID, sight, page}
	f.mu.Lock()
	one := f.made[key]
	switch {
	case one == nil:
		one = &frame{of: e.Data}
		f.made[key] = one
		f.order = append(f.order, key)
		if len(f.order) > framesKept {
			delete(f.made, f.order[0])
			f.order = f.order[1:]
		}
	case !bytes.Equal(one.of, e.Data): // made before its guest was erased
		one = &frame{of: e.Data}
		f.made[key] = one
	}
	f.mu.Unlock()
	one.once.Do(func() { one.bytes, one.err = f.render(context.WithoutCancel(ctx), e, sight, page) })
	return one.bytes, one.err
}

// forget drops every frame: what they were made of has been rewritten.
func (f *frames) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.made, f.order = map[frameKey]*frame{}, nil
}

// render makes the message. A component that panics is an error of this event
// and of nobody's stream.
func (f *frames) render(ctx context.Context, e *inn.Event, sight inn.Sight, page bool) (message []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	id := inn.Position{Epoch: f.epoch, ID: e.ID}.String()
	seen := inn.Redact(e, sight)
	if !page {
		data, err := json.Marshal(asJSON(f.epoch, seen))
		return appendMessage(nil, id, string(e.Type), data), err
	}
	if e.Type.Unsettles() {
		return named("resync", inn.Position{Epoch: f.epoch, ID: e.ID}), nil
	}
	component := views.Live(seen, sight, f.epoch)
	if component == nil {
		return nil, nil
	}
	var html bytes.Buffer
	if err := component.Render(ctx, &html); err != nil {
		return nil, err
	}
	if html.Len() == 0 {
		return nil, nil
	}
	return appendMessage(nil, id, "", html.Bytes()), nil
}

// eventJSON is an event as programs see it.
type eventJSON struct {
	ID        string          `json:"id"`
	Type      inn.Type        `json:"type"`
	Kind      inn.Kind        `json:"kind"`
	Priority  inn.Priority    `json:"priority"`
	Property  string          `json:"property,omitempty"`
	Subject   string          `json:"subject"`
	Actor     string          `json:"actor"`
	Timestamp string          `json:"timestamp"`
	Payload   json.RawMessage `json:"payload"`
}

const rfc3339ms = "2006-01-02T15:04:05.000Z07:00"

// asJSON gives the outside form of an event that has been redacted. A snapshot
// that cannot be read is left out: it must not spoil the list it stands in.
func asJSON(epoch string, e *inn.Event) eventJSON {
	payload := e.Data
	if !json.Valid(payload) {
		payload = json.RawMessage(`{}`)
	}
	return eventJSON{
		inn.Position{Epoch: epoch, ID: e.ID}.String(), e.Type, e.Kind(), e.Priority, e.Property,
		e.Subject, e.Actor, e.At.UTC().Format(rfc3339ms), payload,
	}
}
