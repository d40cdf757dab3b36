package browser

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// boiler publishes something about the boiler of Lake House, a critical alert.
func (p *program) boiler(kind string) {
	p.t.Helper()
	p.publish(map[string]any{"type": kind, "property": "lake-house", "priority": "critical", "payload": map[string]any{"key": "boiler", "title": "Boiler off"}})
}

// inFront selects the toast that is seen; front is it.
const (
	inFront = `#toasts > .toast[data-front]`
	front   = `document.querySelector('` + inFront + `')`
)

// TestNewsFoldsIntoTheLatest lets several things happen: one place in the header shows
// the latest and how many more there are. Under the pointer its time stops and it
// stays; the others open by hand, and all leave together.
func TestNewsFoldsIntoTheLatest(t *testing.T) {
	browser := launch(t)
	p := start(t)
	w := open(t, browser, p.address)
	w.signIn("admin@demo.test", password, "/")
	w.live()
	for i := range 5 {
		p.book(fmt.Sprintf("BK-%d", i), "lake-house", fmt.Sprintf("Guest %d", i))
	}
	w.wait(front + `.id === 'toast-booking:BK-4'`)
	assert.Equal(t, "1", w.text(`[...document.querySelectorAll('#toasts > *')].filter((e) => e.checkVisibility()).length`))
	assert.Equal(t, "+4", w.text(`document.querySelector('#folded').innerText`))
	w.point(`[id="toast-booking:BK-4"]`)
	w.wait(front + `.querySelector('.line').getAnimations()[0].playState === 'paused'`)

	// While somebody is at it, it is not replaced by another, and changes in place.
	p.book("BK-5", "lake-house", "Guest 5")
	p.confirm("BK-4")
	p.book("BK-6", "lake-house", "Guest 6")
	w.wait(front + `.dataset.type === 'booking:confirmed'`)
	w.wait(`document.querySelector('#folded').innerText === '+6'`)
	assert.Equal(t, "toast-booking:BK-4", w.text(front+`.id`))

	w.click(`#folded`)
	w.wait(`document.querySelector('#unfolded').matches(':popover-open')`)
	assert.Equal(t, []string{"Guest 6", "Guest 4", "Guest 5", "Guest 3", "Guest 2", "Guest 1", "Guest 0"}, w.texts(`[...document.querySelectorAll('#unfolded li a')].map((a) => a.innerText)`))
	w.pointAt(5, 5)
	assert.Equal(t, "paused", w.text(front+`.querySelector('.line').getAnimations()[0].playState`), "its time stops while the list is open")
	w.press(kb.Escape)
	w.text(`document.activeElement.blur()`)
	w.wait(front + `.id === 'toast-booking:BK-6' && ` + front + `.querySelector('.line').getAnimations()[0].playState === 'running'`)

	w.click(inFront + ` [data-close]`)
	w.wait(`document.querySelector('#toasts').childElementCount === 0 && document.querySelector('#folded').hidden`)
	w.pointAt(5, 5)
	for i := range 15 {
		p.book(fmt.Sprintf("BN-%d", i), "lake-house", fmt.Sprintf("Guest %d", i))
	}
	w.wait(front + `.id === 'toast-booking:BN-14'`)
	assert.Equal(t, "10", w.text(`document.querySelectorAll('#toasts > *').length`), "a busy hour is not kept for ever")
	w.text(front + `.querySelector('.line').getAnimations()[0].finish()`)
	w.wait(`document.querySelector('#toasts').childElementCount === 0`)
	assert.Empty(t, w.errors())
}

// TestSolvedAlertLetsGo replaces the standing toast of a critical alert by one
// that leaves by itself.
func TestSolvedAlertLetsGo(t *testing.T) {
	browser := launch(t)
	p := start(t)
	w := open(t, browser, p.address)
	w.first(heard)
	w.signIn("admin@demo.test", password, "/")
	w.live()
	w.click(`#main`)
	w.wait(`tabs.leading`)
	p.boiler("alert:raised")
	w.wait(`document.querySelector('.toast[data-type="alert:raised"]') !== null && window.heard.at(-1) === '880 880'`)
	p.boiler("alert:resolved")
	w.wait(`document.querySelector('.toast[data-type="alert:resolved"] .line') !== null && document.querySelector('.toast[data-type="alert:raised"]') === null`)
	w.wait(`window.heard.at(-1) === '440'`)
	w.text(`document.querySelector('.toast .line').getAnimations()[0].finish()`)
	w.wait(`document.querySelectorAll('.toast').length === 0`)
}

