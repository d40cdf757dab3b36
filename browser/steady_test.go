package browser

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var steadyFor = flag.Duration("steady", 24*time.Second, "how long TestNothingMovesUnderThePointer watches the demonstration")

// watchful records every layout shift whose source lay under the pointer and is
// still there (an item that was replaced is reported as gone from where it was;
// what only stands around the item that is held may have room made in it), every
// frame in which the item that is held stands elsewhere, is gone or is covered, and
// every violation of the page's policy.
const watchful = `
	window.shifts = []; window.violations = []; window.at = {x: -1, y: -1}; window.since = 0; window.frames = 0
	document.addEventListener('mousemove', (e) => { window.at = {x: e.clientX, y: e.clientY} }, true)
	document.addEventListener('securitypolicyviolation', (e) => window.violations.push(e.violatedDirective + ' ' + e.blockedURI))
	new PerformanceObserver((list) => {
		for (const entry of list.getEntries()) for (const source of entry.sources) {
			if (entry.startTime < window.since) continue
			const r = source.previousRect, {x, y} = window.at
			const under = r.left <= x && x <= r.right && r.top <= y && y <= r.bottom
			const around = window.pointed && source.node?.contains(document.getElementById(window.pointed.id)) && source.node.id !== window.pointed.id
			if (under && !around && source.node?.isConnected && !source.node.closest?.('#toasts') && Math.abs(source.currentRect.top - r.top) >= 1)
				window.shifts.push((source.node.id || source.node.className || source.node.nodeName) + ' ' + r.top + ' to ' + source.currentRect.top)
		}
	}).observe({type: 'layout-shift', buffered: true})
	window.hold = (list) => {
		const item = document.elementFromPoint(window.at.x, window.at.y)?.closest(list)
		if (!item) return false
		window.pointed = {id: item.id, top: item.getBoundingClientRect().top}
		window.shifts = []
		window.since = Infinity // what changed before is told of with the next frame
		requestAnimationFrame(() => requestAnimationFrame((now) => { window.since = now }))
		return true
	}
	const look = () => {
		window.frames++
		const item = window.pointed && document.getElementById(window.pointed.id)
		const top = item?.getBoundingClientRect().top, over = document.elementFromPoint(window.at.x, window.at.y)
		if (window.pointed && !(Math.abs(top - window.pointed.top) < 1)) {
			window.shifts.push('pointed ' + window.pointed.id + ' ' + window.pointed.top + ' to ' + top)
			window.pointed = null
		} else if (window.pointed && !item.contains(over)) {
			window.shifts.push('pointed ' + window.pointed.id + ' below ' + (over?.closest('[id]')?.id))
			window.pointed = null
		}
		requestAnimationFrame(look)
	}
	look()`

// hold points at the first item of a list that is wholly in view, below no toast,
// and has every frame from now on compared with this one. Until it is pointed at,
// an item may move: then it is looked for again.
func (w *window) hold(list string) {
	w.t.Helper()
	for range 20 {
		w.wait(fmt.Sprintf(`(window.target = [...document.querySelectorAll(%q)].map((item) => {
			const r = item.getBoundingClientRect()
			return {x: r.left + 60, y: r.top + 10, whole: r.top > 130 && r.bottom < innerHeight && item.contains(document.elementFromPoint(r.left + 60, r.top + 10))}
		}).find((target) => target.whole)) !== undefined`, list))
		at, err := chromedp.Run(w.ctx, chromedp.Evaluate[[]float64](`[window.target.x, window.target.y]`))
		require.NoError(w.t, err)
		w.pointAt(at[0], at[1])
		w.wait(fmt.Sprintf(`Math.abs(window.at.x - %f) < 2 && Math.abs(window.at.y - %f) < 2`, at[0], at[1]))
		if w.text(fmt.Sprintf(`window.hold(%q)`, list)) == "true" {
			return
		}
	}
	require.Fail(w.t, "nothing could be pointed at", list)
}

// still asserts that what is held has not moved, in any frame up to now.
func (w *window) still(doing string) {
	w.t.Helper()
	w.wait(fmt.Sprintf(`window.frames > %s + 2`, w.text(`window.frames`)))
	assert.Equal(w.t, "", w.text(`window.shifts.join('; ')`), doing)
}

