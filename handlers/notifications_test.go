package handlers

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/delivery"
	"baithaka/internal/inn"
	"baithaka/views"
)

const boilerOff = `{"type":"alert:raised","property":"lake-house","priority":"critical","payload":{"key":"boiler","title":"Boiler off","detail":"No hot water."}}`

// tap posts a button of a page as htmx does.
func (c *caller) tap(path string, fields ...string) answer {
	c.site.t.Helper()
	body := []string{}
	for i := 0; i+1 < len(fields); i += 2 {
		body = append(body, fields[i]+"="+fields[i+1])
	}
	return c.do("POST", path, strings.Join(body, "&"), "HX-Request", "true", "Content-Type", "application/x-www-form-urlencoded")
}

func TestReadInOneTabIsReadInAllOfTheirs(t *testing.T) {
	s := newSite(t)
	manager, staff := s.as("manager"), s.as("staff")
	s.key("events:write").publish(booking("new", "BK-1", "lake-house", ""))
	first, second, other := s.stream("/live", manager, "").live(), s.stream("/live", s.signIn("manager"), "").live(), s.stream("/live", staff, "").live()

	require.Equal(t, 204, manager.tap("/notifications/booking:BK-1/read").Status)
	head := s.head()
	for _, tab := range []*reader{first, second} {
		heard := tab.pushed(`data-notification="booking:BK-1" data-read="true"`)
		assert.Contains(t, heard, `data-action="unread"`)
		assert.Contains(t, tab.pushed(`<span id="unread" class="count" hidden>0</span>`), "unread-booking_update")
	}
	assert.NotContains(t, other.upTo(head), "booking:BK-1", "nobody else's tab hears of it")

	for _, fields := range [][]string{{"kind", "booking_update"}, {"all", "true"}} {
		require.Equal(t, 204, manager.tap("/notifications/booking:BK-1/unread").Status)
		second.pushed(`data-notification="booking:BK-1" data-read="false"`)
		require.Equal(t, 204, manager.tap("/notifications/read", fields...).Status)
		first.pushed(`[id=&#34;marks-changed&#34;]`)
		second.pushed(`[id=&#34;marks-changed&#34;]`)
	}
	assert.Equal(t, 422, manager.tap("/notifications/read", "kind", "none").Status)
	assert.Contains(t, staff.get("/notifications").Body, `data-notification="booking:BK-1" data-read="false"`)
}

func TestGotItIsOnEveryScreenAtOnce(t *testing.T) {
	s := newSite(t)
	manager, staff := s.as("manager"), s.as("staff")
	writer := s.key("events:write")
	writer.publish(boilerOff)
	writer.publish(booking("new", "BK-1", "lake-house", `,"amount":777123,"currency":"INR"`))
	tab, mine := s.stream("/live", staff, "").live(), s.stream("/live", manager, "").live()
	assert.Contains(t, staff.get("/").Body, `data-action="ack"`)

	for subject, drop := range map[string]string{"alert:lake-house:boiler": "alert", "booking:BK-1": "booking"} {
		require.Equal(t, 204, manager.tap("/notifications/"+subject+"/ack").Status, drop)
		for _, r := range []*reader{tab, mine} {
			heard := r.pushed(`[id=&#34;toast-` + subject + `&#34;]" hx-swap="outerHTML"`) // the noise makes room for who has it
			assert.Contains(t, heard, "The manager</bdi> has it")
			assert.NotContains(t, heard, `class="toast`)
		}
		for _, path := range []string{"/", "/notifications"} {
			assert.Contains(t, staff.get(path).Body, "The manager</bdi> has it", path)
		}
	}
	assert.Contains(t, staff.get("/bookings/BK-1").Body, "The manager</bdi> has it")
	r := staff.tap("/notifications/booking:BK-1/ack")
	assert.Equal(t, 409, r.Status)
	assert.Contains(t, r.Body, "The manager has it already.")

	// It can be given back, by whoever could take it, and then it rings.
	require.Equal(t, 204, staff.tap("/notifications/booking:BK-1/unack").Status)
	heard := mine.pushed(`class="toast`)
	assert.Contains(t, heard, "The manager had it")
	assert.Contains(t, heard, `data-notification="booking:BK-1" data-read="false"`)
	assert.Contains(t, tab.pushed(`data-notification="booking:BK-1"`), `data-read="true"`, "who gave it back has read it")

	// And it runs out.
	require.NoError(t, s.store.Due(t.Context(), time.Now().Add(31*time.Minute)))
	heard = tab.pushed("needs someone again")
	assert.Contains(t, heard, `id="toast-alert:lake-house:boiler"`)
	assert.Contains(t, heard, `data-status="raised"`)
}

