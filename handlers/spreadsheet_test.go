package handlers

import (
	"encoding/csv"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
	"baithaka/views"
)

// cellsOf reads a downloaded file whose cells are parted by a rune.
func cellsOf(t *testing.T, body string, parted rune) [][]string {
	t.Helper()
	text, found := strings.CutPrefix(body, "\ufeff")
	require.True(t, found, "spreadsheets are told that it is UTF-8")
	assert.Equal(t, strings.Count(text, "\n"), strings.Count(text, "\r\n"))
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = parted
	lines, err := r.ReadAll()
	require.NoError(t, err)
	return lines
}

// column returns the cells below a heading.
func column(t *testing.T, lines [][]string, heading string) []string {
	t.Helper()
	for i, name := range lines[0] {
		if name == heading {
			var cells []string
			for _, line := range lines[1:] {
				cells = append(cells, line[i])
			}
			return cells
		}
	}
	require.Fail(t, "no such column", "%s in %v", heading, lines[0])
	return nil
}

func TestDownloadsAreWrittenForThePersonsSpreadsheet(t *testing.T) {
	s := newSite(t)
	key := s.key("events:write")
	key.publish(booking("new", "BK-1", "hill-cottage", `,"amount":14400.50,"currency":"EUR","notes":"a; b, c"`))
	key.publish(booking("new", "BK-2", "hill-cottage", `,"amount":1.234,"currency":"KWD"`))
	key.publish(`{"type":"booking:modified","payload":{"id":"BK-2","title":"4E2"}}`)
	admin := s.as("admin")
	paths := []string{"/history.csv?type=booking_update", "/guests/BK-1/held.csv"}

	for _, path := range paths {
		for asked, parted := range map[string]rune{"": ',', "point": ',', "comma": ';'} {
			with := path
			if asked != "" {
				with += map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")] + "decimal=" + asked
			}
			r := admin.get(with)
			require.Equal(t, http.StatusOK, r.Status, with)
			lines := cellsOf(t, r.Body, parted)
			amount := map[rune]string{',': "14400.50", ';': "14400,50"}[parted]
			thousandths := map[rune]string{',': "1.234", ';': "1,234"}[parted]
			if strings.HasPrefix(path, "/history") {
				assert.Equal(t, []string{thousandths, thousandths, amount}, column(t, lines, "Amount"), with)
				assert.Equal(t, []string{"'4E2", "Guest BK-1"}, []string{column(t, lines, "What")[0], column(t, lines, "Name")[2]}, "text stays text")
			} else {
				assert.Contains(t, column(t, lines, "Value"), amount, with)
				assert.Contains(t, column(t, lines, "Value"), "a; b, c", with)
			}
		}
		assert.Equal(t, http.StatusUnprocessableEntity, admin.get(path+map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")]+"decimal=dash").Status)
	}

	// What is chosen in the settings holds for every download without a word.
	require.Equal(t, http.StatusSeeOther, admin.form("/settings", settingsWith(views.FieldDecimal, "comma", views.FieldZone, "Europe/Rome")...).Status)
	assert.Equal(t, []string{"1,234", "1,234", "14400,50"}, column(t, cellsOf(t, admin.get(paths[0]).Body, ';'), "Amount"))
	assert.Contains(t, column(t, cellsOf(t, admin.get(paths[1]).Body, ';'), "Value"), "14400,50")
	assert.Equal(t, []string{"1.234", "1.234", "14400.50"}, column(t, cellsOf(t, admin.get(paths[0]+"&decimal=point").Body, ','), "Amount"))
	assert.Contains(t, admin.get("/settings").Body, `<option value="comma" selected>1.234,56, cells parted by semicolons</option>`)
	assert.Contains(t, admin.get("/history").Body, `<a class="other" href="/history.csv?decimal=point" download>with 1,234.56`)
	assert.Contains(t, s.as("super").get("/history?q=guest").Body, `<a class="other" href="/history.csv?q=guest&amp;decimal=comma" download>with 1.234,56`)
	assert.Contains(t, s.as("super").get("/activity/audit").Body, `decimal=comma" download>with 1.234,56`)
	assert.Contains(t, admin.get("/guests/BK-1").Body, `name="decimal" value="point">CSV with 1,234.56`)
	cellsOf(t, s.as("super").get("/activity/audit.csv?decimal=comma").Body, ';')
	refused := settingsWith(views.FieldDecimal, "dash")
	assert.Equal(t, http.StatusUnprocessableEntity, admin.form("/settings", refused...).Status)
}

// A time with an offset is only text to a spreadsheet.
func TestDownloadsTellTheTimeAsSpreadsheetsReadIt(t *testing.T) {
	s := newSite(t)
	s.key("events:write").publish(booking("new", "BK-1", "hill-cottage", `,"checkIn":"2027-01-12"`))
	super := s.as("super")
	require.Equal(t, http.StatusSeeOther, super.form("/settings", settingsWith(views.FieldZone, "Asia/Kolkata")...).Status)
	known := map[string]bool{}
	for _, path := range []string{"/history", "/activity/audit"} {
		for _, at := range regexp.MustCompile(`<time datetime="([^"]*)"`).FindAllStringSubmatch(super.get(path).Body, -1) {
			known[at[1]] = true
		}
	}
	for _, path := range []string{"/history.csv", "/activity/audit.csv", "/guests/BK-1/held.csv"} {
		r := super.get(path)
		lines := cellsOf(t, r.Body, ',')
		days, times, offsets := column(t, lines, "Date"), column(t, lines, "Time"), column(t, lines, "UTC offset")
		for i := range days {
			if days[i] == "" {
				continue
			}
			at, err := time.Parse("2006-01-02 15:04:05 UTC-07:00", days[i]+" "+times[i]+" "+offsets[i])
			require.NoError(t, err, path)
			assert.True(t, known[at.UTC().Format(time.RFC3339)], "%s: %s is on the page", path, at)
			assert.Equal(t, "UTC+05:30", offsets[i], path)
		}
		assert.NotRegexp(t, regexp.MustCompile(`\d\dT\d\d:\d\d`), r.Body, path)
	}
	assert.Contains(t, column(t, cellsOf(t, super.get("/guests/BK-1/held.csv").Body, ','), "Value"), "2027-01-12", "a date is a date")
}

func TestPreferencesOfEarlierReleasesWriteADecimalPoint(t *testing.T) {
	s := newSite(t)
	stored, err := s.store.Preferences(t.Context(), 2)
	require.NoError(t, err)
	assert.Equal(t, inn.DecimalPoint, stored.Decimal)
}