// letGo takes the pointer away, so that all that waited comes in.
func (w *window) letGo() {
	w.t.Helper()
	w.text(`window.pointed = null`)
	w.text(`scrollTo({top: 0, behavior: 'instant'})`)
	w.pointAt(5, 5)
	w.wait(`document.querySelectorAll('.waiting, .held, .leaving').length === 0`)
}

// TestNothingMovesUnderThePointer points at this and that while a busy
// demonstration runs, on the page as it opens and scrolled: what is pointed at
// stays where it is, and the console and the policy have nothing to complain of.
func TestNothingMovesUnderThePointer(t *testing.T) {
	browser, address := launch(t), demonstrationAt(t, "10")
	w := open(t, browser, address)
	w.first(watchful)
	w.signIn("admin@demo.test", "baithaka-demo", "/")
	w.live()
	w.wait(`document.querySelectorAll('#feed > *').length > 5`)
	const cards, rows, alerts = `.latest .cards > [id]`, `#feed > [id]`, `.needs .cards > [id]`
	places := []struct {
		scrolled int
		list     string
	}{{400, cards}, {0, alerts}, {400, rows}, {900, cards}, {1300, cards}}
	each := *steadyFor / time.Duration(len(places))
	held := 0
	for _, place := range places {
		w.text(fmt.Sprintf(`scrollTo({top: %d, behavior: 'instant'})`, place.scrolled))
		w.hold(place.list)
		w.rest(each)
		w.still(fmt.Sprintf("pointing at %s, scrolled by %d", place.list, place.scrolled))
		if w.text(`document.querySelectorAll('.waiting').length`) != "0" {
			held++
		}
		w.letGo()
	}
	assert.NotZero(t, held, "new items waited above a list")
	assert.Equal(t, "[]", w.text(`JSON.stringify(window.violations)`))
	assert.Empty(t, w.errors())
}

// TestWhatIsReadStaysOnAScrolledPage scrolls into the middle of both columns.
// Alerts come and go at the top, cards there change their height, and more is
// booked than the lists hold: the item under the pointer stands still, and is the
// last to be cut.
func TestWhatIsReadStaysOnAScrolledPage(t *testing.T) {
	browser := launch(t)
	p := start(t)
	for i := range 32 {
		p.book(fmt.Sprintf("BK-%d", i), "lake-house", fmt.Sprintf("Guest %d", i))
	}
	alert := func(kind, key, detail string) {
		p.publish(map[string]any{"type": kind, "property": "lake-house", "priority": "critical", "payload": map[string]any{"key": key, "title": "Alert " + key, "detail": detail}})
	}
	alert("alert:raised", "boiler", "")
	w := open(t, browser, p.address)
	w.first(watchful)
	w.signIn("admin@demo.test", password, "/")
	w.live()
	for _, list := range []string{`#feed > [id]`, `.latest .cards > [id]`} {
		w.text(`scrollTo({top: 600, behavior: 'instant'})`)
		w.hold(list)
		alert("alert:raised", "power", "No power in the kitchen.")
		w.wait(`document.querySelector('[data-alert="alert:lake-house:power"]') !== null`)
		w.still("an alert came in at the top")
		alert("alert:raised", "boiler", strings.Repeat("The boiler is off and the plumber is on his way. ", 8))
		w.wait(`document.querySelector('[data-alert="alert:lake-house:boiler"]').innerText.includes('plumber')`)
		w.still("an alert at the top grew")
		alert("alert:raised", "boiler", "")
		w.wait(`!document.querySelector('[data-alert="alert:lake-house:boiler"]').innerText.includes('plumber')`)
		w.still("an alert at the top shrank")
		alert("alert:resolved", "power", "")
		for i := range 34 {
			p.book(fmt.Sprintf("BK-%s%d", list[1:2], i), "lake-house", "Another")
		}
		w.wait(fmt.Sprintf(`document.querySelector('[data-booking="BK-%s33"]') !== null && document.querySelector('[data-alert="alert:lake-house:power"]:not(.leaving)') === null`, list[1:2]))
		w.still("more was booked than the lists hold")
		assert.LessOrEqual(t, len(w.texts(`[...document.querySelectorAll('.latest .cards > *')].map((e) => e.id)`)), 60, "what waits is capped as well")
		w.letGo()
		assert.Equal(t, "30", w.text(`document.querySelectorAll('.latest .cards > *').length`))
	}
}