// What happens comes in on the page of the cards by itself.
func TestCardsComeInByThemselves(t *testing.T) {
	s := newSite(t)
	manager, user := s.as("manager"), s.as("user")
	tab, theirs := s.stream("/live", manager, "").live(), s.stream("/live", user, "").live()
	writer := s.key("events:write")
	writer.publish(booking("new", "BK-1", "lake-house", ""))
	assert.Contains(t, tab.pushed("notifications-booking_update"), `data-notification="booking:BK-1" data-read="false"`)
	writer.publish(strings.Replace(boilerOff, `"priority"`, `"affectedUsers":["user@house.test"],"priority"`, 1))
	heard := theirs.pushed("notifications-alert_update")
	assert.Contains(t, heard, `data-notification="alert:lake-house:boiler"`)
	assert.NotContains(t, heard, `data-action="ack"`, "who may not take it in hand has no button")
	assert.NotContains(t, tab.upTo(s.head()), `data-notification="alert:`, "nobody else was to be told")
}

func TestCentreWithoutJavaScript(t *testing.T) {
	s := newSite(t)
	manager := s.as("manager")
	writer := s.key("events:write")
	writer.publish(boilerOff)
	for i := range listShown + 3 {
		writer.publish(booking("new", fmt.Sprintf("BK-%02d", i), "lake-house", ""))
	}
	page := manager.get("/notifications").Body
	assert.Contains(t, page, `data-notification="alert:lake-house:boiler"`, "what is critical is on the first page however old")
	next := regexp.MustCompile(`href="(/notifications\?[^"]*before=[^"]*)"`).FindStringSubmatch(page)
	require.Len(t, next, 2)
	older := manager.get(strings.ReplaceAll(next[1], "&amp;", "&")).Body
	assert.NotContains(t, older, `data-notification="alert:lake-house:boiler"`)
	seen := map[string]int{}
	for _, found := range regexp.MustCompile(`data-notification="([^"]+)"`).FindAllStringSubmatch(page+older, -1) {
		seen[found[1]]++
	}
	assert.Len(t, seen, listShown+3+1+1, "every booking, the alert and the house itself")
	for subject, n := range seen {
		assert.Equal(t, 1, n, subject)
	}

	for query, want := range map[string]bool{
		"q=guest+BK-07": true, "q=boiler": false, "kind=booking_update": true, "kind=alert_update": false, "priority=critical": false,
		"property=lake-house": true, "property=hill-cottage": false, "unread=true": true, "unread=false": false, "period=today": true,
		"from=2020-01-01&to=2020-02-01": false, "from=2020-01-01": true,
	} {
		r := manager.get("/notifications?q=BK-07&" + query)
		if strings.HasPrefix(query, "q=") {
			r = manager.get("/notifications?" + query)
		}
		require.Equal(t, 200, r.Status, query)
		assert.Equal(t, want, strings.Contains(r.Body, `data-notification="booking:BK-07"`), query)
	}
	for _, query := range []string{"kind=none", "priority=urgent", "unread=maybe", "period=year", "from=yesterday", "q=" + strings.Repeat("x", 201)} {
		assert.Equal(t, 422, manager.get("/notifications?"+query).Status, query)
	}
	past := manager.get("/notifications/booking:BK-07/history")
	assert.Contains(t, past.Body, "<html")
	assert.Contains(t, past.Body, `data-type="booking:new"`)
	assert.Contains(t, manager.get("/notifications/booking:BK-07/history", "HX-Request", "true", "HX-Target", "main#main").Body, "<html", "the page fetches itself again")
	inside := manager.get("/notifications/booking:BK-07/history", "HX-Request", "true", "HX-Target", "div")
	assert.NotContains(t, inside.Body, "<html")
	assert.Contains(t, inside.Body, `data-type="booking:new"`)

	r := manager.do("POST", "/notifications/booking:BK-07/ack", "", "Referer", s.url+"/bookings?q=BK-07")
	assert.Equal(t, []any{303, "/bookings?q=BK-07"}, []any{r.Status, r.Header.Get("Location")}, "back to where the button was")
	r = manager.do("POST", "/notifications/booking:BK-07/unack", "", "Referer", "https://elsewhere.test/x")
	assert.Equal(t, "/notifications", r.Header.Get("Location"))
}

