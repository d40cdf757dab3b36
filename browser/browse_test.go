package browser

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// bookedFor publishes a booking of a guest for some nights from today on.
func (p *program) bookedFor(id, guest string, from, nights int) {
	day := func(n int) string { return time.Now().AddDate(0, 0, n).Format(time.DateOnly) }
	p.publish(map[string]any{"type": "booking:new", "property": "lake-house", "payload": map[string]any{
		"id": id, "type": "property", "title": "Lake House", "customerName": guest, "amount": 14400, "currency": "INR",
		"checkIn": day(from), "checkOut": day(from + nights), "customerPhone": "+91 98 7654 3210", "source": "booking.com", "country": "IN",
	}})
}

const (
	opened = `document.querySelector('#panel .whole-booking')?.dataset.booking`
	inList = `[...document.querySelectorAll('[data-opens] [data-booking]')].filter((card) => card.checkVisibility()).map((card) => card.dataset.booking)`
)

// TestBookingOpensBesideItsList opens one booking after the other without leaving the
// list, goes back, and meets what happens meanwhile in list and panel alike.
func TestBookingOpensBesideItsList(t *testing.T) {
	browser := launch(t)
	p := start(t)
	p.bookedFor("BK-1", "Meera Iyer", 3, 3)
	p.bookedFor("BK-2", "Karim Dupont", 4, 2)
	p.bookedFor("BK-3", "Eva Hofmann", 20, 2)
	w := open(t, browser, p.address)
	w.signIn("admin@demo.test", password, "/bookings")
	require.NoError(t, chromedp.Do(w.ctx, chromedp.EmulateViewport(1440, 900)))
	w.live()
	require.Equal(t, []string{"BK-1", "BK-2", "BK-3"}, w.texts(inList))

	w.click(`[data-booking="BK-1"] .whole`)
	w.wait(opened + ` === 'BK-1'`)
	assert.Equal(t, "/bookings?open=BK-1", w.text(`location.pathname + location.search`))
	assert.Equal(t, "true", w.text(`document.querySelector('[data-opens] [data-booking="BK-1"] .whole').getAttribute('aria-current')`))
	assert.Equal(t, []string{"BK-1", "BK-2", "BK-3"}, w.texts(inList))
	assert.Equal(t, "372", w.text(`Math.round(document.querySelector('.browsed').getBoundingClientRect().width)`))
	assert.Contains(t, w.text(`document.querySelector('#panel').innerText`), "Booking.com")
	assert.Equal(t, "https://wa.me/919876543210", w.text(`document.querySelector('#panel a[title=WhatsApp]').href`))
	w.live()

	// What happens is shown in the panel as it is on the page: state and change as two
	// marks, the step in the timeline, and who else is there.
	p.confirm("BK-1")
	p.publish(map[string]any{"type": "booking:modified", "payload": map[string]any{"id": "BK-1", "guests": 3}})
	w.wait(`[...document.querySelectorAll('#panel .head .badge')].map((mark) => mark.innerText.trim()).join() === 'Confirmed,Changed'`)
	w.wait(`document.querySelectorAll('#panel .step').length === 3`)
	assert.Equal(t, "2", w.text(`document.querySelectorAll('[data-opens] [data-booking="BK-1"] .badge').length`))
	w.pointAt(4, 4) // nobody attends to the list
	w.text(`document.activeElement.blur()`)
	p.bookedFor("BK-4", "Lotte de Vries", 2, 3)
	p.bookedFor("BK-5", "Tom Hughes", 40, 1)
	w.wait(inList + `.join() === 'BK-4,BK-1,BK-2,BK-3,BK-5'`)
	const beside = `[...document.querySelectorAll('#panel .beside')].filter((row) => row.checkVisibility()).map((row) => row.id)`
	w.wait(beside + `.sort().join() === 'beside-BK-2,beside-BK-4'`)

	w.click(`[data-booking="BK-3"] .whole`)
	w.wait(opened + ` === 'BK-3'`)
	require.NoError(t, chromedp.Do(w.ctx, chromedp.NavigateBack()))
	w.wait(opened + ` === 'BK-1'`)
	require.NoError(t, chromedp.Do(w.ctx, chromedp.NavigateBack()))
	w.wait(opened + ` === undefined && ` + inList + `.length === 5`)
	require.NoError(t, chromedp.Do(w.ctx, chromedp.NavigateForward()))
	w.wait(opened + ` === 'BK-1'`)
	w.click(`#panel [data-visit]`)
	w.wait(opened + ` === undefined`)
	assert.Equal(t, "/bookings", w.text(`location.pathname + location.search`))
	w.live()

	// The address of the panel opens it, and so does that of the page.
	w.goTo("/bookings?open=BK-2")
	assert.Equal(t, "BK-2", w.text(opened))
	w.goTo("/bookings/BK-2")
	assert.Equal(t, "BK-2", w.text(`document.querySelector('.whole-booking').dataset.booking`))
	w.wait(`document.querySelectorAll('.step').length === 1`)
	p.confirm("BK-2")
	w.wait(`document.querySelector('.head .badge').innerText.trim() === 'Confirmed' && document.querySelectorAll('.step').length === 2`)

	// Where there is no room beside the list, the link opens the page.
	require.NoError(t, chromedp.Do(w.ctx, chromedp.EmulateViewport(768, 900)))
	w.goTo("/bookings")
	w.click(`[data-booking="BK-1"] .whole`)
	w.wait(`location.pathname === '/bookings/BK-1'`)
	assert.Empty(t, w.errors())
}