// TestWhatIsReadStaysAtTheEdge changes the height of what stands above the item
// that is pointed at, on a page that cannot scroll: there is room made instead.
func TestWhatIsReadStaysAtTheEdge(t *testing.T) {
	browser := launch(t)
	p := start(t)
	alert := func(detail string) {
		p.publish(map[string]any{"type": "alert:raised", "property": "lake-house", "payload": map[string]any{"key": "boiler", "title": "Boiler off", "detail": detail}})
	}
	long := strings.Repeat("The plumber is on his way. ", 6)
	p.book("BK-1", "lake-house", "First")
	alert(long)
	w := open(t, browser, p.address)
	w.first(watchful)
	w.signIn("admin@demo.test", password, "/")
	w.live()
	w.hold(`#feed > [id]`)
	for _, detail := range []string{"", long + long, ""} {
		alert(detail)
		w.wait(fmt.Sprintf(`(document.querySelector('.needs .detail')?.innerText.length ?? 0) > %d - 5 && (document.querySelector('.needs .detail')?.innerText.length ?? 0) < %d + 5`, len(detail), len(detail)))
		w.still(fmt.Sprintf("the alert above has %d letters", len(detail)))
	}
	w.letGo()
	assert.Equal(t, "0", w.text(`document.querySelectorAll('#main[style*="height"], #main [style*="margin"]').length`), "the room is given back")
}

// TestParkedPointerHoldsNothing leaves the mouse lying on a list, as on a wall
// screen: after ten minutes nobody is taken to read there.
func TestParkedPointerHoldsNothing(t *testing.T) {
	browser := launch(t)
	p := start(t)
	w := open(t, browser, p.address)
	w.clocked()
	w.signIn("admin@demo.test", password, "/")
	w.live()
	p.book("BK-1", "lake-house", "First")
	w.wait(`document.querySelector('[data-booking="BK-1"]') !== null`)
	w.point(`[data-booking="BK-1"]`)
	p.book("BK-2", "lake-house", "Second")
	w.wait(`document.querySelector('.latest .waiting')?.innerText === '1 new'`)
	w.later(601)
	p.book("BK-3", "lake-house", "Third")
	w.wait(`document.querySelector('[data-booking="BK-3"]').getClientRects().length === 1 && document.querySelector('.waiting') === null`)
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
	// It comes with a movement of its own, which has to be over.
	w.wait(`document.querySelector('[data-booking="BK-1"]')?.getAnimations().length === 0`)
	w.point(`[data-booking="BK-1"]`)
	top := func() (y float64) {
		_, err := fmt.Sscan(w.text(`document.querySelector('[data-booking="BK-1"]').getBoundingClientRect().top`), &y)
		require.NoError(t, err)
		return y
	}
	before := top()
	p.book("BK-2", "lake-house", "Second")
	p.book("BK-3", "lake-house", "Third")
	w.wait(`document.querySelector('.latest .waiting').innerText === '2 new'`)
	require.InDelta(t, before, top(), 1, "less than a pixel is the rounding of the layout")
	// What changes on the card that is pointed at changes in place.
	p.confirm("BK-1")
	w.wait(`document.querySelector('[data-booking="BK-1"]').innerText.includes('Confirmed')`)
	require.InDelta(t, before, top(), 1, "less than a pixel is the rounding of the layout")
	w.click(`.latest .waiting button`)
	w.wait(`document.querySelector('.latest .waiting') === null && document.querySelector('[data-booking="BK-3"]').getClientRects().length === 1`)

	// With nobody there, new items push down at once.
	w.pointAt(5, 5)
	w.text(`document.activeElement.blur()`)
	p.book("BK-4", "lake-house", "Fourth")
	w.wait(`document.querySelector('[data-booking="BK-4"]').getClientRects().length === 1`)
	assert.Equal(t, "4", w.text(`document.querySelectorAll('.latest .card').length`))
}
