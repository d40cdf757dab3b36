package handlers

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var eventRow = regexp.MustCompile(`data-event="([^"]+)"`)

// rows returns the positions of the events on a page, in its order.
func rows(page string) []string {
	var list []string
	for _, m := range eventRow.FindAllStringSubmatch(page, -1) {
		list = append(list, m[1])
	}
	return list
}

var olderLink = regexp.MustCompile(`rel="next" href="([^"]+)"`)

func TestHistoryPagesWithoutJavaScript(t *testing.T) {
	s := newSite(t)
	key := s.key("events:write")
	var published []string
	for n := range 120 {
		published = append(published, key.publish(booking("new", fmt.Sprint("BK-", n), []string{"lake-house", "hill-cottage"}[n%2], "")))
	}
	for who, want := range map[string][]string{"admin": published, "staff": nil} {
		if who == "staff" {
			for n, position := range published {
				if n%2 == 0 {
					want = append(want, position)
				}
			}
		}
		var got []string
		pages := 0
		for path := "/history?kind=booking_update"; path != ""; pages++ {
			r := s.as(who).get(path)
			require.Equal(t, http.StatusOK, r.Status)
			got = append(got, rows(r.Body)...)
			// While somebody pages, things happen.
			key.publish(booking("new", fmt.Sprint("BK-later-", who, pages), "lake-house", ""))
			path = ""
			if m := olderLink.FindStringSubmatch(r.Body); m != nil {
				path = strings.ReplaceAll(m[1], "&amp;", "&")
			}
		}
		slices.Reverse(got)
		got = slices.DeleteFunc(got, func(position string) bool { return !slices.Contains(published, position) })
		assert.Equal(t, want, got, who)
		assert.Greater(t, pages, 1)
	}
}

func TestHistorySearchesAndFilters(t *testing.T) {
	s := newSite(t)
	key := s.key("events:write")
	asha := key.publish(booking("new", "BK-1", "lake-house", `,"amount":14400,"currency":"INR","customerEmail":"hidden@example.test","notes":"peanuts"`))
	alert := key.publish(`{"type":"alert:raised","property":"lake-house","payload":{"key":"boiler","title":"Boiler off"}}`)
	for query, want := range map[string][]string{
		"q=guest": {asha}, "q=BK-1": {asha}, "q=boiler": {alert}, "q=hidden": nil, "q=peanuts": nil, "q=14400": nil,
		"type=alert_update": {alert}, "type=alert:raised": {alert}, "kind=booking_update": {asha}, "kind=booking_update&q=boiler": nil,
		"actor=key:" + key.name: {alert, asha}, "from=2020-01-01&to=2020-02-01": nil,
		"q=" + url.QueryEscape(`"' OR 1`): nil,
	} {
		r := s.as("manager").get("/history?" + query)
		require.Equal(t, http.StatusOK, r.Status, query)
		assert.Equal(t, want, rows(r.Body), query)
	}
	for _, query := range []string{"kind=nonsense", "type=nonsense", "from=yesterday", "q=" + strings.Repeat("x", 201)} {
		assert.Equal(t, http.StatusUnprocessableEntity, s.as("manager").get("/history?"+query).Status, query)
	}
	assert.NotContains(t, s.as("staff").get("/history").Body, "14,400", "staff see no money")
	assert.Contains(t, s.as("manager").get("/history").Body, "14,400")
	assert.Empty(t, rows(s.as("user").get("/history?kind=booking_update").Body))
}

func TestHistoryAsASpreadsheet(t *testing.T) {
	s := newSite(t)
	key := s.key("events:write")
	key.publish(booking("new", "BK-1", "lake-house", `,"amount":14400,"currency":"INR","customerEmail":"hidden@example.test"`))
	key.publish(`{"type":"booking:modified","payload":{"id":"BK-1","customerName":"=HYPERLINK(\"http://evil.test\")","title":"- 3 nights, \"quiet\""}}`)
	for n := range downloadStep + 10 {
		key.publish(fmt.Sprintf(`{"type":"alert:raised","property":"lake-house","payload":{"key":"a%d","title":"@boiler"}}`, n))
	}
	r := s.as("manager").get("/history.csv?property=lake-house&type=booking_update")
	require.Equal(t, http.StatusOK, r.Status)
	assert.Equal(t, "text/csv; charset=utf-8; header=present", r.Header.Get("Content-Type"))
	assert.Contains(t, r.Header.Get("Content-Disposition"), "attachment")
	body, found := strings.CutPrefix(r.Body, "\ufeff")
	require.True(t, found)
	assert.Equal(t, strings.Count(body, "\n"), strings.Count(body, "\r\n"))
	lines, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	require.NoError(t, err)
	require.Len(t, lines, 3)
	assert.Equal(t, []string{"Date", "Time", "UTC offset", "Kind", "Type", "Priority", "Property", "About", "Name", "What", "Status", "From", "To", "Amount", "Currency", "By", "Position"}, lines[0])
	assert.Equal(t, []string{`'=HYPERLINK("http://evil.test")`, `'- 3 nights, "quiet"`}, lines[1][8:10])
	assert.Equal(t, []string{"Guest BK-1", "14400", "INR"}, []string{lines[2][8], lines[2][13], lines[2][14]})
	assert.NotContains(t, r.Body, "hidden@example.test")

	all, err := csv.NewReader(strings.NewReader(s.as("staff").get("/history.csv?type=alert_update").Body[3:])).ReadAll()
	require.NoError(t, err)
	assert.Len(t, all, downloadStep+11, "all of it, not a page")
	assert.NotContains(t, all[0], "Amount", "staff see no money")
	assert.Equal(t, "'@boiler", all[1][8])
}

// Under a filter nothing is put into the page: it says how many there are.
func TestHistoryCountsWhatArrivesUnderAFilter(t *testing.T) {
	s := newSite(t)
	key := s.key("events:write")
	key.publish(booking("new", "BK-1", "lake-house", ""))
	page := s.as("staff").get("/history?q=guest").Body
	assert.Contains(t, page, `data-list=""`)
	m := regexp.MustCompile(`hx-sse:connect="([^"]+)"`).FindStringSubmatch(page)
	require.NotNil(t, m)
	r := s.stream(strings.ReplaceAll(m[1], "&amp;", "&"), s.as("staff"), "")
	r.live()
	key.publish(booking("new", "BK-2", "lake-house", ""))
	key.publish(booking("new", "BK-3", "hill-cottage", ""))
	key.publish(`{"type":"alert:raised","property":"lake-house","payload":{"key":"boiler","title":"Boiler off"}}`)
	got := r.pushed("1 new")
	assert.Contains(t, got, `href="/history?q=guest"`)
	key.publish(`{"type":"booking:confirmed","payload":{"id":"BK-2"}}`)
	r.pushed("2 new")

	unfiltered := s.as("staff").get("/history").Body
	assert.Contains(t, unfiltered, `data-list="feed"`)
	assert.Contains(t, s.as("staff").get("/history?property=lake-house").Body, `data-list="feed-lake-house"`)
}
