package delivery

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/a-h/templ"

	"baithaka/internal/delivery/conn"
	"baithaka/internal/inn"
	"baithaka/views"
)

// framesKept is for how many events the frames are kept: the newest, where
// nearly everybody is, and what those further back are reading.
const framesKept = 1024

// framesBytes is how much may be rendered, counted with what it is made of, before
// all frames are let go: so that what is kept is bounded when events are large.
// With ordinary ones that is once in some ten thousand.
const framesBytes = 32 << 20

// frames shares rendered messages: one per event, visibility and form, however many
// streams they go to. Looking one up takes no lock.
type frames struct {
	epoch  func() string
	logger *slog.Logger
	today  func(property string, now time.Time) inn.Date // nil: every date says its year
	of     [framesKept]atomic.Pointer[eventFrames]       // by id modulo framesKept: a newcomer takes the place
	bytes  atomic.Int64                                  // rendered since all were let go
	mu     sync.Mutex                                    // held by whoever replaces one
}

// eventFrames are the frames of one event so far. It is replaced, never changed.
type eventFrames struct {
	epoch string
	event int64
	made  []*frame
}

// frame is one message, rendered by the first who needs it.
type frame struct {
	visibility inn.Visibility
	page       bool
	of         []byte // the snapshot it was made of
	once       sync.Once
	message
}

// message is bytes as they go out: as a chunk of HTTP/1.1, and the plain message
// in it.
type message struct{ chunk, plain []byte }

// in returns the form that a connection takes.
func (m message) in(chunked bool) []byte {
	if chunked {
		return m.chunk
	}
	return m.plain
}

func newFrames(epoch func() string, logger *slog.Logger) *frames {
	return &frames{epoch: epoch, logger: logger}
}

// frame returns the message of an event for a visibility, on its own or as a chunk; nil
// when it shows nothing. The bytes are shared and must not be changed.
func (f *frames) frame(e *inn.Event, visibility inn.Visibility, page, chunked bool) []byte {
	if page && f.today != nil {
		visibility.Today = f.today(e.Property, time.Now()) // tomorrow it is another frame
	}
	epoch := f.epoch()
	one := f.of[e.ID%framesKept].Load().find(epoch, e, visibility, page)
	if one == nil {
		one = f.add(epoch, e, visibility, page)
	}
	one.once.Do(func() {
		room, err := f.render(context.Background(), epoch, e, visibility, page)
		if err != nil {
			// A poison event stops nobody: it is said once and passed over.
			f.logger.Error("an event cannot be rendered", "event", e.ID, "type", e.Type, "error", err)
		} else if room != nil {
			one.chunk, one.plain = conn.InRoom(room)
		}
		if f.bytes.Add(int64(len(one.chunk)+len(one.of))) > framesBytes {
			f.forget()
		}
	})
	return one.in(chunked)
}

func (f *eventFrames) find(epoch string, e *inn.Event, visibility inn.Visibility, page bool) *frame {
	if f == nil || f.event != e.ID || f.epoch != epoch {
		return nil
	}
	for _, one := range f.made {
		if one.page == page && one.visibility == visibility && bytes.Equal(one.of, e.Data) { // else its guest has been erased
			return one
		}
	}
	return nil
}

func (f *frames) add(epoch string, e *inn.Event, visibility inn.Visibility, page bool) *frame {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := &f.of[e.ID%framesKept]
	known := at.Load()
	if one := known.find(epoch, e, visibility, page); one != nil {
		return one // somebody was quicker
	}
	next := &eventFrames{epoch: epoch, event: e.ID}
	if known != nil && known.event == e.ID && known.epoch == epoch && bytes.Equal(known.made[0].of, e.Data) {
		next.made = append(next.made, known.made...)
	}
	one := &frame{visibility: visibility, page: page, of: e.Data}
	next.made = append(next.made, one)
	at.Store(next)
	return one
}

// forget drops every frame: what they were made of has been rewritten, or they
// are too much.
func (f *frames) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.bytes.Store(0) // first: what is rendered meanwhile counts, whether it is kept or not
	for i := range f.of {
		f.of[i].Store(nil)
	}
}

// render makes the message, behind room for the head of its chunk; nil when
// there is nothing to say. A component that panics is an error of this event and
// of nobody's stream.
func (f *frames) render(ctx context.Context, epoch string, e *inn.Event, visibility inn.Visibility, page bool) (room []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	id := inn.Position{Epoch: epoch, ID: e.ID}.String()
	seen := inn.Redact(e, visibility)
	if !page {
		data, err := json.Marshal(seen.JSON(epoch))
		if err != nil {
			return nil, err
		}
		return appendMessage(roomFor(id, string(e.Type), data), id, string(e.Type), data), nil
	}
	if e.Type.ReloadsPages() {
		return append(roomFor("", "", nil), named("resync", inn.Position{Epoch: epoch, ID: e.ID})...), nil
	}
	component := views.Live(seen, visibility, epoch)
	if component == nil {
		return nil, nil
	}
	return rendered(ctx, id, component)
}

// rendered returns the message of a component behind room for the head of its
// chunk; nil when it shows nothing.
func rendered(ctx context.Context, id string, component templ.Component) (room []byte, err error) {
	var html bytes.Buffer
	if err := component.Render(ctx, &html); err != nil || html.Len() == 0 {
		return nil, err
	}
	return appendMessage(roomFor(id, "", html.Bytes()), id, "", html.Bytes()), nil
}

// roomFor makes room for a message of few lines and what is around it.
func roomFor(id, event string, data []byte) []byte {
	return make([]byte, conn.ChunkRoom, conn.ChunkRoom+len(id)+len(event)+len(data)+64)
}
