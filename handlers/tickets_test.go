package handlers

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/delivery"
	"baithaka/internal/inn"
)

// ticket fetches one for a key, narrowed by the body.
func (c *caller) ticket(body string) string {
	c.site.t.Helper()
	r := c.post("/api/v1/stream-tickets", body)
	require.Equal(c.site.t, http.StatusCreated, r.Status, r.Body)
	got := r.json(c.site.t)
	expires, err := time.Parse(time.RFC3339, got["expires"].(string))
	require.NoError(c.site.t, err)
	assert.WithinDuration(c.site.t, time.Now().Add(5*time.Minute), expires, time.Minute)
	ticket := got["ticket"].(string)
	assert.Regexp(c.site.t, `^bt_[0-9a-f]{40}$`, ticket)
	return ticket
}

const byTicket = "/api/v1/stream?ticket="

// A ticket opens one stream with what its key may hear; a second one it does not.
func TestATicketOpensOneStreamOfItsKey(t *testing.T) {
	s := newSite(t)
	writer, key, page := s.key("events:write"), s.key("events:read", "lake-house"), s.nobody()
	ticket := key.ticket("{}")
	opened := s.stream(byTicket+ticket, page, "").live()
	again := page.get(byTicket + ticket)
	assert.Equal(t, 401, again.Status)
	assert.Equal(t, `Bearer realm="baithaka"`, again.Header.Get("WWW-Authenticate"))
	newSchemas(t).fits("/components/schemas/Problem", again.Body, "used")
	for what, never := range map[string]string{"empty": "", "never made": "bt_" + strings.Repeat("0", 40), "a key": key.secret, "no ticket": "x"} {
		assert.Equal(t, 401, page.get(byTicket+never).Status, what)
	}
	writer.publish(booking("new", "BK-hill", "hill-cottage", `,"amount":5,"currency":"EUR"`))
	writer.publish(booking("new", "BK-lake", "lake-house", `,"amount":5,"currency":"EUR"`))
	got := opened.events(1)[0]
	assert.Equal(t, "booking:BK-lake", got.Subject)
	assert.NotContains(t, fmt.Sprint(got), "amount", "the key sees no money")

	// What came while nobody listened comes with the next ticket.
	last := opened.lastID
	opened.close()
	writer.publish(booking("confirmed", "BK-lake", "lake-house", ""))
	resumed := s.stream(byTicket+key.ticket("")+"&after="+last, page, "")
	assert.Equal(t, []string{"BK-lake"}, resumed.subjects(1))
	assert.Equal(t, []string{"BK-lake"}, s.stream(byTicket+key.ticket("")+"&after=0-0", page, last).subjects(1), "the header wins")

	// It says itself what it is narrowed to.
	narrow := s.stream(byTicket+key.ticket(`{"rooms":["property:lake-house"],"types":["booking:cancelled"]}`), page, "").live()
	writer.publish(booking("checked_in", "BK-lake", "lake-house", ""))
	writer.publish(booking("new", "BK-two", "lake-house", ""))
	writer.publish(booking("cancelled", "BK-two", "lake-house", ""))
	assert.Equal(t, "booking:cancelled", narrow.events(1)[0].Type)
	waits := key.ticket("{}")
	assert.Equal(t, 400, page.get(byTicket+waits+"&types=booking:new").Status)
	assert.Equal(t, 400, page.get(byTicket+waits+"&since=1").Status)
	s.stream(byTicket+waits, page, "").live() // what was refused used nothing up
}

func TestWhoGetsATicketAndForWhat(t *testing.T) {
	s := newSite(t)
	key := s.key("events:read", "lake-house")
	for what, c := range map[string]struct {
		who    *caller
		body   string
		status int
	}{
		"nobody":             {s.nobody(), "{}", 401},
		"a key that writes":  {s.key("events:write,metrics:read"), "{}", 403},
		"a person":           {s.as("admin"), "{}", 403},
		"another's room":     {key, `{"rooms":["property:hill-cottage"]}`, 403},
		"no such room":       {key, `{"rooms":["property:nowhere"]}`, 403},
		"no room":            {key, `{"rooms":["a b"]}`, 422},
		"two in one":         {key, `{"rooms":["property:lake-house,system"]}`, 422},
		"an unknown type":    {key, `{"types":["booking:imagined"]}`, 422},
		"an internal type":   {key, `{"types":["member:changed"]}`, 422},
		"another form":       {key, `{"rooms":"property:lake-house"}`, 422},
		"an unknown field":   {key, `{"room":[]}`, 422},
		"no object":          {key, `[]`, 422},
		"no JSON":            {key, `{`, 400},
		"too many":           {key, `{"types":[` + strings.Repeat(`"booking:new",`, 100) + `"booking:new"]}`, 422},
		"what it may":        {key, `{"rooms":["property:lake-house"],"types":["booking:new"]}`, 201},
		"nothing to be said": {key, "", 201},
	} {
		r := c.who.post("/api/v1/stream-tickets", c.body)
		assert.Equal(t, c.status, r.Status, "%s: %s", what, r.Body)
	}
	assert.Equal(t, 415, key.do(http.MethodPost, "/api/v1/stream-tickets", "{}", "Content-Type", "text/plain").Status)
	assert.Equal(t, 201, key.do(http.MethodPost, "/api/v1/stream-tickets", "", "Content-Type", "").Status)
	newSchemas(t).fits("/paths/~1api~1v1~1stream-tickets/post/responses/201/content/application~1json/schema", key.post("/api/v1/stream-tickets", "{}").Body, "ticket")
}

