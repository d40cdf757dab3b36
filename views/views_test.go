package views

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
	"baithaka/static"
)

func TestGolden(t *testing.T) {
	acked := alert()
	acked.Status, acked.AcknowledgedBy, acked.AcknowledgedAt = inn.Acknowledged, "Nikhil Kumar", &noon
	solved := notification()
	solved.Type, solved.Read = inn.AlertResolved, true
	critical := eventOf(t, 4814, inn.AlertRaised, alert().Subject(), alert())
	critical.Priority = inn.Critical
	for name, c := range map[string]templ.Component{
		"booking-card":          BookingCard(booking(), seesAll),
		"booking-card-no-money": BookingCard(booking().Redact(seesNoCash), seesNoCash),
		"booking-card-changed":  BookingCard(moved(), seesAll),
		"booking-facts":         BookingFacts(booking(), seesAll),
		"feed-row":              FeedRow(bookingEvent(t, moved()), seesAll, epoch),
		"alert-card":            AlertCard(alert(), seesAll),
		"alert-card-held":       AlertCard(acked, seesAll),
		"toast":                 Toast(bookingEvent(t, booking()), seesAll, epoch),
		"toast-critical":        Toast(critical, seesAll, epoch),
		"figures":               Figures(metrics(), inn.Location("Asia/Kolkata")),
		"figures-no-money":      Figures(metrics().Redact(seesNoCash), inn.Location("Asia/Kolkata")),
		"notification-card":     NotificationCard(notification(), seesAll),
		"notification-solved":   NotificationCard(solved, seesAll),
		"property-status":       PropertyStatus(property()),
		"badge-state":           BadgeState(inn.Badge{Unread: 120}),
		"flash":                 FlashPartial("Some fields cannot be accepted.", []inn.FieldError{{Field: "amount", Detail: "is too large"}}),
	} {
		t.Run(name, func(t *testing.T) { golden(t, name, render(t, c)) })
	}
}

// The invariant that lets a page and its stream be one: the same bytes.
func TestCardOnThePageIsTheCardInTheStream(t *testing.T) {
	p := pageFor(inn.Admin)
	page := render(t, DashboardPage(p, dashboard(t)))
	live := render(t, Live(bookingEvent(t, moved()), seesAll, epoch))

	card := render(t, BookingCard(moved(), seesAll))
	assert.Contains(t, page, card)
	assert.Contains(t, live, card)

	row := render(t, FeedRow(bookingEvent(t, moved()), seesAll, epoch))
	assert.Contains(t, page, row)
	assert.Contains(t, live, row)

	figures := render(t, Figures(metrics(), p.Zone))
	assert.Contains(t, page, figures)
	assert.Contains(t, render(t, FiguresState(metrics(), p.Zone)), figures)
}

func TestWithoutMoneyNothingOfItIsThere(t *testing.T) {
	p := pageFor(inn.Staff)
	d := dashboard(t)
	d.Metrics = d.Metrics.Redact(seesNoCash)
	d.Bookings[0] = d.Bookings[0].Redact(seesNoCash)
	d.Feed[0] = *inn.Redact(&d.Feed[0], seesNoCash)
	html := render(t, DashboardPage(p, d))
	for _, trace := range []string{"₹", "14,400", "15,600", "total_revenue", "today_revenue", `"adr"`, `"revpar"`, "amount"} {
		assert.NotContains(t, html, trace)
	}
	for _, metric := range []string{"active_bookings", "total_customers", "occupancy"} {
		assert.Contains(t, html, `data-metric="`+metric+`"`)
	}
}

func TestUserSeesOnlyTheirOwnPages(t *testing.T) {
	p := pageFor(inn.User)
	html := render(t, OwnPage(p, Own{Notifications: []inn.Notification{notification()}}))
	assert.NotContains(t, html, `href="/bookings"`)
	assert.NotContains(t, html, `href="/properties"`)
	assert.Contains(t, html, `href="/notifications"`)
}

func TestContactsAreThereOnlyForThoseWhoMaySeeThem(t *testing.T) {
	assert.Contains(t, render(t, BookingFacts(booking(), seesAll)), "mailto:meera@example.com")
	html := render(t, BookingFacts(booking().Redact(seesNoCash), seesNoCash))
	for _, trace := range []string{"E-mail", "Phone", "Notes", "meera@"} {
		assert.NotContains(t, html, trace)
	}
}

func TestBellIsOnThePageWhenNothingIsUnread(t *testing.T) {
	p := pageFor(inn.Admin)
	p.Badge = inn.Badge{}
	assert.Contains(t, render(t, DashboardPage(p, Dashboard{})), `<span id="unread" class="count" hidden>0</span>`)
}

