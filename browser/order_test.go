package browser

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLiveListHasTheOrderOfTheReloadedOne lets bookings, alerts and cards change
// under open pages: each list stands as the server would draw it. (What is live may
// be longer than what is fetched at once.)
func TestLiveListHasTheOrderOfTheReloadedOne(t *testing.T) {
	browser := launch(t)
	p := start(t)
	said := 0
	alert := func(key, priority, kind string) {
		said++
		p.publish(map[string]any{"type": "alert:" + kind, "property": "lake-house", "priority": priority, "payload": map[string]any{"key": key, "title": fmt.Sprintf("Alert %s, %d", key, said)}})
	}
	for i := range 9 {
		p.book(fmt.Sprintf("BK-%d", i), "lake-house", fmt.Sprintf("Guest %d", i))
	}
	alert("a", "low", "raised")
	w := open(t, browser, p.address)
	w.first(`window.received = new Set(); document.addEventListener('htmx:sse:after:message', (e) => window.received.add(e.detail.message.id))`)
	w.signIn("admin@demo.test", password, "/")
	const order = `[...document.querySelectorAll('#main [data-list]')].map((list) => list.dataset.list + ': ' + [...list.children].slice(0, 20).map((item) => item.id).join(' '))`
	n := 0
	for _, path := range []string{"/", "/bookings", "/properties/lake-house", "/notifications", "/history"} {
		w.goTo(path)
		n++
		p.book(fmt.Sprintf("BK-1%d", n), "lake-house", "Somebody new")
		for _, key := range []string{"a", "b", "c"} {
			alert(key, map[string]string{"a": "high", "b": "critical", "c": "medium"}[key], "raised")
		}
		alert("a", "low", "raised")
		p.publish(map[string]any{"type": "booking:modified", "payload": map[string]any{"id": fmt.Sprintf("BK-%d", n), "guests": n + 2}})
		last := p.publish(map[string]any{"type": "booking:modified", "payload": map[string]any{"id": "BK-0", "guests": n + 2}})
		w.wait(fmt.Sprintf(`window.received.has(%q)`, last))
		live := w.texts(order)
		w.goTo(path)
		assert.Equal(t, w.texts(order), live, path)
	}
	require.Empty(t, w.errors())

	// What somebody points at stays where it is, and takes its place afterwards.
	w.goTo("/bookings?sort=changed")
	w.point(`[data-booking="BK-5"] .what`)
	before := w.text(`document.querySelector('[data-booking="BK-5"]').getBoundingClientRect().top`)
	p.publish(map[string]any{"type": "booking:modified", "payload": map[string]any{"id": "BK-5", "guests": 5}})
	w.wait(`document.querySelector('[data-booking="BK-5"]').dataset.sort > document.querySelector('[data-list] > *').dataset.sort`)
	assert.Equal(t, before, w.text(`document.querySelector('[data-booking="BK-5"]').getBoundingClientRect().top`))
	w.pointAt(4, 4)
	w.wait(`document.querySelector('[data-list] > *').dataset.booking === 'BK-5'`)
}
