package handlers

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

func overTLS(t *testing.T) *site {
	t.Helper()
	public, err := url.Parse("https://desk.house.test")
	require.NoError(t, err)
	return newSite(t, Config{PublicURL: public})
}

// Where the house is reached over TLS, a page that came without it is another
// site, though its host is the same: who sits on the line can make one. The rest
// of the table is TestCSRF.
func TestPlainOriginOfTLSHouseIsForeign(t *testing.T) {
	s := overTLS(t)
	key := s.key("events:write")
	cells, tries := 0, 0
	for _, row := range []struct {
		site, origin    string
		cookie, without bool // refused with a cookie; refused without one
	}{
		{"", "http://desk.house.test", true, true},
		{"", "HTTP://desk.house.test", true, true},
		{"", "http://desk.house.test:80", true, true},
		{"", "http://desk.house.test:443", true, true},
		{"same-origin", "http://desk.house.test", true, true}, // no browser says so
		{"none", "http://desk.house.test", true, true},
		{"", "https://desk.house.test", false, false},
		{"same-origin", "https://desk.house.test", false, false},
		{"", "https://desk.house.test:8443", true, true},
		{"", "https://desk.house.test.evil.test", true, true},
	} {
		for _, r := range s.routes() {
			if r.method == http.MethodGet {
				continue
			}
			path := strings.NewReplacer(":id", "999999", ":name", "none", ":token", "none").Replace(r.path)
			for who, c := range map[string]*caller{"cookie": {site: s, cookie: &http.Cookie{Name: "__Host-baithaka", Value: "of no session"}}, "nobody": s.nobody(), "key": key} {
				want := map[string]bool{"cookie": row.cookie, "nobody": row.without, "key": row.without && !strings.HasPrefix(path, "/api/")}[who]
				tries++ // another address each, for the throttle's sake
				got := c.do(r.method, path, fmt.Sprintf("email=%d@house.test&password=whatever", tries), "Host", "desk.house.test",
					"Sec-Fetch-Site", row.site, "Origin", row.origin, "Content-Type", "application/x-www-form-urlencoded")
				refused := got.Status == 403 && (strings.Contains(got.Body, "another site") || strings.Contains(got.Body, "Origin header"))
				assert.Equal(t, want, refused, "%s %s by %s, Sec-Fetch-Site %q, Origin %q: %d %s", r.method, path, who, row.site, row.origin, got.Status, got.Body)
				cells++
			}
		}
	}
	t.Logf("%d cells", cells)
}

func TestHostsOfNamedHouse(t *testing.T) {
	s := overTLS(t)
	for host, want := range map[string]int{
		"desk.house.test": 200, "DESK.House.Test": 200, "desk.house.test:443": 200,
		"desk.house.test:80": 421, "desk.house.test:8443": 421, "desk.house.test.": 421, "desk.house.test:": 421, "a.desk.house.test": 421,
		"localhost": 421, "127.0.0.1": 421, "[::1]": 421, "xn--desk.house.test": 421, "desk.house.test@evil.test": 421,
	} {
		for _, path := range []string{"/login", "/static/app.css", "/openapi.json"} {
			got, err := s.nobody().try("GET", path, "", "Host", host)
			if err != nil {
				continue // the client itself refuses to send that
			}
			assert.Equal(t, want, got.Status, "%s at %q", path, host)
		}
	}
	open := newSite(t)
	for host, want := range map[string]int{
		"[::1]:8080": 200, "[2001:db8::1]": 200, "[fe80::1%25eth0]": 200, "10.0.0.7": 200,
		"localhost.": 421, "127.0.0.1.": 421, "[::1": 421, "[evil.test]": 421, "127.1": 421, "0177.0.0.1": 421, "": 200, // the client sends its own
	} {
		got, err := open.nobody().try("GET", "/openapi.json", "", "Host", host)
		if err == nil && got.Status != http.StatusBadRequest {
			assert.Equal(t, want, got.Status, "%q", host)
		}
	}
}

// freshness are the columns in which a look leaves a trace, and why: they say
// when somebody was here last, are written in the background, and lead nowhere.
var freshness = []string{"last_seen", "last_used", "seen"}

