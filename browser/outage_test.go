package browser

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// watchToasts has a window note every toast that it shows from now on.
const watchToasts = `(() => {
	window.toasted = []
	const shelf = document.querySelector('#toasts')
	shelf.replaceChildren()
	new MutationObserver((records) => {
		for (const record of records) for (const node of record.addedNodes)
			if (node.isConnected && 'shown' in node.dataset) window.toasted.push(node.dataset.type + ': ' + node.querySelector('.first').innerText)
	}).observe(shelf, {childList: true})
})()`

// TestServerGoneAndBack kills the server under three open pages.
func TestServerGoneAndBack(t *testing.T) { serverGone(t, 0) }

// serverGone kills the server under three open pages, starts it again after some
// time, and publishes before they can reach it. The pages say at once that they
// are cut off and come back by themselves, with one summary each; nothing is lost
// or doubled.
func serverGone(t *testing.T, away time.Duration) {
	browser := launch(t)
	p := start(t)
	line := newProxy(t, p.address)
	address := line.listener.Addr().String()
	board, centre, owner := open(t, browser, address), open(t, browser, address), open(t, browser, address)
	board.signIn("admin@demo.test", password, "/")
	centre.signIn("admin@demo.test", password, "/notifications")
	owner.signIn("owner@demo.test", password, "/")
	pages := map[string]*window{"dashboard": board, "notification centre": centre, "owner's dashboard": owner}
	p.book("BK-0", "lake-house", "Before")
	for _, w := range pages {
		w.live()
		w.wait(`document.querySelector('#main').innerText.includes('Before')`)
		w.text(watchToasts)
		w.text(`window.loaded = 'once'`)
	}

	p.kill()
	gone := time.Now()
	for name, w := range pages {
		w.within(5*time.Second, `document.querySelector('#connection').dataset.state === 'connecting'`)
		t.Logf("%s said so after %s", name, time.Since(gone).Round(time.Millisecond))
	}
	line.cut() // so that nobody is back before all is published
	if away > 0 {
		for _, w := range pages {
			w.wait(`/^STALE since \d\d:\d\d$/.test(document.querySelector('#connection .word').textContent)`)
		}
		board.rest(away - time.Since(gone))
	}
	p.serve()
	var posted []string
	for i := range 9 {
		posted = append(posted, p.book(fmt.Sprintf("BK-%d", i+1), "lake-house", fmt.Sprintf("Guest %d", i+1)))
	}
	posted = append(posted, p.confirm("BK-0"))
	back := time.Now()
	line.mend()

	for name, w := range pages {
		w.within(40*time.Second, `document.querySelector('#connection').dataset.state === 'live'`)
		t.Logf("%s was back after %s", name, time.Since(back).Round(time.Millisecond))
		w.wait(`document.querySelector('#unread').textContent.trim() === '10'`)
		w.wait(`document.querySelector('#toasts .toast[data-type="summary"]') !== null`)
		// Ten events, or nine cards for a page that was quicker to read itself anew.
		assert.Regexp(t, `^summary: (10|9) updates while you were away$`, w.text(`window.toasted.join()`), name)
		assert.Equal(t, "once", w.text(`window.loaded`), "%s came back by itself", name)
	}
	for _, w := range []*window{board, owner} {
		w.wait(`document.querySelectorAll('#feed [data-event]').length >= 11`)
		shown := w.texts(`[...document.querySelectorAll('#feed [data-event][data-type^="booking"]')].map((e) => e.dataset.event).reverse().slice(1)`)
		assert.Equal(t, posted, shown, "all of it, once, in its order")
	}
	for i := range 10 {
		booking := fmt.Sprintf("BK-%d", i)
		assert.Equal(t, "1", board.text(fmt.Sprintf(`document.querySelectorAll('[data-booking=%q]').length`, booking)))
		assert.Equal(t, "1", centre.text(fmt.Sprintf(`document.querySelectorAll('#main [data-notification="booking:%s"]').length`, booking)))
	}
	p.book("BK-99", "lake-house", "Afterwards")
	centre.wait(`document.querySelector('#main [data-notification="booking:BK-99"]') !== null`) // in sight, so it needs no word
	for _, w := range []*window{board, owner} {
		w.wait(`window.toasted.length === 2 && window.toasted[1].startsWith('booking:new')`)
	}
}
