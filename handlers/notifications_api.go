package handlers

import (
	"cmp"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
	"baithaka/internal/intake"
)

// notificationJSON is a card as programs see it.
type notificationJSON struct {
	ID             string       `json:"id"`
	Kind           inn.Kind     `json:"kind"`
	Type           inn.Type     `json:"type"`
	Priority       inn.Priority `json:"priority"`
	Property       string       `json:"property,omitempty"`
	Subject        string       `json:"subject"`
	Title          string       `json:"title"`
	Body           string       `json:"body"`
	Event          string       `json:"event"`
	Read           *bool        `json:"read,omitempty"` // a person's
	AcknowledgedBy string       `json:"acknowledgedBy,omitempty"`
	AcknowledgedAt string       `json:"acknowledgedAt,omitempty"`
	UpdatedAt      string       `json:"updatedAt"`
}

// listNotifications is GET /api/v1/notifications: the last moved first.
func (s *Site) listNotifications(c echo.Context) error {
	ctx, v := c.Request().Context(), viewer(c)
	limit, err := limitOf(c)
	if err != nil {
		return err
	}
	asked, err := askNotifications(c.QueryParams())
	if err != nil {
		return err
	}
	if asked.Property != "" {
		if err := s.sees(c, asked.Property); err != nil {
			return err
		}
	}
	f := cardFilter(asked, time.Now(), inn.Location(v.Zone))
	f.Limit = limit + 1
	if v.UserID == 0 { // a key has no read marks
		f.Unread, f.Read = false, false
	}
	after, err := resumesAfter(c, "from") // the day that the filter of the pages begins with
	if err != nil {
		return err
	}
	if f.Before, err = s.readPosition(after); err != nil {
		return err
	}
	cards, reached, err := s.store.NotificationsPage(ctx, v, f)
	if err != nil {
		return err
	}
	answer := struct {
		Notifications []notificationJSON `json:"notifications"`
		Unread        *int               `json:"unread,omitempty"`
		Next          *string            `json:"next"`
	}{Notifications: []notificationJSON{}}
	cards, last := cut(cards, limit, cardKey)
	answer.Next = s.next(cmp.Or(last, reached))
	for _, n := range cards {
		one := s.cardJSON(n)
		if v.UserID != 0 {
			one.Read = &n.Read
		}
		answer.Notifications = append(answer.Notifications, one)
	}
	if v.UserID != 0 {
		badge, err := s.store.Badge(ctx, v)
		if err != nil {
			return err
		}
		answer.Unread = &badge.Unread
	}
	return c.JSON(http.StatusOK, answer)
}

func (s *Site) cardJSON(n inn.Notification) notificationJSON {
	one := notificationJSON{
		ID: n.Subject, Kind: n.Kind, Type: n.Type, Priority: n.Priority, Property: n.Property, Subject: n.Subject,
		Title: n.Title, Body: n.Body, Event: inn.Position{Epoch: s.store.Epoch(), ID: n.Event}.String(),
		AcknowledgedBy: n.AcknowledgedBy, UpdatedAt: n.Updated.UTC().Format(inn.Milliseconds),
	}
	if n.AcknowledgedAt != nil {
		one.AcknowledgedAt = n.AcknowledgedAt.UTC().Format(inn.Milliseconds)
	}
	return one
}

// markNotifications is POST /api/v1/notifications/read: some by their ids, those
// of a kind, or all.
func (s *Site) markNotifications(c echo.Context) error {
	body, err := readJSON(c)
	if err != nil {
		return err
	}
	marks, err := intake.ReadMarks(body)
	if err != nil {
		return err
	}
	if marks.Some {
		err = s.store.MarkRead(c.Request().Context(), viewer(c), marks.IDs, true)
	} else {
		err = s.markMany(c, marks.Kind)
	}
	if err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
