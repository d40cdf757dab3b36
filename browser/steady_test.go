package browser

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var steadyFor = flag.Duration("steady", 30*time.Second, "how long TestNothingMovesUnderThePointer watches the demonstration")

// watchful records every layout shift whose source lay under the pointer and is
// still there (an item that was replaced is reported as gone from where it was),
// every frame in which the item that is pointed at stands elsewhere, and every
// violation of the page's policy.
const watchful = `
	window.shifts = []; window.violations = []; window.at = {x: -1, y: -1}
	document.addEventListener('mousemove', (e) => { window.at = {x: e.clientX, y: e.clientY} }, true)
	document.addEventListener('securitypolicyviolation', (e) => window.violations.push(e.violatedDirective + ' ' + e.blockedURI))
	new PerformanceObserver((list) => {
		for (const entry of list.getEntries()) for (const source of entry.sources) {
			const r = source.previousRect, {x, y} = window.at
			const under = r.left <= x && x <= r.right && r.top <= y && y <= r.bottom
			if (under && source.node?.isConnected && Math.abs(source.currentRect.top - r.top) >= 1)
				window.shifts.push((source.node.id || source.node.className || source.node.nodeName) + ' ' + r.top + ' to ' + source.currentRect.top)
		}
	}).observe({type: 'layout-shift', buffered: true})
	window.hold = () => {
		const item = document.elementFromPoint(window.at.x, window.at.y)?.closest('[data-list] > [id]')
		window.pointed = item && {id: item.id, top: item.getBoundingClientRect().top}
	}
	const look = () => {
		const item = window.pointed && document.getElementById(window.pointed.id)
		const top = item?.getBoundingClientRect().top ?? window.pointed?.top
		if (window.pointed && Math.abs(top - window.pointed.top) >= 1) {
			window.shifts.push('pointed ' + window.pointed.id + ' ' + window.pointed.top + ' to ' + top)
			window.pointed = null
		}
		requestAnimationFrame(look)
	}
	look()`

// TestNothingMovesUnderThePointer points at this and that while a busy
// demonstration runs: what is pointed at stays where it is, and the console and
// the policy have nothing to complain of.
func TestNothingMovesUnderThePointer(t *testing.T) {
	browser, address := launch(t), demonstrationAt(t, "10")
	w := open(t, browser, address)
	w.first(watchful)
	w.signIn("admin@demo.test", "baithaka-demo", "/")
	w.live()
	w.wait(`document.querySelectorAll('#feed > *').length > 5`)
	places := []string{
		`.latest .cards > :nth-child(3)`, `#feed > :nth-child(4)`, `.needs .cards > :nth-child(2)`, `.latest .cards > :nth-child(8)`, `.figures`,
	}
	each := *steadyFor / time.Duration(len(places))
	held := 0
	for _, place := range places {
		at := strings.Fields(w.text(fmt.Sprintf(`(() => { const r = document.querySelector(%q).getBoundingClientRect(); return r.left + 60 + ' ' + (r.top + 10) })()`, place)))
		var x, y float64
		fmt.Sscan(at[0], &x)
		fmt.Sscan(at[1], &y)
		if y < 120 || y > 880 {
			x, y = 500, 500
		}
		w.pointAt(x, y)
		w.text(`window.hold()`)
		before := w.text(`window.shifts.length`)
		w.rest(each)
		w.text(`window.pointed = null`)
		assert.Equal(t, before, w.text(`window.shifts.length`), "pointing at %s: %s", place, w.text(`window.shifts.slice(-3).join('; ')`))
		if w.text(`document.querySelectorAll('.waiting').length`) != "0" {
			held++
		}
	}
	assert.NotZero(t, held, "new items waited above a list")
	w.text(`scrollTo({top: 0, behavior: 'instant'})`)
	w.pointAt(5, 5)
	w.wait(`document.querySelectorAll('.waiting, .held, .leaving').length === 0`)
	assert.Equal(t, "[]", w.text(`JSON.stringify(window.violations)`))
	assert.Empty(t, w.errors())
}

// TestNewItemsWaitForTheReader points at a list: what is new waits behind a chip,
// and a click shows it.
func TestNewItemsWaitForTheReader(t *testing.T) {
	browser := launch(t)
	p := start(t)
	w := open(t, browser, p.address)
	w.signIn("admin@demo.test", password, "/")
	w.live()
	p.book("BK-1", "lake-house", "First")
	w.wait(`document.querySelector('[data-booking="BK-1"]') !== null`)
	w.point(`[data-booking="BK-1"]`)
	top := w.text(`document.querySelector('[data-booking="BK-1"]').getBoundingClientRect().top`)
	p.book("BK-2", "lake-house", "Second")
	p.book("BK-3", "lake-house", "Third")
	w.wait(`document.querySelector('.latest .waiting').innerText === '2 new'`)
	require.Equal(t, top, w.text(`document.querySelector('[data-booking="BK-1"]').getBoundingClientRect().top`))
	// What changes on the card that is pointed at changes in place.
	p.confirm("BK-1")
	w.wait(`document.querySelector('[data-booking="BK-1"]').innerText.includes('Confirmed')`)
	require.Equal(t, top, w.text(`document.querySelector('[data-booking="BK-1"]').getBoundingClientRect().top`))
	w.click(`.latest .waiting button`)
	w.wait(`document.querySelector('.latest .waiting') === null && document.querySelector('[data-booking="BK-3"]').getClientRects().length === 1`)

	// With nobody there, new items push down at once.
	w.pointAt(5, 5)
	w.text(`document.activeElement.blur()`)
	p.book("BK-4", "lake-house", "Fourth")
	w.wait(`document.querySelector('[data-booking="BK-4"]').getClientRects().length === 1`)
	assert.Equal(t, "4", w.text(`document.querySelectorAll('.latest .card').length`))
}
