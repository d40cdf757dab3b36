package browser

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestErasedGuestLeavesOpenPages erases a guest through the form while somebody
// else looks at them: on the card, in the feed and in a toast.
func TestErasedGuestLeavesOpenPages(t *testing.T) {
	browser := launch(t)
	p := start(t)
	admin, staff := open(t, browser, p.address), open(t, browser, p.address)
	admin.signIn("admin@demo.test", password, "/")
	staff.signIn("staff@demo.test", password, "/")
	staff.live()
	p.publish(map[string]any{"type": "booking:new", "property": "lake-house", "payload": map[string]any{
		"id": "BK-17", "type": "property", "title": "Three nights", "customerName": "Zq Marker", "customerEmail": "zq@example.test"}})
	staff.wait(`document.querySelector('#toasts').innerText.includes('Zq Marker')`)
	staff.wait(`document.querySelector('#feed').innerText.includes('Zq Marker')`)
	staff.wait(`document.querySelector('[data-booking="BK-17"]').innerText.includes('Zq Marker')`)

	admin.goTo("/bookings/BK-17")
	admin.click(`a[href="/guests/BK-17"]`)
	admin.wait(`document.querySelector('[name=booking][value="BK-17"]')?.checked`)
	admin.click(`[data-action=erase]`)
	admin.wait(`document.querySelector('#main').innerText.includes('Nothing was erased')`)
	admin.text(`document.querySelector('[name=sure]').click()`)
	admin.click(`[data-action=erase]`)
	admin.wait(`location.pathname === '/guests' && document.querySelector('#main').innerText.includes('Erased, in 1 booking')`)
	staff.wait(`!document.documentElement.outerHTML.includes('Zq Marker')`)
	staff.wait(`document.querySelector('[data-booking="BK-17"]').innerText.includes('Erased guest')`)
	staff.wait(`document.querySelector('#connection').dataset.state === 'live'`)
	assert.Empty(t, staff.errors())
	assert.LessOrEqual(t, len(admin.errors()), 1, "but for the 422 that was asked for")
}
