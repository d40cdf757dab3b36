package browser

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestOneInstantHasOneHour reads a page in a browser that knows nothing of the
// person's zone: what it says is what the server said, and it stays live.
func TestOneInstantHasOneHour(t *testing.T) {
	browser := launch(t)
	p := start(t)
	w := open(t, browser, p.address)
	w.clocked()
	w.first(`Math.random = () => 0`)
	w.first(`Intl.DateTimeFormat = function () { throw new RangeError('Invalid time zone specified') }`)
	w.signIn("admin@demo.test", password, "/settings")
	w.live()
	w.text(`document.querySelector('#zone').value = 'America/Vancouver'`)
	w.click(`form.stack .main`)
	w.wait(`document.querySelector('[data-saved]').textContent.startsWith('Saved at')`)

	// Since 2026 Vancouver is seven hours behind all year, also in winter.
	vancouver := time.FixedZone("", -7*60*60)
	booked := func(id string, at time.Time) {
		p.publish(map[string]any{"type": "booking:new", "property": "lake-house", "timestamp": at.UTC().Format(time.RFC3339),
			"payload": map[string]any{"id": id, "type": "property", "title": "Room", "customerName": id}})
	}
	now := time.Now()
	booked("BK-now", now)
	booked("BK-minutes", now.Add(-20*time.Minute))
	booked("BK-days", now.Add(-30*time.Hour))
	booked("BK-years", now.AddDate(-2, 0, 0))
	w.goTo("/history")
	w.live()
	said := func(id string) string {
		return w.text(`[...document.querySelectorAll('#main .row')].find((row) => row.innerText.includes('` + id + `')).querySelector('time').textContent`)
	}
	days := now.Add(-30 * time.Hour).In(vancouver)
	day := days.Format("Mon 2 Jan")
	if days.Year() != now.In(vancouver).Year() {
		day = days.Format("2 Jan 2006")
	}
	assert.Equal(t, "just now", said("BK-now"))
	assert.Regexp(t, `^2\d min$`, said("BK-minutes"))
	assert.Equal(t, day, said("BK-days"))
	assert.Equal(t, now.AddDate(-2, 0, 0).In(vancouver).Format("2 Jan 2006"), said("BK-years"))

	// Later on the same day it is the hour, on the next the day.
	today := now.In(vancouver).Hour() < 22
	w.later(2 * 60 * 60)
	w.text(`times.refresh()`)
	if today {
		assert.Equal(t, now.In(vancouver).Format("15:04"), said("BK-now"))
	}
	assert.Equal(t, now.In(vancouver).Add(2*time.Hour).Format("15"), w.text(`times.clock(new Date(Date.now())).slice(0, 2)`))
	w.text(`document.body.addEventListener('refetch', () => { window.refetched = (window.refetched ?? 0) + 1 })`)
	w.later(24 * 60 * 60)
	w.text(`times.refresh()`)
	w.wait(`window.refetched === 1`) // the heading, and dates without a year, are another day's
	assert.Contains(t, said("BK-now"), now.In(vancouver).Format("2 Jan"))
	assert.Empty(t, w.errors())
}
