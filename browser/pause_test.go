package browser

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPausedPageStandsStill pauses a page: what waits is counted, nothing moves,
// and resuming catches up, each thing once. Pause stays while one goes from page
// to page.
func TestPausedPageStandsStill(t *testing.T) {
	browser := launch(t)
	p := start(t)
	w := open(t, browser, p.address)
	w.signIn("admin@demo.test", password, "/")
	w.live()
	p.book("BK-0", "lake-house", "Before")
	w.wait(`document.querySelector('[data-booking="BK-0"]') !== null`)

	w.click(`[data-control="pause"]`)
	w.state("paused")
	still := w.text(`document.querySelector('#main').innerText + document.querySelector('#unread').innerText`)
	for i := range 3 {
		p.book(fmt.Sprintf("BK-%d", i+1), "lake-house", "While paused")
	}
	w.wait(`document.querySelector('#connection').innerText.includes('3 new')`)
	assert.Equal(t, still, w.text(`document.querySelector('#main').innerText + document.querySelector('#unread').innerText`), "nothing on the page moves")
	assert.Equal(t, "0", w.text(`document.querySelectorAll('#toasts .toast[data-type^="booking"]:not([data-event$="-0"])').length - document.querySelectorAll('#toasts .toast').length`))

	w.click(`[data-control="resume"]`)
	w.live()
	w.wait(`document.querySelector('#unread').textContent.trim() === '4'`)
	for i := range 4 {
		assert.Equal(t, "1", w.text(fmt.Sprintf(`document.querySelectorAll('[data-booking="BK-%d"]').length`, i)), "BK-%d", i)
	}
	p.book("BK-9", "lake-house", "After")
	w.wait(`document.querySelector('[data-booking="BK-9"]') !== null`)

	// A write of one's own is seen at once, paused or not: the page fetches itself.
	w.goTo("/notifications")
	w.click(`[data-control="pause"]`)
	w.state("paused")
	unread := w.text(`document.querySelectorAll('#main [data-read="false"]').length`)
	require.NotEqual(t, "0", unread)
	w.click(`[data-notification][data-read="false"] [data-action="read"]`)
	w.wait(fmt.Sprintf(`document.querySelectorAll('#main [data-read="false"]').length === %s - 1`, unread))
	w.state("paused")

	require.NoError(t, w.visit("/bookings"))
	w.state("paused")
	p.book("BK-10", "lake-house", "On another page")
	w.wait(`document.querySelector('#connection').innerText.includes('1 new')`)
	w.click(`[data-control="resume"]`)
	w.wait(`document.querySelector('[data-booking="BK-10"]') !== null`)
	w.live()
	assert.Empty(t, w.errors())
}

// TestControlsOfTheConnection presses refresh and reconnect.
func TestControlsOfTheConnection(t *testing.T) {
	browser := launch(t)
	p := start(t)
	line := newProxy(t, p.address)
	w := open(t, browser, line.listener.Addr().String())
	w.signIn("admin@demo.test", password, "/")
	w.live()

	w.text(`(window.seen = [], document.addEventListener('hello', () => window.seen.push('hello')))`)
	w.click(`#connection`)
	w.click(`[data-control="reconnect"]`)
	w.wait(`window.seen.length === 1`)
	w.live()
	w.click(`[data-control="refresh"]`)
	w.wait(`window.seen.length === 2`)
	w.live()

	// A lost line is tried again at once, whatever the next try was set for.
	line.cut()
	w.wait(`document.querySelector('#connection').dataset.state !== 'live'`)
	p.book("BK-1", "lake-house", "Missed")
	line.mend()
	w.click(`[data-control="reconnect"]`)
	w.wait(`document.querySelector('[data-booking="BK-1"]') !== null`)
	w.live()
}

// TestSilenceIsNoticed lets the line fall silent without closing it. After 45 s
// the page says so; every 30 s it tries to fetch itself; when the line is back,
// so is the page. The clock is the test's.
func TestSilenceIsNoticed(t *testing.T) {
	browser := launch(t)
	p := start(t)
	line := newProxy(t, p.address)
	w := open(t, browser, line.listener.Addr().String())
	w.clocked()
	w.signIn("admin@demo.test", password, "/")
	w.live()
	w.text(`(window.fetched = 0, document.addEventListener('refetch', () => window.fetched++))`)

	line.hush(true)
	w.later(40)
	w.rest(1500 * time.Millisecond) // the page looks at its clock every second
	assert.Equal(t, "live", w.text(`document.querySelector('#connection').dataset.state`))
	w.later(4)
	w.state("stale")
	w.wait(`/^STALE since \d\d:\d\d$/.test(document.querySelector('#connection .word').textContent)`)
	w.wait(`window.fetched === 1`)
	w.later(31)
	w.wait(`window.fetched === 2`)
	w.later(31)
	w.wait(`window.fetched === 3`)

	p.book("BK-1", "lake-house", "Unheard")
	line.hush(false)
	line.cut() // what was swallowed is lost: these connections are of no use to anybody
	line.mend()
	w.wait(`document.querySelector('[data-booking="BK-1"]') !== null`)
	w.live()
}
