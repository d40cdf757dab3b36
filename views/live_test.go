package views

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// liveEvents has one event of every type that shows something.
func liveEvents(t *testing.T) map[inn.Type]*inn.Event {
	t.Helper()
	acked, solved := alert(), alert()
	acked.Status, acked.AcknowledgedBy, acked.AcknowledgedAt = inn.Acknowledged, "Nikhil Kumar", &noon
	solved.Status, solved.ResolvedAt = inn.Resolved, &noon
	events := map[inn.Type]*inn.Event{
		inn.BookingMoved:      eventOf(t, 30, inn.BookingMoved, "booking:BK-1001", map[string]string{"id": "BK-1001"}),
		inn.AlertRaised:       eventOf(t, 31, inn.AlertRaised, alert().Subject(), alert()),
		inn.AlertAcknowledged: eventOf(t, 32, inn.AlertAcknowledged, acked.Subject(), acked),
		inn.AlertResolved:     eventOf(t, 33, inn.AlertResolved, solved.Subject(), solved),
		inn.UserLogin:         eventOf(t, 34, inn.UserLogin, "user:4", struct{}{}),
		inn.UserLogout:        eventOf(t, 35, inn.UserLogout, "user:4", struct{}{}),
		inn.UserAction:        eventOf(t, 36, inn.UserAction, "user:4", map[string]string{"action": "exported bookings"}),
	}
	taken, again := booking().Card(bookingEvent(t, booking())), booking().Card(bookingEvent(t, booking()))
	taken.AcknowledgedBy, taken.AcknowledgedAt, again.PreviouslyAcknowledgedBy = "Nikhil Kumar", &noon, "Nikhil Kumar"
	events[inn.NotificationAcknowledged] = eventOf(t, 37, inn.NotificationAcknowledged, taken.Subject, taken)
	events[inn.NotificationReleased] = eventOf(t, 38, inn.NotificationReleased, again.Subject, again)
	events[inn.NotificationRead] = eventOf(t, 39, inn.NotificationRead, "user:4", map[string]any{"ids": []string{taken.Subject}, "read": true, "card": taken})
	events[inn.NotificationsCleaned] = eventOf(t, 40, inn.NotificationsCleaned, "notifications", map[string]int{"removed": 3})
	events[inn.SessionEnded] = eventOf(t, 41, inn.SessionEnded, "user:4", map[string]int64{"session": 12})
	for i, typ := range inn.Types {
		switch typ.Kind() {
		case inn.PropertyUpdate:
			events[typ] = eventOf(t, int64(i), typ, "property:lake-house", property())
		case inn.BookingUpdate:
			if typ == inn.BookingMoved {
				continue
			}
			b := booking()
			b.Last, b.Event = typ, int64(i)
			events[typ] = bookingEvent(t, b)
		}
	}
	return events
}

func TestLiveGolden(t *testing.T) {
	events := liveEvents(t)
	for _, typ := range inn.Types {
		t.Run(string(typ), func(t *testing.T) {
			e, shows := events[typ]
			if !shows {
				assert.Nil(t, Live(&inn.Event{Type: typ, Data: []byte("{}")}, seesAll, epoch))
				return
			}
			s := seesAll
			s.Notified = typ.MakesCard()
			golden(t, "live-"+strings.ReplaceAll(string(typ), ":", "-"), render(t, Live(e, s, epoch)))
		})
	}
}

// Anything else at the top of a message would be swapped into #live itself.
func TestMessagesHoldOnlyPartialsAndUpserts(t *testing.T) {
	whole := regexp.MustCompile(`(?s)^(\s*<hx-(partial|upsert) .*?</hx-(partial|upsert)>\s*)+$`)
	for typ, e := range liveEvents(t) {
		assert.Regexp(t, whole, render(t, Live(e, seesAll, epoch)), typ)
	}
	assert.Regexp(t, whole, render(t, BadgeState(inn.Badge{})))
	assert.Regexp(t, whole, render(t, FiguresState(metrics(), noon.Location())))
	assert.Regexp(t, whole, render(t, FlashPartial("No.", nil)))
}

// All targets of a message are found before any is swapped: a second swap of
// the same element would be lost.
func TestNoMessageSwapsAnElementTwice(t *testing.T) {
	target := regexp.MustCompile(`hx-target="([^"]*)"`)
	for typ, e := range liveEvents(t) {
		seen := map[string]bool{}
		for _, m := range target.FindAllStringSubmatch(render(t, Live(e, seesAll, epoch)), -1) {
			assert.False(t, seen[m[1]], "%s: %s", typ, m[1])
			seen[m[1]] = true
		}
		assert.NotEmpty(t, seen)
	}
}

func TestOnlyThoseWhoAreNotifiedGetAToast(t *testing.T) {
	e := bookingEvent(t, booking())
	assert.Contains(t, render(t, Live(e, seesAll, epoch)), `data-priority="low"`)
	s := seesAll
	s.Notified = false
	assert.NotContains(t, render(t, Live(e, s, epoch)), "toast")
}

func TestResolvedAlertLeavesTheList(t *testing.T) {
	html := render(t, Live(liveEvents(t)[inn.AlertResolved], seesAll, epoch))
	assert.Contains(t, html, `hx-target="[id=&#34;alert-alert:lake-house:boiler&#34;]" hx-swap="delete"`)
	assert.NotContains(t, html, "data-alert=")
	// Good news goes by itself, however bad the alert was; it takes the place of
	// the alert's own toast.
	assert.Contains(t, html, `id="toast-alert:lake-house:boiler"`)
	assert.Contains(t, html, `data-priority="medium"`)
	assert.Contains(t, html, `<span class="line">`)
	assert.NotContains(t, html, `role="alert"`)
}

func TestUnreadableSnapshotStillSaysWhatHappened(t *testing.T) {
	for _, typ := range []inn.Type{inn.BookingConfirmed, inn.AlertRaised, inn.PropertyStatus} {
		component := Live(&inn.Event{ID: 9, Type: typ, Subject: "booking:BK-1", Data: []byte("not json")}, seesAll, epoch)
		require.NotNil(t, component)
		assert.Contains(t, render(t, component), `data-event="k7f2-9"`)
	}
}
