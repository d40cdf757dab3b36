package browser

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// boiler publishes something about the boiler of Lake House, a critical alert.
func (p *program) boiler(kind string) {
	p.t.Helper()
	p.publish(map[string]any{"type": kind, "property": "lake-house", "priority": "critical", "payload": map[string]any{"key": "boiler", "title": "Boiler off"}})
}

// arrivedWhole waits until a toast has come to its place.
func (w *window) arrivedWhole(toast string) {
	w.t.Helper()
	w.wait(fmt.Sprintf(`document.querySelector('%s').getAnimations({subtree: true}).every((a) => a.animationName !== 'arrive')`, toast))
}

// TestToastsKeepTheirRow shows at most three toasts, keeps the critical one, and
// stops their clock under the pointer.
func TestToastsKeepTheirRow(t *testing.T) {
	browser := launch(t)
	p := start(t)
	w := open(t, browser, p.address)
	w.signIn("admin@demo.test", password, "/")
	w.live()
	p.boiler("alert:raised")
	for i := range 5 {
		p.book(fmt.Sprintf("BK-%d", i), "lake-house", fmt.Sprintf("Guest %d", i))
	}
	w.wait(`document.querySelector('#toasts [id="toast-booking:BK-4"]') !== null`)
	assert.Equal(t, "3", w.text(`document.querySelectorAll('#toasts .toast').length`))
	assert.Equal(t, "1", w.text(`document.querySelectorAll('#toasts .toast[data-priority="critical"]').length`))
	assert.Equal(t, "0", w.text(`document.querySelectorAll('#toasts .toast[data-priority="critical"] .line').length`), "it has no clock")
	w.arrivedWhole(`[id="toast-booking:BK-4"]`)
	w.point(`[id="toast-booking:BK-4"]`)
	w.wait(`document.querySelector('[id="toast-booking:BK-4"] .line').getAnimations()[0].playState === 'paused'`)

	// While somebody is at a toast, none moves: neither for a new one nor for the
	// next word about the same thing.
	const tops = `[...document.querySelectorAll('#toasts .toast')].filter((e) => e.checkVisibility()).map((e) => e.id + ' ' + Math.round(e.getBoundingClientRect().top)).join()`
	stood := w.text(tops)
	p.book("BK-5", "lake-house", "Guest 5")
	p.confirm("BK-4")
	w.wait(`document.querySelector('[id="toast-booking:BK-4"]').dataset.type === 'booking:confirmed'`)
	w.wait(`document.querySelector('[id="toast-booking:BK-5"]') !== null`)
	w.arrivedWhole(`[id="toast-booking:BK-4"]`)
	assert.Equal(t, stood, w.text(tops))

	w.pointAt(5, 5)
	w.wait(`document.querySelector('[id="toast-booking:BK-4"] .line').getAnimations()[0].playState === 'running'`)
	w.click(`[id="toast-booking:BK-4"] [data-close]`)
	w.wait(`document.querySelector('[id="toast-booking:BK-4"]') === null`)
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

// TestToastsCoverNoControl lets a critical toast stand at three widths: after its
// time it is folded into a line that lies over nothing one could press (on a
// phone: over nothing that ends the page, for the rest scrolls), and a toast that
// arrives where somebody points stands elsewhere.
func TestToastsCoverNoControl(t *testing.T) {
	browser := launch(t)
	p := start(t)
	p.book("BK-1", "lake-house", "Meera Iyer")
	const covered = `(() => {
		const shown = [...document.querySelectorAll('.toast')].filter((e) => e.checkVisibility()).map((e) => e.getBoundingClientRect())
		const pressed = [...document.querySelectorAll('a, button, input, select, summary')].filter((e) => !e.closest('#toasts') && e.checkVisibility() && getComputedStyle(e).clipPath === 'none')
		return pressed.filter((e) => { const r = e.getBoundingClientRect(); return shown.some((s) => r.left < s.right && s.left < r.right && r.top < s.bottom && s.top < r.bottom) }).map((e) => e.outerHTML.slice(0, 90)).join('\n')
	})()`
	w := open(t, browser, p.address)
	w.first(`try { localStorage.setItem('sound', 'off') } catch {}`)
	w.signIn("admin@demo.test", password, "/")
	for _, width := range []int64{360, 768, 1440} {
		require.NoError(t, chromedp.Do(w.ctx, chromedp.EmulateViewport(width, 900)))
		for _, path := range []string{"/", "/history"} {
			w.goTo(path)
			w.text(`preferences.current.seconds = 0.3`)
			p.boiler("alert:raised")
			p.publish(map[string]any{"type": "alert:raised", "property": "hill-cottage", "priority": "critical", "payload": map[string]any{"key": "smoke", "title": "Smoke in the kitchen"}})
			w.wait(`document.querySelectorAll('.toast[data-folded]').length === 2`)
			w.wait(`document.querySelectorAll('.toast:not([data-behind])').length === 1`)
			assert.Equal(t, "+1", w.text(`document.querySelector('.toast:not([data-behind]) .first').dataset.more`))
			w.wait(`document.querySelector('#toasts').getAnimations({subtree: true}).length === 0`)
			if width < 620 {
				w.text(`scrollTo({top: 1e6, behavior: 'instant'})`)
			}
			assert.Empty(t, w.text(covered), "%s at %d px", path, width)
			p.boiler("alert:resolved")
			p.publish(map[string]any{"type": "alert:resolved", "property": "hill-cottage", "payload": map[string]any{"key": "smoke", "title": "Smoke in the kitchen"}})
			w.wait(`document.querySelectorAll('.toast').length === 0`)
		}
	}
	w.goTo("/")
	w.pointAt(1300, 130)
	w.wait(`document.querySelector('.figure:hover') !== null`)
	p.book("BK-2", "lake-house", "Jo Ferrari")
	w.wait(`document.querySelector('[id="toast-booking:BK-2"]').getBoundingClientRect().top > 600`)
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
