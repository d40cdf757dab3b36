package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shown gives what a page shows, list by list and in order, without the words
// that follow the clock and the marks of what arrived last.
const shown = `(() => {
	const main = document.querySelector('#main').cloneNode(true)
	for (const time of main.querySelectorAll('time')) time.textContent = time.dateTime
	for (const element of main.querySelectorAll('[class]')) element.classList.remove('fresh', 'htmx-added')
	for (const element of main.querySelectorAll('*')) element.removeAttribute('data-htmx-powered')
	return main.innerHTML.replace(/ class=""/g, '').replace(/\s+/g, ' ')
})()`

// TestDeliveryIsAtLeastOnceApplicationIdempotent (invariant 5): the whole log,
// played into an open page once more, changes nothing on it.
func TestDeliveryIsAtLeastOnceApplicationIdempotent(t *testing.T) {
	browser := launch(t)
	p := start(t)
	for i := range 16 { // more than the dashboard has cards for
		id := fmt.Sprintf("BK-%d", i)
		p.book(id, []string{"lake-house", "hill-cottage"}[i%2], fmt.Sprintf("Guest %d", i))
		if i%3 == 0 {
			p.confirm(id)
		}
	}
	p.publish(map[string]any{"type": "booking:modified", "payload": map[string]any{"id": "BK-15", "checkIn": "2027-01-13", "amount": 15000}})
	p.publish(map[string]any{"type": "booking:cancelled", "payload": map[string]any{"id": "BK-14"}})
	p.publish(map[string]any{"type": "booking:modified", "payload": map[string]any{"id": "BK-13", "propertyId": "lake-house"}})
	alert := map[string]any{"key": "boiler", "title": "Boiler off"}
	p.publish(map[string]any{"type": "alert:raised", "property": "lake-house", "priority": "critical", "payload": alert})
	p.publish(map[string]any{"type": "alert:resolved", "property": "lake-house", "payload": alert})
	last := p.publish(map[string]any{"type": "alert:raised", "property": "lake-house", "payload": map[string]any{"key": "wifi", "title": "Wi-Fi slow"}})

	for _, path := range []string{"/", "/properties/lake-house", "/bookings/BK-15"} {
		w := open(t, browser, p.address)
		w.signIn("admin@demo.test", password, path)
		w.live()
		before := w.text(shown)
		epoch, _, _ := strings.Cut(last, "-")
		w.text(fmt.Sprintf(`(() => {
			window.caughtUp = false
			addEventListener('live', () => { window.caughtUp = true })
			const old = document.querySelector('#live')
			const anew = old.cloneNode(false)
			anew.removeAttribute('data-htmx-powered')
			anew.setAttribute('hx-sse:connect', '/live?after=%s-0')
			old.replaceWith(anew)
			htmx.process(anew)
		})()`, epoch))
		w.wait(`window.caughtUp`)
		w.live()
		require.NotEmpty(t, before)
		assert.Equal(t, before, w.text(shown), path)
		assert.Empty(t, w.errors())
	}
}
