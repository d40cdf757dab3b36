package handlers

import (
	"cmp"
	"net/url"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
)

// readPosition reads a position that a list goes on from; "" is the beginning.
func (s *Site) readPosition(position string) (int64, error) {
	if position == "" {
		return 0, nil
	}
	at, err := inn.ParsePosition(position)
	if err == nil && at.Epoch != s.store.Epoch() {
		err = lostPosition()
	}
	return at.ID, err
}

// lostPosition is the answer to a position that nothing can be read on from without
// a gap: of another life of the log, trimmed, or beyond its end.
func lostPosition() error {
	return inn.E(inn.Malformed, "That position is not in this log, or no longer. Begin again without one: what happened in between may be missing here.")
}

// cut returns a page of a list of which one more was read, and the position of its
// last row when there is more behind it; else 0.
func cut[T any](list []T, most int, key func(T) int64) (page []T, last int64) {
	if len(list) <= most {
		return list, 0
	}
	return list[:most], key(list[most-1])
}

// What lists go on from: an event's own position, or that of the last event of a
// booking or card.
func eventKey(e inn.Event) int64       { return e.ID }
func bookingKey(b inn.Booking) int64   { return b.Event }
func cardKey(n inn.Notification) int64 { return n.Event }

// next is where a list that programs read goes on; nil at its end.
func (s *Site) next(last int64) *string {
	if last == 0 {
		return nil
	}
	position := inn.Position{Epoch: s.store.Epoch(), ID: last}.String()
	return &position
}

// pageOf returns a page of a list, and the query of the next one; "" at the end.
// reached is where the search for a page gave up that is not full: it is partly
// looked through.
func pageOf[T any](s *Site, c echo.Context, list []T, most int, key func(T) int64, reached int64) (page []T, query string, partly bool) {
	page, last := cut(list, most, key)
	partly = last == 0 && reached > 0
	return page, s.nextPage(c, cmp.Or(last, reached)), partly
}

// nextPage returns the query of the page after a position in the log; "" after none.
func (s *Site) nextPage(c echo.Context, last int64) string { return s.pageFrom(c, "before", last) }

// pageFrom returns the query of the page that goes on from a position, which stands
// under that name; "" from none.
func (s *Site) pageFrom(c echo.Context, name string, last int64) string {
	if last == 0 {
		return ""
	}
	q := url.Values{}
	for name, values := range c.QueryParams() {
		q[name] = values
	}
	q.Set(name, inn.Position{Epoch: s.store.Epoch(), ID: last}.String())
	return q.Encode()
}