// Of many who come with one ticket at once, one gets its stream.
func TestATicketIsUsedOnce(t *testing.T) {
	s := newSite(t)
	ticket := s.key("events:read").ticket("{}")
	var mu sync.Mutex
	got := map[int]int{}
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() {
			req, err := s.nobody().request(http.MethodGet, byTicket+ticket, "")
			if err != nil {
				t.Error(err)
				return
			}
			res, err := s.client.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			res.Body.Close()
			mu.Lock()
			defer mu.Unlock()
			got[res.StatusCode]++
		})
	}
	all.Wait()
	assert.Equal(t, map[int]int{200: 1, 401: 11}, got)
}

// A ticket's stream is one of the key's: it counts to its limit, and ends with it.
func TestATicketsStreamIsItsKeys(t *testing.T) {
	s := newSite(t, Config{Streams: delivery.Config{PerKey: 2}})
	key, other := s.key("events:read"), s.key("events:read")
	first := s.stream(byTicket+key.ticket("{}"), s.nobody(), "").live()
	s.stream("/api/v1/stream", key, "").live()
	third := key.ticket("{}")
	full := s.nobody().get(byTicket + third)
	assert.Equal(t, 429, full.Status)
	assert.NotEmpty(t, full.Header.Get("Retry-After"))
	s.stream("/api/v1/stream", other, "").live()

	waiting := other.ticket("{}")
	require.NoError(t, s.store.RevokeKey(t.Context(), operator, key.name))
	require.NoError(t, s.store.RevokeKey(t.Context(), operator, other.name))
	saysBye(t, first)
	assert.Equal(t, 401, s.nobody().get(byTicket+third).Status)
	assert.Equal(t, 401, s.nobody().get(byTicket+waiting).Status, "one that was never used ends with the key too")
	var left int
	require.NoError(t, s.db.Read.QueryRow(`SELECT count(*) FROM stream_tickets`).Scan(&left))
	assert.Zero(t, left)
}

// A ticket carries what its key may as of the opening, and not as of the fetching.
func TestATicketGivesNothingThatItsKeyHasNoMore(t *testing.T) {
	s := newSite(t)
	admin := s.member("admin").Viewer()
	secret, err := s.store.AddKey(t.Context(), admin, inn.Key{Name: "shop", Scopes: []inn.Scope{inn.EventsRead}})
	require.NoError(t, err)
	shop := &caller{site: s, name: "shop", secret: secret}
	all, hill := shop.ticket("{}"), shop.ticket(`{"rooms":["property:hill-cottage"]}`)
	require.NoError(t, s.store.ChangeMember(t.Context(), operator, admin.UserID, inn.Staff, []string{"lake-house"}))
	assert.Equal(t, 403, s.nobody().get(byTicket+hill).Status)
	opened := s.stream(byTicket+all, s.nobody(), "").live()
	writer := s.key("events:write")
	writer.publish(booking("new", "BK-hill", "hill-cottage", ""))
	writer.publish(booking("new", "BK-lake", "lake-house", ""))
	assert.Equal(t, []string{"BK-lake"}, opened.subjects(1))
	sleeping := shop.ticket("{}")
	require.NoError(t, s.store.DisableMember(t.Context(), operator, admin.UserID, true))
	assert.Equal(t, 401, s.nobody().get(byTicket+sleeping).Status)
}

