package delivery

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"baithaka/internal/inn"
)

// appendMessage writes one message of the stream: id and event are left out
// when empty, data is split at every kind of line end, and line ends are LF
// only (a CR LF cut in two by the network reads as two line ends in some
// clients). The id and the event name hold no control characters by their
// making; were one to appear, it is dropped rather than allowed to begin a
// field.
func appendMessage(dst []byte, id, event string, data []byte) []byte {
	if id != "" {
		dst = append(append(append(dst, "id: "...), oneLine(id)...), '\n')
	}
	if event != "" {
		dst = append(append(append(dst, "event: "...), oneLine(event)...), '\n')
	}
	for {
		i := bytes.IndexAny(data, "\r\n")
		dst = append(dst, "data: "...)
		if i < 0 {
			return append(append(dst, data...), "\n\n"...)
		}
		dst = append(append(dst, data[:i]...), '\n')
		if data[i] == '\r' && i+1 < len(data) && data[i+1] == '\n' {
			i++
		}
		data = data[i+1:]
	}
}

func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}

// hello is the first message: where the stream goes on from, and how soon to
// come back when it breaks. The retry stands in a block with data because a
// lone one is ignored by htmx.
func hello(from inn.Position, head int64, recovered bool) []byte {
	data := fmt.Sprintf(`{"position":%q,"head":%q,"behind":%d,"recovered":%t}`,
		from, inn.Position{Epoch: from.Epoch, ID: head}, max(head-from.ID, 0), recovered)
	return append(retry(500, 1500), appendMessage(nil, from.String(), "hello", []byte(data))...)
}

// named is a control message: the page hears it as a DOM event.
func named(event string, at inn.Position) []byte {
	return appendMessage(nil, at.String(), event, []byte(strconv.Quote(at.String())))
}

// farewell is the last beat before a shutdown: every stream comes back, at
// different times.
func farewell(at inn.Position) []byte { return append(retry(1000, 8000), named("beat", at)...) }

// retry says after how many milliseconds, drawn anew for each stream, to come
// back.
func retry(from, to int) []byte {
	return fmt.Appendf(nil, "retry: %d\n", from+rand.IntN(to-from))
}
