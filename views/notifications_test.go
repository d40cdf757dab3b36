package views

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"baithaka/internal/inn"
)

// cardsOf returns one card of each kind, and a second booking that is older and
// more urgent.
func cardsOf() []inn.Notification {
	var all []inn.Notification
	for i, k := range inn.Kinds {
		n := notification()
		n.Subject, n.Kind, n.Type, n.Priority, n.Event = "subject:"+string(k), k, "", inn.Medium, int64(100+i)
		all = append(all, n)
	}
	urgent := all[0]
	urgent.Subject, urgent.Priority, urgent.Event = "subject:urgent", inn.High, 50
	return append(all, urgent)
}

func TestCentreGroupsByKindTheUrgentFirst(t *testing.T) {
	p := pageFor(inn.Admin)
	p.Badge.Kinds[0] = 7 // of booking_update
	l := NotificationsList{Newest: true, Urgent: []inn.Notification{notification()}, Cards: cardsOf()}
	html := render(t, NotificationsPage(p, l))
	last := 0
	for _, subject := range []string{notification().Subject, "subject:alert_update", "subject:urgent", "subject:booking_update", "subject:property_update", "subject:metric_update", "subject:user_activity"} {
		at := strings.Index(html, `data-notification="`+subject+`"`)
		assert.Greater(t, at, last, subject)
		last = at
	}
	assert.Contains(t, html, `<span id="unread-booking_update" class="count">7`)
	assert.Contains(t, html, `<span id="unread-alert_update" class="count" hidden>0`)
}

// Only what belongs there comes in by itself; elsewhere it is counted.
func TestOnlyTheWholeListComesInByItself(t *testing.T) {
	p := pageFor(inn.Admin)
	for name, c := range map[string]struct {
		list NotificationsList
		live bool
	}{
		"everything":   {NotificationsList{Newest: true}, true},
		"further back": {NotificationsList{}, false},
		"unread":       {NotificationsList{Newest: true, Asked: NotificationsAsked{Unread: "true"}}, false},
		"searched":     {NotificationsList{Newest: true, Asked: NotificationsAsked{Words: "rao"}}, false},
	} {
		html := render(t, NotificationsPage(p, c.list))
		assert.Equal(t, c.live, strings.Contains(html, `data-list="notifications-booking_update"`), name)
		assert.Equal(t, !c.live, strings.Contains(html, `id="arrived"`), name)
		assert.Contains(t, html, `id="marks-changed"`, name)
	}
}

func TestWhoDidItHasReadIt(t *testing.T) {
	s := seesAll
	assert.Contains(t, render(t, Live(bookingEvent(t, booking()), s, epoch)), `data-notification="booking:BK-1001" data-read="false"`)
	s.Own = true
	assert.Contains(t, render(t, Live(bookingEvent(t, booking()), s, epoch)), `data-notification="booking:BK-1001" data-read="true"`)
}

func TestGotItIsOneFilledButtonAndOnlyForThoseWhoMay(t *testing.T) {
	html := render(t, AlertCard(alert(), seesAll))
	assert.Contains(t, html, `action="/notifications/alert:lake-house:boiler/ack"`)
	assert.Contains(t, html, `<button class="loud" data-action="ack">`)
	quiet := alert()
	quiet.Priority = inn.High
	assert.NotContains(t, render(t, AlertCard(quiet, seesAll)), `class="loud"`)
	assert.NotContains(t, render(t, AlertCard(alert(), seesNoCash)), "data-action", "who may not take it in hand has no button")
	assert.NotContains(t, render(t, NotificationCard(notification(), seesNoCash)), `data-action="ack"`)
	again := alert()
	again.PreviouslyAcknowledgedBy = "key:sensor"
	assert.Contains(t, render(t, AlertCard(again, seesAll)), "<bdi>sensor</bdi> had it")
}

// A card that somebody has acknowledged makes no noise any more: where it was stands who
// that is.
func TestAcknowledgedTakesTheToastAway(t *testing.T) {
	for _, typ := range []inn.Type{inn.AlertAcknowledged, inn.NotificationAcknowledged} {
		e := liveEvents(t)[typ]
		html := render(t, Live(e, seesAll, epoch))
		assert.Contains(t, html, `hx-target="[id=&#34;toast-`+e.Subject+`&#34;]" hx-swap="outerHTML"`, typ)
		assert.NotContains(t, html, `class="toast`, typ)
		assert.Contains(t, html, "Nikhil Kumar</bdi> has it", typ)
	}
	e := liveEvents(t)[inn.NotificationReleased]
	html := render(t, Live(e, seesAll, epoch))
	assert.Contains(t, html, "Nikhil Kumar had it")
	assert.Contains(t, html, `data-kind="booking_update"`)
}

func TestFilterIsAnAddress(t *testing.T) {
	a := NotificationsAsked{Unread: "true", Kind: inn.AlertUpdate, Words: "a&b"}
	assert.Equal(t, url.Values{"unread": {"true"}, "kind": {"alert_update"}, "q": {"a&b"}}, a.Query())
	assert.Equal(t, "/notifications?kind=alert_update&q=a%26b", a.showing(""))
	assert.Equal(t, "/notifications", NotificationsAsked{}.path())
	assert.True(t, a.narrowed())
	assert.False(t, NotificationsAsked{Unread: "true"}.narrowed())
}
