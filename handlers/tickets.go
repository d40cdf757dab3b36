package handlers

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
	"baithaka/internal/intake"
)

// makeTicket is POST /api/v1/stream-tickets: a ticket that opens one stream of the
// key that asks. What it is narrowed to is what the key may hear now.
func (s *Site) makeTicket(c echo.Context) error {
	v := viewer(c)
	if v.KeyID == 0 {
		return inn.E(inn.Forbidden, "Tickets are for API keys; a browser that is signed in sends its cookie by itself.")
	}
	asked, err := readStreamFilter(c)
	if err != nil {
		return err
	}
	if _, err := s.streamFilter(c, v, asked.Rooms, asked.Types); err != nil {
		return err
	}
	ticket, expires, err := s.store.MakeTicket(c.Request().Context(), v, asked.Rooms, asked.Types)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, map[string]string{"ticket": ticket, "expires": expires.UTC().Format(inn.Milliseconds)})
}

// readStreamFilter reads what a stream is to be of from a body, which may be empty.
func readStreamFilter(c echo.Context) (n intake.StreamFilter, err error) {
	if c.Request().ContentLength == 0 {
		return n, nil
	}
	body, err := readJSON(c)
	if err != nil {
		return n, err
	}
	return intake.ReadStreamFilter(body)
}

// ticketOf returns the ticket that a request for a stream comes with. No other
// address takes one.
func ticketOf(r *http.Request) (ticket string, found bool) {
	if r.Method != http.MethodGet || r.URL.Path != "/api/v1/stream" {
		return "", false
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return "", false // refused as a whole, later
	}
	return query.Get("ticket"), query.Has("ticket")
}

// fromAbroad lets pages of the origins of --stream-origin read the stream that
// their ticket opens, and refuses those of any other. It names no credentials: a
// ticket is all that counts.
func (s *Site) fromAbroad(c echo.Context) error {
	h, r := c.Response().Header(), c.Request()
	h.Add("Vary", "Origin")
	site := r.Header.Get("Sec-Fetch-Site")
	switch origins := r.Header.Values("Origin"); {
	case len(origins) == 1 && slices.Contains(s.config.StreamOrigins, origins[0]):
		h.Set("Access-Control-Allow-Origin", origins[0])
		return nil
	case len(origins) > 0:
		return inn.E(inn.Forbidden, "Pages of this origin may not open streams here. The server has to be started with it in --stream-origin.")
	case site == "cross-site" || site == "same-site":
		return errCrossed
	}
	return nil
}

// byTicket returns the key behind a ticket. Nothing else that came along counts: who
// has a ticket may have a cookie of somebody else's.
func (s *Site) byTicket(c echo.Context, ticket string) (inn.Viewer, error) {
	one, err := s.store.Ticket(c.Request().Context(), ticket)
	if err != nil {
		return inn.Viewer{}, err
	}
	c.Set(ticketKey, one)
	s.auth.SawKey(one.Key.ID)
	return one.Key.Viewer(), nil
}

// ticketKey is under which a request keeps the ticket it came with.
const ticketKey = "ticket"
