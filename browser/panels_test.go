package browser

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// panelsNow lists what can be opened on a page, and whether it is.
const panelsNow = `[...document.querySelectorAll('#main details, #main dialog')].map((p) => p.id + ' ' + p.open)`

// refuse sends what cannot be taken, which the status page shows at once.
func (p *program) refuse(body string) {
	p.t.Helper()
	r, err := http.NewRequest(http.MethodPost, "http://"+p.address+"/api/v1/events", bytes.NewReader([]byte(body)))
	require.NoError(p.t, err)
	r.Header.Set("Authorization", "Bearer "+p.key)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	require.NoError(p.t, err)
	answer.Body.Close()
	require.Equal(p.t, http.StatusUnprocessableEntity, answer.StatusCode)
}

// disturb pushes to the page what there is to push, and has it fetch itself anew.
func disturb(p *program, w *window, n int) {
	w.text(`(window.messages = 0, window.fetched = 0, window.watched ||= (
		document.addEventListener('htmx:sse:after:message', () => window.messages++),
		document.addEventListener('htmx:finally:swap', (e) => { if (e.detail.ctx?.sourceElement?.id === 'main') window.fetched++ }), true))`)
	p.book(fmt.Sprintf("BK-%d", n), "lake-house", "Meera Iyer")
	p.confirm(fmt.Sprintf("BK-%d", n))
	p.refuse(fmt.Sprintf(`{"type":"booking:new","payload":{"id":"R-%d"},"x%d":1}`, n, n))
	w.wait(`window.messages >= 3`)
	w.text(`connection.refetch()`)
	w.wait(`window.fetched >= 1`)
	w.live()
}

// TestPanelsStayAsAPersonLeftThem opens what is closed and closes what is open on
// every page that has something to open, pushes and fetches, and does it the other
// way round. (Among what is unread nothing opened can stay: it is read.)
func TestPanelsStayAsAPersonLeftThem(t *testing.T) {
	browser := launch(t)
	p := start(t)
	p.book("BK-1", "lake-house", "Meera Iyer")
	p.publish(map[string]any{"type": "alert:raised", "property": "lake-house", "priority": "critical", "payload": map[string]any{"key": "wifi", "title": "Wi-Fi is off"}})
	p.refuse(`{"type":"booking:new","payload":{"id":"R-0"}}`)
	p.refuse(`{"type":"booking:new","payload":{"id":"R-1"},"other":true}`)
	w := open(t, browser, p.address)
	w.signIn("admin@demo.test", password, "/")
	n := 100
	withPanels := 0
	for _, path := range []string{"/", "/bookings", "/bookings/BK-1", "/properties", "/properties/lake-house", "/notifications", "/notifications?kind=booking_update",
		"/history", "/activity", "/team", "/team/2", "/keys", "/status", "/settings", "/guests?q=Meera", "/guests/BK-1"} {
		w.goTo(path)
		if w.text(`document.querySelectorAll('#main details, #main dialog').length`) == "0" {
			continue
		}
		withPanels++
		for range 2 {
			w.text(`document.querySelectorAll('#main details').forEach((d) => { d.open = !d.open })`)
			left := w.texts(panelsNow)
			n++
			disturb(p, w, n)
			now := map[string]bool{}
			for _, panel := range w.texts(panelsNow) {
				now[panel] = true
			}
			for _, panel := range left {
				assert.True(t, now[panel], "%s: %s, as it was left; now %v", path, panel, now)
			}
		}
	}
	assert.GreaterOrEqual(t, withPanels, 4, "notifications, filtered too, status, settings")
	assert.Empty(t, w.errors())
}

// TestSheetsStayOpen opens every question and explanation that lies over a page.
func TestSheetsStayOpen(t *testing.T) {
	browser := launch(t)
	p := start(t)
	p.book("BK-1", "lake-house", "Meera Iyer")
	w := open(t, browser, p.address)
	w.signIn("admin@demo.test", password, "/")
	n := 200
	opened := 0
	for _, path := range []string{"/", "/properties/lake-house", "/team/2", "/keys"} {
		w.goTo(path)
		for _, id := range w.texts(`[...document.querySelectorAll('#main [popover], #connection-menu')].map((p) => p.id)`) {
			w.text(fmt.Sprintf(`document.getElementById(%q).showPopover()`, id))
			n++
			disturb(p, w, n)
			assert.Equal(t, "true", w.text(fmt.Sprintf(`document.getElementById(%q).matches(':popover-open')`, id)), "%s: %s", path, id)
			w.text(fmt.Sprintf(`document.getElementById(%q).hidePopover()`, id))
			opened++
		}
	}
	assert.GreaterOrEqual(t, opened, 4)
}

// TestModalDialogStaysUsable pushes new versions of a dialog that is open over the
// page: morphed, and replaced as a whole. It can still be seen and closed.
func TestModalDialogStaysUsable(t *testing.T) {
	browser := launch(t)
	p := start(t)
	w := open(t, browser, p.address)
	w.signIn("admin@demo.test", password, "/")
	w.live()
	w.text(`(() => {
		const place = document.createElement('div')
		place.id = 'place'
		document.body.append(place)
		const dialog = document.createElement('dialog')
		dialog.id = 'asked'
		dialog.append('before ', document.createElement('button'))
		place.append(dialog)
		dialog.showModal()
	})()`)
	push := func(style, text string) {
		w.text(fmt.Sprintf(`void htmx.swap({sourceElement: document.getElementById('live'), target: document.body, swap: 'none',
			text: '<hx-partial hx-target="#place" hx-swap="%s"><div id="place"><dialog id="asked">%s <button>No</button></dialog></div></hx-partial>'})`, style, text))
		w.wait(fmt.Sprintf(`document.querySelector('#asked').textContent.includes(%q)`, text))
	}
	push("outerMorph", "morphed")
	assert.Equal(t, "true true", w.text(`document.querySelector('#asked').matches(':modal') + ' ' + document.querySelector('#asked').open`))
	assert.Equal(t, "true", w.text(`document.querySelector('#asked').checkVisibility()`))
	w.text(`document.querySelector('#asked button').addEventListener('click', () => document.querySelector('#asked').close())`)
	w.click(`#asked button`)
	w.wait(`!document.querySelector('#asked').open`)
	push("outerMorph", "closed")
	assert.Equal(t, "false", w.text(`document.querySelector('#asked').open`), "what was closed stays closed")

	w.text(`document.querySelector('#asked').showModal()`)
	push("outerHTML", "replaced")
	assert.Equal(t, "true", w.text(`document.querySelector('#asked').checkVisibility()`))
	w.text(`document.querySelector('#asked button').addEventListener('click', () => document.querySelector('#asked').close())`)
	w.click(`#asked button`)
	w.wait(`!document.querySelector('#asked').open`)
	w.click(`[data-control="pause"]`)
	w.state("paused")
}
