package browser

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestBookingReachesTheRightWindows is the main job of the program: two people,
// two windows, and each sees what is theirs without reloading.
func TestBookingReachesTheRightWindows(t *testing.T) {
	browser := launch(t)
	p := start(t)
	admin, owner := open(t, browser, p.address), open(t, browser, p.address)
	admin.signIn("admin@demo.test", password, "/")
	owner.signIn("owner@demo.test", password, "/")
	admin.live()
	owner.live()
	for _, w := range []*window{admin, owner} {
		w.text(`window.loaded = 'once'`)
	}

	first := p.book("BK-1", "lake-house", "Meera Iyer")
	for name, w := range map[string]*window{"admin": admin, "owner": owner} {
		card := w.wait(`document.querySelector('[data-booking="BK-1"]').innerText.includes('Meera Iyer')`)
		w.wait(fmt.Sprintf(`document.querySelector('#feed [data-event="%s"]') !== null`, first))
		w.wait(`document.querySelector('#unread').innerText.trim() === '1'`)
		w.wait(`document.querySelector('#toasts .toast[data-type="booking:new"]').innerText.includes('Meera Iyer')`)
		tile := w.wait(`document.querySelector('[data-metric="today_revenue"]').innerText.includes('14,400')`)
		t.Logf("%s: card after %s, tile after a further %s", name, card, tile)
	}

	second := p.book("BK-2", "hill-cottage", "J. Ferrari")
	admin.wait(fmt.Sprintf(`document.querySelector('#feed [data-event="%s"]') !== null`, second))
	p.confirm("BK-1")
	for _, w := range []*window{admin, owner} {
		w.wait(`document.querySelector('[data-booking="BK-1"]').innerText.includes('Confirmed')`)
		assert.Equal(t, "1", w.text(`document.querySelectorAll('[data-booking="BK-1"]').length`), "one card per booking")
		assert.Equal(t, "once", w.text(`window.loaded`), "without reloading")
		assert.Empty(t, w.errors())
	}
	// The confirmation was committed after the foreign booking: had that been
	// sent to the owner, it would be here by now.
	assert.Equal(t, "false", owner.text(`document.body.innerText.includes('Ferrari')`))
	assert.Equal(t, "0", owner.text(`document.querySelectorAll('[data-booking="BK-2"]').length`))
}

// TestPageCatchesUpAfterACut cuts the line under a page, posts, and mends it:
// everything is applied, once, in order, with one summary instead of a storm.
func TestPageCatchesUpAfterACut(t *testing.T) {
	browser := launch(t)
	p := start(t)
	line := newProxy(t, p.address)
	w := open(t, browser, line.listener.Addr().String())
	w.signIn("admin@demo.test", password, "/")
	w.live()

	line.cut()
	w.wait(`document.querySelector('#connection').dataset.state !== 'live'`)
	var posted []string
	for i := range 20 {
		posted = append(posted, p.book(fmt.Sprintf("BK-%d", i), "lake-house", fmt.Sprintf("Guest %d", i)))
	}
	line.mend()
	w.live()
	w.wait(`document.querySelectorAll('#feed [data-event]').length >= 20`)

	shown := w.texts(`[...document.querySelectorAll('#feed [data-event]')].map(e => e.dataset.event)`)
	var bookings []string
	seen := map[string]int{}
	for _, id := range shown {
		seen[id]++
	}
	for i := len(shown) - 1; i >= 0; i-- {
		for _, id := range posted {
			if shown[i] == id {
				bookings = append(bookings, id)
			}
		}
	}
	assert.Equal(t, posted, bookings, "all twenty, in order, none twice")
	for id, n := range seen {
		assert.Equal(t, 1, n, id)
	}
	w.wait(`document.querySelector('#unread').innerText.trim() === '20'`)
	require.LessOrEqual(t, w.text(`document.querySelectorAll('#toasts .toast').length`), "1", "one summary, not twenty toasts")
}

// TestPageComesBackAfterKill kills the server under an open page and starts it
// again.
func TestPageComesBackAfterKill(t *testing.T) {
	browser := launch(t)
	p := start(t)
	w := open(t, browser, p.address)
	w.signIn("admin@demo.test", password, "/")
	w.live()
	p.book("BK-1", "lake-house", "Before")
	w.wait(`document.querySelector('[data-booking="BK-1"]') !== null`)

	p.kill()
	w.wait(`document.querySelector('#connection').dataset.state !== 'live'`)
	p.serve()
	p.book("BK-2", "lake-house", "After")
	w.wait(`document.querySelector('[data-booking="BK-2"]') !== null`)
	w.live()
	assert.Equal(t, "1", w.text(`document.querySelectorAll('[data-booking="BK-1"]').length`))
}

// TestSigningOutElsewhereEndsThePage signs a person out by the command line:
// their page leaves by itself.
func TestSigningOutElsewhereEndsThePage(t *testing.T) {
	browser := launch(t)
	p := start(t)
	owner, staff := open(t, browser, p.address), open(t, browser, p.address)
	owner.signIn("owner@demo.test", password, "/")
	staff.signIn("staff@demo.test", password, "/")
	owner.live()
	staff.live()
	p.run("", "user", "disable", "owner@demo.test")
	owner.wait(`location.pathname === '/login'`)
	p.book("BK-9", "lake-house", "Still served")
	staff.wait(`document.querySelector('[data-booking="BK-9"]') !== null`)
	assert.Equal(t, "false", staff.text(`/14.?400/.test(document.body.innerText)`), "staff see no amount")
}