// every renders every page and message, with whatever text comes from outside
// replaced by the given one.
func every(t *testing.T, text string) string {
	t.Helper()
	b := moved()
	b.PropertyName, b.Title, b.Customer, b.Source, b.ExternalID, b.Country, b.By = text, text, text, text, text, text, text
	b.Email, b.Phone, b.Notes = text, text, text
	b.Changed = append(b.Changed, inn.Change{Field: "title", From: text, To: text}, inn.Change{Field: "amount", From: text})
	a := alert()
	a.PropertyName, a.Title, a.Detail, a.AcknowledgedBy, a.AcknowledgedAt = text, text, text, text, &noon
	h := property()
	h.Name, h.Status, h.Title, h.Detail, h.Country, h.Zone = text, text, text, text, text, text
	n := notification()
	n.Title, n.Body, n.AcknowledgedBy = text, text, text
	p := pageFor(inn.Admin)
	p.Title, p.Path, p.Position, p.Viewer.Name = text, "/"+text, text, text
	events := []*inn.Event{
		bookingEvent(t, b), eventOf(t, 1, inn.AlertRaised, a.Subject(), a), eventOf(t, 2, inn.PropertyStatus, "property:lake-house", h),
		eventOf(t, 3, inn.UserAction, "user:3", map[string]string{"action": text, "title": text, "detail": text}),
	}
	var feed []inn.Event
	var html strings.Builder
	for _, e := range events {
		e.By, e.Actor = text, text
		feed = append(feed, *e)
		html.WriteString(render(t, Live(e, seesAll, epoch)))
	}
	members := []inn.Member{{Name: text, Role: inn.Owner}}
	wrong := &inn.Error{Code: inn.Invalid, Text: text, Fields: []inn.FieldError{{Field: "password", Detail: text}, {Field: text, Detail: text}}}
	for _, c := range []templ.Component{
		DashboardPage(p, Dashboard{Metrics: metrics(), Bookings: []inn.Booking{b}, Feed: feed, Alerts: []inn.Alert{a}, Properties: 1}),
		OwnPage(p, Own{Notifications: []inn.Notification{n}, Activity: feed}),
		PropertiesPage(p, PropertiesList{Lines: []PropertyLine{{h, metrics()}}, Words: text, Search: true, Next: text}),
		PropertyPage(p, PropertyView{h, metrics(), []inn.Booking{b}, feed, []inn.Alert{a}, members, &Walls{Links: []inn.Key{{Label: text}}, Made: &MadeWall{text, text}, Label: text}}),
		WallPage(p, Wall{Property: h, Desk: Desk{Stays: []inn.Booking{b}}, Alerts: []inn.Alert{a}}),
		BookingsPage(p, BookingsList{Asked: BookingsAsked{Words: text, Source: text}, Sources: []string{text}, Bookings: []inn.Booking{b}, Next: text, Properties: PropertyChoice{Few: []inn.Property{h}}}),
		BookingsPage(p, BookingsList{Properties: PropertyChoice{Many: true, Said: text, Found: []inn.Property{h}, More: true}}),
		BookingPage(p, BookingView{b, feed, []inn.Booking{b}}),
		NotificationsPage(p, NotificationsList{Cards: []inn.Notification{n}, Next: text, Asked: NotificationsAsked{Words: text, Property: text}}),
		LoginPage(Login{text, text, wrong}), SetupPage(Setup{text, text, text, wrong}), CodePage(wrong),
		OutsideFailedPage(Failure{Status: 404, Text: text}), FailedPage(p, Failure{Status: 422, Text: text, Fields: []inn.FieldError{{Field: text, Detail: text}}}),
		FlashPartial(text, []inn.FieldError{{Field: text, Detail: text}}),
	} {
		html.WriteString(render(t, c))
	}
	for _, c := range peoplePages(p, text) {
		html.WriteString(render(t, c))
	}
	return html.String()
}

func TestHostileTextIsEscapedEverywhere(t *testing.T) {
	for _, text := range []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</hx-partial><hx-partial hx-target="body">`} {
		html := every(t, text)
		assert.NotContains(t, html, text)
		assert.NotContains(t, html, "<img")
		assert.NotContains(t, html, "<script>")
		assert.NotContains(t, html, `hx-target="body"`)
	}
}

func TestEveryIconIsInTheSprite(t *testing.T) {
	sprite, err := static.FS.ReadFile("icons.svg")
	require.NoError(t, err)
	html := every(t, "text")
	for _, c := range inn.Categories {
		html += render(t, icon(categoryIcon(c)))
	}
	for _, k := range inn.Kinds {
		html += render(t, icon(kindIcon(k)))
	}
	for _, typ := range inn.Types {
		e := &inn.Event{Type: typ, Data: []byte("{}")}
		html += render(t, icon(tell(e, seesAll).Icon))
	}
	names := regexp.MustCompile(`icons\.svg[^#"]*#([^"]*)"`).FindAllStringSubmatch(html, -1)
	require.NotEmpty(t, names)
	for _, name := range names {
		assert.Contains(t, string(sprite), `<symbol id="`+name[1]+`"`)
	}
}

// The page's policy allows no inline code and no eval, which a filter in
// hx-trigger needs; either would stop htmx for the whole page.
func TestTemplatesKeepTheContentSecurityPolicy(t *testing.T) {
	files, err := filepath.Glob("*.templ")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	forbidden := regexp.MustCompile(`hx-on|["']js:|javascript:|\bstyle=|<script>|<style|hx-trigger="[^"]*\[`)
	for _, file := range files {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Empty(t, forbidden.FindAllString(string(source), -1), file)
	}
	html := every(t, "text")
	assert.Empty(t, regexp.MustCompile(`<script[^>]*>[^<]`).FindAllString(html, -1))
	assert.Empty(t, regexp.MustCompile(`hx-trigger="[^"]*\[`).FindAllString(html, -1))
}