// overlaps tells what of the page lies below the place for news, where the page is not
// scrolled: whatever can be pressed or filled in, and every critical card.
const overlaps = `(() => {
	const box = (e) => e.getBoundingClientRect()
	const news = [...document.querySelectorAll('#toasts > *, #folded, #sound')].filter((e) => e.checkVisibility({visibilityProperty: true}))
	const others = [...document.querySelectorAll('a, button, input, select, summary, .card.critical, .waiting, .notice')].filter((e) => e.checkVisibility() && getComputedStyle(e).clipPath === 'none')
	return news.flatMap((n) => others.filter((o) => !n.contains(o) && !o.contains(n) && !(n.matches('.toast') && o.id === 'folded') && !(o.matches('.toast *') && n.id === 'folded')).filter((o) => {
		const a = box(n), b = box(o)
		return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom && b.width > 0
	}).map((o) => (n.id || n.className) + ' over ' + o.outerHTML.slice(0, 90))).join('\n')
})()`

// TestNewsCoversNothing lets something pass and something critical stand at five
// widths, the last that of a window of 1440 pixels at 200 %: neither lies over what
// could be pressed, a filter, a critical card or what has the focus, and where the
// header keeps its height nothing on the page moves.
func TestNewsCoversNothing(t *testing.T) {
	browser := launch(t)
	p := start(t)
	for i := range 30 {
		p.book(fmt.Sprintf("BK-%d", i), "lake-house", "Meera Iyer")
	}
	p.publish(map[string]any{"type": "alert:raised", "property": "hill-cottage", "priority": "critical", "payload": map[string]any{"key": "smoke", "title": "Smoke in the kitchen"}})
	w := open(t, browser, p.address)
	w.signIn("admin@demo.test", password, "/")
	n := 0
	happen := func() {
		n++
		p.publish(map[string]any{"type": "property_update", "property": "lake-house", "data": map[string]any{"status": "maintenance", "title": fmt.Sprintf("Pool %d", n)}})
		p.publish(map[string]any{"type": "alert:raised", "property": "lake-house", "payload": map[string]any{"key": fmt.Sprintf("wifi-%d", n), "title": "Wi-Fi is slow"}})
	}
	const middle = `(() => { const e = [...document.querySelectorAll('#main *')].find((e) => e.getBoundingClientRect().top > 400); window.still ??= e; return Math.round(window.still.getBoundingClientRect().top) })()`
	for _, size := range []struct{ width, height int64 }{{360, 800}, {768, 900}, {1440, 900}, {1920, 1080}, {720, 450}} {
		require.NoError(t, chromedp.Do(w.ctx, chromedp.EmulateViewport(size.width, size.height)))
		for _, path := range []string{"/", "/bookings", "/notifications", "/history"} {
			at := fmt.Sprintf("%s at %d px", path, size.width)
			w.goTo(path)
			if path != "/notifications" { // there it is in sight
				happen()
				w.wait(front + ` !== null && !document.querySelector('#folded').hidden`)
				assert.Empty(t, w.text(overlaps), at)
				w.goTo(path)
			}
			if path != "/" {
				w.text(`document.querySelector('#q').focus()`)
			}
			before := w.text(middle)
			p.boiler("alert:raised")
			w.wait(front + `?.dataset.priority === 'critical' && document.querySelector('#toasts').getAnimations({subtree: true}).length === 0`)
			assert.Empty(t, w.text(overlaps), at)
			if size.width >= 620 && path == "/bookings" {
				assert.Equal(t, before, w.text(middle), "%s: nothing moves", at)
			}
			assert.Equal(t, "true", w.text(`document.documentElement.scrollWidth <= innerWidth`), at)
			p.boiler("alert:resolved")
			w.wait(`document.querySelector('[data-loud]') === null`)

			if path != "/bookings" {
				continue
			}
			// Scrolled, what is read stays.
			w.goTo(path)
			w.text(`scrollTo({top: 120, behavior: 'instant'})`)
			before = w.text(middle)
			p.boiler("alert:raised")
			w.wait(front + `?.dataset.priority === 'critical'`)
			assert.Equal(t, before, w.text(middle), "%s, scrolled: nothing moves", at)
			p.boiler("alert:resolved")
			w.wait(`document.querySelector('[data-loud]') === null`)
			assert.Equal(t, before, w.text(middle), "%s, scrolled: nothing moves back", at)
		}
	}
	// On a phone: what somebody types into, just below the header, is not covered.
	require.NoError(t, chromedp.Do(w.ctx, chromedp.EmulateViewport(360, 800)))
	w.goTo("/bookings")
	w.text(`scrollTo({top: 20, behavior: 'instant'})`)
	w.text(`document.querySelector('#q').focus({preventScroll: true})`)
	p.boiler("alert:raised")
	w.wait(front + `?.dataset.priority === 'critical'`)
	assert.Equal(t, "true", w.text(`document.querySelector('#q').getBoundingClientRect().top > document.querySelector('.toast[data-front]').getBoundingClientRect().bottom`))
	assert.Empty(t, w.errors())
}