// TestAListOfBookingsFollowsItsFilter types and chooses; what happens meanwhile comes
// in when it matches, and goes when it does not any more.
func TestAListOfBookingsFollowsItsFilter(t *testing.T) {
	browser := launch(t)
	p := start(t)
	p.bookedFor("BK-1", "Meera Iyer", 3, 3)
	p.bookedFor("BK-2", "Karim Dupont", 4, 2)
	w := open(t, browser, p.address)
	w.signIn("admin@demo.test", password, "/bookings")
	w.live()
	require.NoError(t, chromedp.Do(w.ctx, chromedp.SendKeys(`#q`, "kari")))
	w.wait(inList + `.join() === 'BK-2' && location.search === '?q=kari'`)
	assert.Equal(t, "kari", w.text(`document.activeElement.value`), "one types on")
	require.NoError(t, chromedp.Do(w.ctx, chromedp.SendKeys(`#q`, "nobody")))
	w.wait(`document.querySelector('.empty')?.checkVisibility() && document.querySelector('.empty').innerText.includes('not phone numbers')`)
	w.click(`.empty a[href^="/guests"]`)
	w.wait(`location.pathname === '/guests' && document.querySelector('input[name=q]').value === 'karinobody'`)

	w.goTo("/bookings?status=confirmed")
	w.wait(inList + `.length === 0`)
	p.confirm("BK-2")
	w.wait(inList + `.join() === 'BK-2'`)
	p.bookedFor("BK-3", "Eva Hofmann", 1, 1)
	p.confirm("BK-1")
	w.wait(inList + `.join() === 'BK-1,BK-2'`)
	p.publish(map[string]any{"type": "booking:cancelled", "payload": map[string]any{"id": "BK-1"}})
	w.wait(inList + `.join() === 'BK-2'`)
	w.text(`(document.querySelector('#status').value = '', document.querySelector('#status').dispatchEvent(new Event('change', { bubbles: true })))`)
	w.wait(inList + `.join() === 'BK-3,BK-1,BK-2' && location.search === ''`)
	w.text(`(document.querySelector('#when').value = 'tomorrow', document.querySelector('#when').dispatchEvent(new Event('change', { bubbles: true })))`)
	w.wait(`location.search.includes('when=tomorrow')`)
	require.NoError(t, chromedp.Do(w.ctx, chromedp.NavigateBack()))
	w.wait(`document.querySelector('#when').value === '' && ` + inList + `.length === 3`)
	assert.Empty(t, w.errors())
}

// TestBookingsWithoutScripts finds and opens bookings by the form and plain links.
func TestBookingsWithoutScripts(t *testing.T) {
	browser := launch(t)
	p := start(t)
	for i := range 3 {
		p.bookedFor(fmt.Sprintf("BK-%d", i), []string{"Meera Iyer", "Karim Dupont", "Eva Hofmann"}[i], 3+i, 2)
	}
	w := open(t, browser, p.address)
	w.signIn("admin@demo.test", password, "/bookings")
	require.NoError(t, chromedp.Do(w.ctx, chromedp.EmulateViewport(1440, 900)))
	w.unscripted()
	require.NoError(t, w.visit("/bookings"))
	require.NoError(t, chromedp.Do(w.ctx, chromedp.SendKeys(`#q`, "karim"+kb.Enter)))
	w.wait(`location.search.includes('q=karim') && document.querySelectorAll('[data-opens] [data-booking]').length === 1`)
	w.click(`[data-booking="BK-1"] .whole`)
	w.wait(`location.pathname === '/bookings/BK-1' && document.querySelector('.timeline .step') !== null`)
	require.NoError(t, w.visit("/bookings?open=BK-2"))
	assert.Equal(t, "BK-2", w.text(opened))
	w.click(`#panel [data-visit]`)
	w.wait(`location.pathname + location.search === '/bookings'`)
}