// Only the stream of programs takes a ticket; nothing else does, and nothing else
// that comes along with one counts.
func TestATicketOpensNothingElse(t *testing.T) {
	s := newSite(t)
	key := s.key("events:read,events:write,metrics:read")
	ticket := key.ticket("{}")
	for _, path := range []string{"/api/v1/events", "/api/v1/bookings", "/api/v1/notifications", "/api/v1/metrics", "/metrics", "/api/realtime/trigger"} {
		assert.Equal(t, 401, s.nobody().get(path+"?ticket="+ticket).Status, path)
		assert.Equal(t, 401, s.nobody().get(path, "Authorization", "Bearer "+ticket).Status, path)
	}
	assert.Equal(t, 401, s.nobody().post("/api/v1/events?ticket="+ticket, booking("new", "BK-1", "lake-house", "")).Status)
	assert.Equal(t, 303, s.nobody().get("/?ticket="+ticket).Status)
	assert.Equal(t, "bye", s.stream("/live?ticket="+ticket, s.nobody(), "").ends().Event)
	assert.Equal(t, 401, key.get(byTicket+"bt_0").Status, "not even a key")
	assert.Equal(t, 401, s.as("admin").get(byTicket, "Origin", "").Status, "nor a cookie")
	s.stream(byTicket+ticket, s.as("admin"), "", "Origin", "").live()
	assert.Equal(t, 401, s.as("admin").get(byTicket+ticket, "Origin", "").Status)
}

// Pages of the origins that are named may read the stream; those of any other are
// refused, before the ticket is used.
func TestWhichPagesMayOpenAStreamByATicket(t *testing.T) {
	const shop = "https://shop.example.com"
	s := newSite(t, Config{StreamOrigins: []string{shop, "http://localhost:3000"}})
	key := s.key("events:read")
	ticket := key.ticket("{}")
	for _, headers := range [][]string{
		{"Origin", "https://evil.example.com"}, {"Origin", "null"}, {"Origin", shop + ":443"}, {"Origin", "http://shop.example.com"},
		{"Origin", shop + "/"}, {"Origin", "https://SHOP.example.com"}, {"Origin", shop + ".evil.example.com"}, {"Origin", s.url},
		{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example.com", "Sec-Fetch-Site", "same-origin"},
	} {
		r := s.nobody().get(byTicket+ticket, headers...)
		assert.Equal(t, 403, r.Status, headers)
		assert.Empty(t, r.Header.Get("Access-Control-Allow-Origin"), headers)
		assert.Contains(t, r.Header.Values("Vary"), "Origin", headers)
	}
	for _, origin := range []string{shop, "http://localhost:3000"} {
		req, err := s.nobody().request(http.MethodGet, byTicket+key.ticket("{}"), "", "Origin", origin, "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors")
		require.NoError(t, err)
		res, err := s.client.Do(req)
		require.NoError(t, err)
		res.Body.Close()
		assert.Equal(t, 200, res.StatusCode)
		assert.Equal(t, []string{origin}, res.Header.Values("Access-Control-Allow-Origin"))
		assert.Contains(t, res.Header.Values("Vary"), "Origin")
		assert.Empty(t, res.Header.Values("Access-Control-Allow-Credentials"))
	}
	used := s.nobody().get(byTicket+"bt_0", "Origin", shop)
	assert.Equal(t, 401, used.Status)
	assert.Equal(t, shop, used.Header.Get("Access-Control-Allow-Origin"), "a page may read why")
	s.stream(byTicket+ticket, s.nobody(), "").live() // no browser: no origin

	// The origin is for tickets alone.
	for path, who := range map[string]*caller{"/api/v1/stream": key, "/api/v1/events": key, "/live": s.as("admin")} {
		r := who.get(path, "Origin", shop, "Sec-Fetch-Site", "cross-site")
		assert.Empty(t, r.Header.Get("Access-Control-Allow-Origin"), path)
		assert.Equal(t, path != "/api/v1/events", r.Status == 403, path)
	}
	assert.Equal(t, 421, s.nobody().get(byTicket+ticket, "Host", "evil.example.com").Status, "the rule for Host holds")
}

func TestATicketIsInNoLog(t *testing.T) {
	s := newSite(t)
	key := s.key("events:read")
	ticket := key.ticket("{}")
	s.stream(byTicket+ticket, s.nobody(), "").live().close()
	s.nobody().get(byTicket + ticket)
	s.nobody().get(byTicket+ticket, "Origin", "https://evil.example.com")
	s.nobody().get(byTicket + ticket + "&since=1")
	s.nobody().get("/nowhere?ticket=" + ticket)
	assert.NotContains(t, s.logged.String(), ticket[3:])
	assert.Contains(t, s.logged.String(), `"status":401`)
	file, err := s.db.Read.Query(`SELECT hex(hash) FROM stream_tickets`)
	require.NoError(t, err)
	defer file.Close()
	assert.False(t, file.Next(), "and a used one nowhere")
	require.NoError(t, file.Err())
}