// TestWhatIsInSightIsNotAnnounced changes a booking whose card is in view, on the
// lists: the card says it. Out of view, and on the dashboard, the place for news does.
func TestWhatIsInSightIsNotAnnounced(t *testing.T) {
	browser := launch(t)
	p := start(t)
	for i := range 40 {
		p.book(fmt.Sprintf("BK-%d", i), "lake-house", fmt.Sprintf("Guest %d", i))
	}
	w := open(t, browser, p.address)
	w.first(`window.received = new Set(); document.addEventListener('htmx:sse:after:message', (e) => window.received.add(e.detail.message.id))`)
	w.signIn("admin@demo.test", password, "/")
	guests := 2
	change := func(id string) {
		guests++
		last := p.publish(map[string]any{"type": "booking:modified", "payload": map[string]any{"id": id, "guests": guests}})
		w.wait(fmt.Sprintf(`window.received.has(%q)`, last))
	}
	for _, path := range []string{"/bookings?sort=changed", "/notifications"} {
		w.goTo(path)
		change("BK-39")
		assert.Equal(t, "0", w.text(`document.querySelectorAll('.toast').length`), path)
		p.book("BN-"+path[1:2], "lake-house", "Somebody new")
		change("BK-38")
		assert.Equal(t, "0", w.text(`document.querySelectorAll('.toast').length`), "%s: a new card came in at the top", path)
		w.text(`scrollTo({top: 1e6, behavior: 'instant'})`)
		change("BK-38")
		assert.Equal(t, "toast-booking:BK-38", w.text(front+`?.id`), "%s, scrolled away", path)
	}
	w.goTo("/")
	change("BK-39")
	assert.Equal(t, "toast-booking:BK-39", w.text(front+`?.id`), "the dashboard announces everything")
}

// TestCriticalTakesTheTitleUntilSomebodyHasIt raises an alert under two windows: the
// one takes it by the button in the header, and both say for a moment who has it.
func TestCriticalTakesTheTitleUntilSomebodyHasIt(t *testing.T) {
	browser := launch(t)
	p := start(t)
	admin, owner := open(t, browser, p.address), open(t, browser, p.address)
	admin.signIn("admin@demo.test", password, "/")
	owner.signIn("owner@demo.test", password, "/")
	admin.goTo("/settings")
	owner.goTo("/properties")
	p.boiler("alert:raised")
	p.book("BK-1", "lake-house", "Meera Iyer")
	const title = `getComputedStyle(document.querySelector('.heading')).opacity`
	for _, w := range []*window{admin, owner} {
		w.wait(`document.querySelector('.toast[data-loud][data-front]') !== null && document.querySelector('[id="toast-booking:BK-1"][data-front]') !== null`)
		assert.Equal(t, "0", w.text(title))
		assert.Equal(t, "0 0", w.text(`document.querySelectorAll('.toast[data-loud] .line').length + ' ' + document.querySelectorAll('.toast[data-loud] [data-close]').length`), "it has no clock, and cannot be put aside")
		assert.Equal(t, "false", w.text(`document.querySelector('[id="toast-booking:BK-1"]').checkVisibility({visibilityProperty: true})`))
		w.text(`document.querySelector('[id="toast-booking:BK-1"] .line').getAnimations()[0].finish()`)
		w.wait(`document.querySelector('[id="toast-booking:BK-1"]') === null`)
	}
	owner.click(`.toast[data-loud] [data-action=ack]`)
	for _, w := range []*window{admin, owner} {
		w.wait(`document.querySelector('.acknowledger[data-front] .what')?.innerText.startsWith('Ravi Menon has it') && document.querySelector('.toast') === null`)
		assert.Equal(t, "0", w.text(title))
		w.text(`document.querySelector('.acknowledger .line').getAnimations()[0].finish()`)
		w.wait(`document.querySelector('#toasts').childElementCount === 0 && ` + title + ` === '1'`)
		assert.Empty(t, w.errors())
	}
}

// TestWhatHappensWhileAPageOpensIsNews holds the stream back until something has
// happened: where the page has only just been asked for that is told as it is,
// on a page that has waited for long it is what happened while somebody was away.
func TestWhatHappensWhileAPageOpensIsNews(t *testing.T) {
	browser := launch(t)
	p := start(t)
	for name, c := range map[string]struct {
		age  int // of the page, in milliseconds
		said string
	}{
		"BK-soon": {100, "booking:new"},
		"BK-late": {60_000, "summary"},
	} {
		w := open(t, browser, p.address)
		w.first(fmt.Sprintf(`
			performance.now = () => %d
			const fetches = fetch
			window.fetch = async (...request) => {
				while (request[0].startsWith('/live') && !window.let) await new Promise((done) => setTimeout(done, 10))
				return fetches(...request)
			}`, c.age))
		w.signIn("admin@demo.test", password, "/")
		p.book(name, "lake-house", "Meera Iyer")
		w.text(`window.let = true`)
		w.live()
		w.wait(`document.querySelectorAll('#toasts .toast').length === 1`)
		assert.Equal(t, c.said, w.text(`document.querySelector('#toasts .toast').dataset.type`), name)
	}
}