// contents returns a hash of every table but for the search indices, which follow
// the log by themselves, and for the rows that meet the conditions given, by table.
func (s *site) contents(but map[string]string) map[string]string {
	s.t.Helper()
	all := map[string]string{}
	for _, table := range s.column(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('event_parts', 'event_words')
		AND instr(name, 'sqlite_') = 0 AND instr(name, '_search') = 0`) {
		columns := slices.DeleteFunc(s.column(`SELECT name FROM pragma_table_info('`+table+`')`), func(name string) bool { return slices.Contains(freshness, name) })
		where := map[string]string{"events": " WHERE type <> 'metrics:update'", "meta": " WHERE name <> 'searched'"}[table] // made in the background
		if passed, found := but[table]; found {
			where = strings.TrimSuffix(" WHERE NOT ("+passed+") AND"+strings.TrimPrefix(where, " WHERE"), " AND")
		}
		var rows []string
		for i, name := range columns {
			columns[i] = `quote("` + name + `")`
		}
		rows = s.column(`SELECT ` + strings.Join(columns, " || ',' || ") + ` AS row FROM "` + table + `"` + where + ` ORDER BY row`)
		all[table] = fmt.Sprintf("%d rows %x", len(rows), sha256.Sum256([]byte(strings.Join(rows, "\n"))))
	}
	return all
}

func (s *site) column(query string) []string {
	s.t.Helper()
	rows, err := s.db.Read.Query(query)
	require.NoError(s.t, err, query)
	defer rows.Close()
	var all []string
	for rows.Next() {
		var one sql.NullString
		require.NoError(s.t, rows.Scan(&one))
		all = append(all, one.String)
	}
	require.NoError(s.t, rows.Err())
	return all
}

// openedMarks are the rows that opening BK-1 may write: that its card is read, and
// the event that tells the person's other windows so.
var openedMarks = map[string]string{
	"events":              `type = 'notification:read' AND topic = actor AND json_extract(data, '$.ids') = '["booking:BK-1"]' AND json_extract(data, '$.read') = 1`,
	"notification_states": `unread = 0 AND notification = (SELECT id FROM notifications WHERE subject = 'booking:BK-1')`,
}

// Nothing that is asked with GET or HEAD changes anything: the content of every
// table is the same after everybody has asked for everything. There is one
// exception: who opens a booking has read its card, unless a browser only
// fetched the page ahead.
func TestGetLeavesEveryTableAlone(t *testing.T) {
	s := newSite(t)
	writer := s.key("events:write")
	writer.publish(booking("new", "BK-1", "lake-house", ""))
	writer.publish(booking("new", "BK-2", "lake-house", ""))
	writer.publish(fmt.Sprintf(alert, `{"key":"boiler","title":"Boiler off"}`))
	link, err := s.store.Invite(t.Context(), operator, inn.Member{Email: "invited@house.test", Name: "Invited", Role: inn.User})
	require.NoError(t, err)
	everybody := []*caller{s.nobody(), s.key("events:read,money:read,metrics:read")}
	for _, who := range principals[1:] {
		everybody = append(everybody, s.as(who))
	}
	id := fmt.Sprint(s.member("staff").ID)
	before := s.contents(nil)
	require.Contains(t, before, "sessions")
	require.Contains(t, before, "audit")
	asked := 0
	askAll := func(callers []*caller, method string, headers ...string) {
		for _, r := range s.routes() {
			if streamPath(r.path) {
				continue
			}
			path := strings.NewReplacer("/team/:id", "/team/"+id, "/notifications/:id", "/notifications/booking:BK-1", ":id", "BK-1", ":slug", "lake-house", ":token", link.Token, ":name", "key-1", "*", "app.css").Replace(r.path)
			for _, c := range callers {
				c.do(method, path+"?token="+link.Token+"&all=true&mute=hour", "", headers...)
				asked++
			}
		}
		s.flush()
	}
	super := []*caller{s.as("super")}
	askAll(super, http.MethodHead)
	askAll(super, http.MethodOptions)
	askAll(everybody, http.MethodGet, "Sec-Purpose", "prefetch")
	askAll(everybody, http.MethodGet, "Sec-Purpose", "prefetch;prerender")
	assert.Equal(t, before, s.contents(nil))

	require.Equal(t, before, s.contents(openedMarks), "there is none yet")
	askAll(everybody, http.MethodGet)
	assert.Equal(t, before, s.contents(openedMarks))
	for table, marks := range openedMarks {
		assert.Equal(t, 5, s.count(table+" WHERE "+marks), "%s: one each of those who may see it", table)
	}
	t.Logf("%d requests, %d tables", asked, len(before))
}
