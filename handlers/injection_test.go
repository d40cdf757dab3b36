package handlers

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// breaks are what ends a line or a field for somebody: in the specification of
// event streams, in JavaScript, in C.
var breaks = []string{"\r", "\n", "\r\n", "\n\n", "\x00", "\u2028", "\u2029", "\u0085", "\v", "\f", "\x1b", "\ufeff", "\r\r", "\n\r", "\x7f"}

const forged = "id: k-1%sevent: bye%sretry: 1%sdata: forged%s%s"

// Line ends in every field that reaches the stream, in live and in replayed
// streams of both kinds: no field is forged, no message is cut in two, and what
// was a JSON document still is one. The reader takes known fields only.
func TestNoFieldIsForged(t *testing.T) {
	s := newSite(t)
	writer := s.key("events:write,events:read,money:read,contacts:read")
	type ear struct {
		path string
		who  *caller
	}
	ears := []ear{{"/api/v1/stream", s.as("super")}, {"/api/v1/stream", writer}, {"/live", s.as("super")}, {"/live", s.as("staff")}}
	start := s.head()
	var open []*reader
	for _, e := range ears {
		open = append(open, s.stream(e.path, e.who, "").live())
	}
	published := 0
	for i, end := range breaks {
		evil := "a" + end + fmt.Sprintf(strings.ReplaceAll(forged, "%s", "%[1]s"), end) + "b"
		text, err := json.Marshal(evil)
		require.NoError(t, err)
		short, err := json.Marshal("a" + end + "id: 1" + end + "b")
		require.NoError(t, err)
		for _, body := range []string{
			fmt.Sprintf(`{"type":"booking:new","property":"lake-house","affectedUsers":["staff@house.test"],"payload":{"id":"BK-%[1]d","type":"property","title":%[2]s,"customerName":%[2]s,"country":%[3]s,"source":%[3]s,"customerEmail":%[3]s,"customerPhone":%[3]s,"notes":%[2]s}}`, i, text, short),
			fmt.Sprintf(`{"type":"booking:modified","payload":{"id":"BK-%[1]d","title":%[3]s,"customerName":%[3]s,"notes":%[3]s}}`, i, text, short),
			fmt.Sprintf(`{"type":"alert:raised","property":"lake-house","payload":{"key":"k%[1]d","title":%[2]s,"detail":%[2]s}}`, i, text),
			fmt.Sprintf(`{"type":"property:status","property":"lake-house","payload":{"status":%[1]s,"title":%[2]s,"detail":%[2]s}}`, short, text),
			fmt.Sprintf(`{"type":"metrics:update","property":"lake-house","payload":{"scope":%[1]s,%[1]s:[%[1]s]}}`, text),
			fmt.Sprintf(`{"type":"user:action","property":"lake-house","payload":{"name":%[1]s,"action":%[1]s,%[1]s:{%[1]s:1}}}`, text),
		} {
			r := writer.post("/api/v1/events", body)
			require.Contains(t, []int{200, 201}, r.Status, "%q: %s", end, r.Body)
			if r.Status == 201 { // else it says what an earlier one said, once cleaned
				published++
			}
		}
		for _, path := range []string{"type", "property", "id", "key"} { // identifiers are refused, never cleaned
			body := map[string]string{
				"type": fmt.Sprintf(`{"type":%s,"payload":{}}`, short), "property": fmt.Sprintf(`{"type":"property:status","property":%s,"payload":{"status":"open"}}`, short),
				"id": with("id", string(short)), "key": fmt.Sprintf(alert, fmt.Sprintf(`{"key":%s,"title":"T"}`, short)),
			}[path]
			assert.Equal(t, 422, writer.post("/api/v1/events", body).Status, "%s with %q", path, end)
		}
		_, err = s.store.AddMember(t.Context(), operator, inn.Member{Email: fmt.Sprintf("p%d@house.test", i), Name: evil[:min(len(evil), 60)], Role: inn.Manager, Properties: []string{"lake-house"}}, "")
		if err != nil {
			require.Equal(t, inn.Invalid, inn.CodeOf(err), "%q", end)
		}
	}
	last := s.head()
	for i, e := range ears {
		for when, r := range map[string]*reader{"live": open[i], "replayed": s.stream(e.path, e.who, start)} {
			before := int64(0)
			events := 0
			for _, m := range r.gather(last) {
				assert.NotEqual(t, "bye", m.Event)
				assert.NotEqual(t, "1", m.Retry)
				assert.NotContains(t, m.Data, "\x00")
				if !m.HasID {
					continue
				}
				require.Regexp(t, `^`+s.store.Epoch()+`-\d+$`, m.ID)
				require.GreaterOrEqual(t, eventNumber(t, m.ID), before, "%s %s", e.path, when)
				before = eventNumber(t, m.ID)
				if strings.Contains(m.Event, ":") {
					events++
					require.True(t, json.Valid([]byte(m.Data)), m.Data)
				}
			}
			if e.path != "/live" && e.who == s.as("super") {
				assert.GreaterOrEqual(t, events, published, when)
			}
		}
	}
	t.Logf("%d hostile events on %d streams", published, 2*len(ears))
}