// The badge in every tab, the count in SQL and counting by hand agree after each
// of two hundred actions.
func TestBadgesAgreeInEveryTab(t *testing.T) {
	s := newSite(t, Config{Streams: delivery.Config{BadgeEvery: 10 * time.Millisecond}})
	r := rand.New(rand.NewPCG(7, 11))
	writer := s.key("events:write")
	names := []string{"admin", "manager", "staff"}
	unread := map[string]map[string]bool{}
	tabs := map[string][]*reader{}
	for _, who := range names {
		unread[who] = map[string]bool{}
		for range 2 {
			tabs[who] = append(tabs[who], s.stream("/live", s.signIn(who), "").live())
		}
	}
	shown := map[*reader]string{}
	number := regexp.MustCompile(`<span id="unread"[^>]*>([^<]*)</span>`)
	rings := func(subject, but string) {
		for _, who := range names {
			unread[who][subject] = who != but
		}
	}
	kindOf := func(subject string) inn.Kind {
		return map[bool]inn.Kind{true: inn.BookingUpdate, false: inn.AlertUpdate}[strings.HasPrefix(subject, "booking:")]
	}
	acknowledgedBy := map[string]string{}
	for i := range 200 {
		who := names[r.IntN(len(names))]
		c := s.as(who)
		id := r.IntN(6)
		subject := fmt.Sprintf("booking:BK-%d", id)
		if id == 0 {
			subject = "alert:lake-house:boiler"
		}
		_, exists := unread[who][subject]
		switch action := r.IntN(9); {
		case action < 3 || !exists:
			by, actor := writer, ""
			if id > 0 && who == "manager" {
				by, actor = c, who
			}
			if id == 0 {
				by.publish(strings.Replace(boilerOff, "No hot water.", fmt.Sprint("Pressure ", i), 1))
			} else {
				by.publish(booking(map[bool]string{true: "modified", false: "new"}[exists], fmt.Sprint("BK-", id), "lake-house", fmt.Sprintf(`,"guests":%d`, i+1)))
				delete(acknowledgedBy, subject)
			}
			rings(subject, actor)
		case action < 5:
			require.Equal(t, 204, c.tap("/notifications/"+subject+"/read").Status)
			unread[who][subject] = false
		case action == 5:
			require.Equal(t, 204, c.tap("/notifications/"+subject+"/unread").Status)
			unread[who][subject] = true
		case action == 6:
			status := c.tap("/notifications/" + subject + "/ack").Status
			if by := acknowledgedBy[subject]; by != "" && by != who {
				require.Equal(t, 409, status)
				break
			}
			require.Equal(t, 204, status)
			if acknowledgedBy[subject] == "" {
				unread[who][subject] = false
			}
			acknowledgedBy[subject] = who
		case action == 7:
			require.Equal(t, 204, c.tap("/notifications/"+subject+"/unack").Status)
			if acknowledgedBy[subject] != "" {
				rings(subject, who)
				delete(acknowledgedBy, subject)
			}
		default:
			kind := append(inn.Kinds[:2:2], "")[r.IntN(3)]
			require.Equal(t, 204, c.tap("/notifications/read", "kind", string(kind)).Status)
			for subject := range unread[who] {
				unread[who][subject] = unread[who][subject] && kind != "" && kindOf(subject) != kind
			}
		}
		for _, who := range names {
			n := 0
			for _, is := range unread[who] {
				if is {
					n++
				}
			}
			require.Equal(t, n, s.count(`users u CROSS JOIN notifications n
				LEFT JOIN read_floors f ON f.person = u.id AND f.kind = n.kind
				LEFT JOIN notification_states s ON s.person = u.id AND s.notification = n.id
				WHERE u.email = '`+who+`@house.test' AND (s.unread = 1 OR n.event > max(u.read_floor, coalesce(f.floor, 0), coalesce(s.read_event, 0)))`), "%s in SQL after %d", who, i)
			want := fmt.Sprint(n)
			for _, tab := range tabs[who] {
				for shown[tab] != want {
					for _, found := range number.FindAllStringSubmatch(tab.next(soon).Data, -1) {
						shown[tab] = found[1]
					}
				}
			}
		}
	}
}

// A filter in the address is the filter in the form.
func TestAskedAgain(t *testing.T) {
	a, err := askNotifications(views.NotificationsAsked{Unread: "true", Kind: inn.AlertUpdate, From: "2026-12-15", To: "2026-12-12", Words: "boiler"}.Query())
	require.NoError(t, err)
	assert.Equal(t, inn.Date("2026-12-12"), a.From, "two dates the wrong way round are meant the other")
	rome := inn.Location("Europe/Rome")
	f := cardFilter(a, time.Now(), rome)
	assert.Equal(t, "2026-12-11T23:00:00Z 2026-12-15T23:00:00Z", f.From.UTC().Format(time.RFC3339)+" "+f.Until.UTC().Format(time.RFC3339))
	f = cardFilter(views.NotificationsAsked{Period: "today"}, time.Date(2026, 3, 29, 22, 30, 0, 0, time.UTC), rome)
	assert.Equal(t, "2026-03-29T22:00:00Z", f.From.UTC().Format(time.RFC3339), "days are those of the person's zone")
}