// garbage are positions that nobody gave out: what programs, people and
// scanners send instead of one.
func garbage(epoch string) []string {
	all := []string{" ", "-", "--", "null", "undefined", "NaN", "true", "{}", "[]", "0", "-0", "1", "-1", "9223372036854775807", "9223372036854775808", "18446744073709551616", "1e9", "0x10", "٣", "①",
		strings.Repeat("9", 400), strings.Repeat("a", 6000), strings.Repeat("-", 3000), "\u202e1-k", "\u200b" + epoch + "-1", "%00", "..", "../../etc/passwd", "' OR 1=1 --", "1;DROP TABLE events", "<script>", "${7*7}", "{{7*7}}", "$(id)", "*", "%", "_", "\\"}
	for _, e := range []string{epoch, strings.ToUpper(epoch) + "X", "ffffff", "0", "", "k7f2", epoch + epoch} {
		for _, n := range []string{"", "-1", "-0", "+1", "007", "1.0", "1e3", "0x1", " 1", "1 ", "1\n", "1\r\nid: 9", "\x001", "1\x00", "9223372036854775807", "9223372036854775808", "99999999999999999999", "１", "1_000", "1-1", "a", "1'--", "NULL", "1;2", "1,2", "1/2", "1%00", "1\u2028", "1\t"} {
			all = append(all, e+"-"+n)
		}
	}
	for n := range 140 {
		all = append(all, fmt.Sprintf("%x-%d", n*7919, n), fmt.Sprintf("%s-%d", epoch, 1_000_000_000+n))
	}
	return all
}

// A position that cannot be read or is not of this log leads to resync on a
// stream and to 400 in a list; never to somebody else's events, and never to a
// search through the log.
func TestGarbagePositions(t *testing.T) {
	s := newSite(t)
	writer := s.key("events:write")
	for i := range 5 {
		writer.publish(booking("new", fmt.Sprintf("BK-%d", i), "hill-cottage", ""))
	}
	values := garbage(s.store.Epoch())
	require.Greater(t, len(values), 500)
	manager, key := s.as("manager"), s.key("events:read", "lake-house")
	lists := []string{"/api/v1/events?after=", "/api/v1/events?before=", "/api/v1/bookings?after=", "/api/v1/notifications?after=", "/history?before=", "/notifications?before=", "/bookings?before="}
	for i, value := range values {
		path, who := "/api/v1/stream", key
		if i%2 == 0 {
			path, who = "/live", manager
		}
		query, header := "?after="+url.QueryEscape(value), ""
		if i%3 == 0 && strings.IndexFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }) < 0 && strings.TrimSpace(value) == value {
			query, header = "", value
		}
		r := s.stream(path+query, who, header)
		if !assert.Equal(t, 200, r.status, "%q", value) {
			continue
		}
		hello := r.next(soon)
		assert.Contains(t, hello.Data, `"recovered":false`, "%q", value)
		assert.Equal(t, "resync", r.next(soon).Event, "%q", value)
		assert.NotContains(t, r.next(soon).Data, "BK-", "%q", value)
		r.close()
		if i%2 == 0 {
			continue
		}
		list := lists[i/2%len(lists)]
		got := manager.get(list + url.QueryEscape(value))
		assert.Contains(t, []int{200, 400}, got.Status, "%s%q", list, value)
		assert.NotContains(t, got.Body, "BK-0", "%s%q", list, value)
	}
	t.Logf("%d values", len(values))
}

// A filter takes what it is given as it is: no wildcard, no other case, no half
// of a word.
func TestFiltersMatchExactly(t *testing.T) {
	s := newSite(t)
	writer, admin := s.key("events:write"), s.as("admin")
	writer.publish(booking("new", "BK-1", "lake-house", ""))
	writer.publish(booking("new", "BK_1", "hill-cottage", ""))
	for _, property := range []string{"%", "_", "lake%", "lake_house", "LAKE-HOUSE", "Lake-House", "lake-hous_", "%house", "lake-house%", "lake", "lake-house ", " lake-house", "lake-house\x00", "lake\\-house", "*", "lake-house,hill-cottage", "property:lake-house", "lake-house'--"} {
		q := url.QueryEscape(property)
		for _, path := range []string{"/api/v1/events?property=", "/api/v1/bookings?property=", "/api/v1/metrics?property=", "/api/v1/notifications?property=", "/properties/", "/history?property=", "/bookings?property="} {
			r := admin.get(path + q)
			if r.Status == 200 {
				assert.NotContains(t, r.Body, "Guest BK", "%s%q", path, property)
				continue
			}
			assert.Contains(t, []int{404, 422, 400}, r.Status, "%s%q", path, property)
		}
		if !strings.ContainsAny(property, " ,") { // which end a room's name
			assert.Equal(t, 403, admin.get("/api/v1/stream?rooms=property:"+q).Status, "%q", property)
		}
	}
	for _, id := range []string{"%", "_", "BK%", "BK__", "bk-1", "BK-1%", "BK-"} {
		for _, path := range []string{"/bookings/", "/api/v1/bookings/"} {
			assert.Equal(t, 404, admin.get(path+url.PathEscape(id)).Status, id)
		}
		assert.Contains(t, []int{404, 422}, writer.post("/api/v1/events", fmt.Sprintf(`{"type":"booking:confirmed","payload":{"id":%q}}`, id)).Status, id)
	}
	for _, email := range []string{"%", "staff_house.test", "staff@house.tes_", "%@house.test", "staff@house.test%"} {
		assert.Equal(t, 422, writer.post("/api/v1/events", top("affectedUsers", fmt.Sprintf(`[%q]`, email))).Status, email)
	}
	for _, room := range []string{"user:%", "user:_", "role:%", "role:staff", "property:%", "property:lake_house", "PROPERTY:lake-house"} {
		assert.Equal(t, 422, writer.post("/api/v1/events", top("rooms", fmt.Sprintf(`[%q]`, room))).Status, room)
	}
	for _, q := range []string{"type=booking:%25", "type=booking:ne_", "kind=booking_updat_", "kind=%25"} {
		assert.Equal(t, 422, admin.get("/api/v1/events?"+q).Status, q)
	}
}

// No query compares with LIKE or GLOB: they fold case and know wildcards.
func TestNoQueryMatchesByPattern(t *testing.T) {
	pattern := regexp.MustCompile(`\b(LIKE|GLOB)\b`)
	for _, dir := range []string{"../store", "../internal/figures", "../db", "../db/migrations/sqlite"} {
		files, err := filepath.Glob(filepath.Join(dir, "*"))
		require.NoError(t, err)
		require.NotEmpty(t, files, dir)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") || !strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, ".sql") {
				continue
			}
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.NotRegexp(t, pattern, string(text), file)
		}
	}
}
