package browser

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	pill    = `document.querySelector('#connection').dataset.state`
	word    = `document.querySelector('#connection .word').textContent`
	brokens = `String(!document.querySelector('#broken').hidden)`
)

// staleWhenCut cuts the line under a page that says LIVE: it takes that back.
func staleWhenCut(t *testing.T, w *window, m *meddler, what string) {
	t.Helper()
	m.cut()
	defer m.mend()
	w.wait(pill + ` === 'connecting'`)
	w.later(60)
	w.wait(`/^STALE since \d\d:\d\d$/.test(` + word + `)`)
	t.Logf("%s: stale when cut", what)
}

// TestNoScriptsFailureStopsTheWatchdog lets every part of the scripts fail while it
// starts, one by one. The page follows what happens without it, says that something
// is broken, and still notices that the server is gone. Without what watches the
// connection it never says LIVE.
func TestNoScriptsFailureStopsTheWatchdog(t *testing.T) {
	browser := launch(t)
	p := start(t)
	m := newMeddler(t, p.address)
	w := open(t, browser, strings.TrimPrefix(m.URL, "http://"))
	w.clocked()
	w.signIn("admin@demo.test", password, "/")
	w.live()
	require.Equal(t, "false", w.text(brokens))

	booked := 0
	for _, name := range []string{"windows", "preferences", "panels", "places", "lists", "times", "messages", "tabs", "sounds", "desktop alerts", "toasts", "notifications", "shortcuts"} {
		broke := false
		m.meddles(func(_, script string) (string, int) {
			begin := `part("` + name + `", () => {`
			broke = broke || strings.Contains(script, begin)
			return strings.Replace(script, begin, begin+` throw new Error("broken by the test");`, 1), http.StatusOK
		})
		w.goTo("/")
		require.True(t, broke, name)
		assert.Equal(t, "true", w.text(brokens), "%s: the page says so", name)
		booked++
		id := "BK-" + strings.Repeat("1", booked)
		p.book(id, "lake-house", "Meera Iyer")
		w.wait(`document.querySelector('[data-booking="` + id + `"]') !== null`)
		staleWhenCut(t, w, m, "without "+name)
	}
}

// TestPageSaysSoWhenItsScriptsDoNotCome leaves whole scripts away, or makes them
// unreadable as for an old browser.
func TestPageSaysSoWhenItsScriptsDoNotCome(t *testing.T) {
	browser := launch(t)
	p := start(t)
	m := newMeddler(t, p.address)
	w := open(t, browser, strings.TrimPrefix(m.URL, "http://"))
	w.clocked()
	w.signIn("admin@demo.test", password, "/")
	w.live()
	for _, c := range []struct {
		script       string
		live, broken string
	}{
		{"watch.js", "NOT LIVE", "false"}, // nothing is there to say more
		{"htmx.js", "NOT LIVE", "true"},
		{"baithaka.js", "LIVE", "true"},
	} {
		for how, change := range map[string]func(string) (string, int){
			"missing":    func(string) (string, int) { return "", http.StatusNotFound },
			"unreadable": func(script string) (string, int) { return "this is no script; " + script, http.StatusOK },
			"failing": func(script string) (string, int) {
				return `throw new Error("broken by the test"); ` + script, http.StatusOK
			},
		} {
			m.meddles(func(path, script string) (string, int) {
				if strings.HasSuffix(path, c.script) {
					return change(script)
				}
				return script, http.StatusOK
			})
			require.NoError(t, chromedp.Do(w.ctx, chromedp.Navigate(w.origin+"/")))
			w.wait(`document.readyState === 'complete' && ` + word + ` === '` + c.live + `'`)
			assert.Equal(t, c.broken, w.text(brokens), "%s %s", c.script, how)
			if c.live == "NOT LIVE" {
				w.wait(`document.querySelector('[data-explains="off"]').hidden === false`)
				if c.broken == "true" {
					w.click(`#broken [data-close]`)
					assert.Equal(t, "false", w.text(brokens))
				}
			} else {
				staleWhenCut(t, w, m, c.script+" "+how)
			}
		}
	}
	// The watcher itself fails after it has begun.
	m.meddles(func(_, script string) (string, int) {
		begin := `part("connection", () => {`
		return strings.Replace(script, begin, begin+` throw new Error("broken by the test");`, 1), http.StatusOK
	})
	require.NoError(t, chromedp.Do(w.ctx, chromedp.Navigate(w.origin+"/")))
	w.wait(`document.readyState === 'complete' && ` + brokens + ` === 'true'`)
	assert.Equal(t, "NOT LIVE", w.text(word))
}

// TestUnknownZoneLeavesThePageHonest opens a page whose zone the browser does not
// know, as after a change of law.
func TestUnknownZoneLeavesThePageHonest(t *testing.T) {
	browser := launch(t)
	p := start(t)
	m := newMeddler(t, p.address)
	w := open(t, browser, strings.TrimPrefix(m.URL, "http://"))
	w.clocked()
	w.first(`Intl.DateTimeFormat = ((Real) => function (locale, options) {
		if (options?.timeZone) throw new RangeError('Invalid time zone specified: ' + options.timeZone)
		return new Real(locale, options)
	})(Intl.DateTimeFormat)`)
	w.signIn("admin@demo.test", password, "/")
	w.live()
	p.book("BK-1", "lake-house", "Meera Iyer")
	w.wait(`document.querySelector('[data-booking="BK-1"] time').textContent.trim() !== ''`)
	staleWhenCut(t, w, m, "an unknown zone")
	assert.Equal(t, "false", w.text(brokens), "nothing is missing that a person would miss")
	assert.NotContains(t, strings.Join(w.errors(), "\n"), "Invalid time zone")
}

// TestBrowserThatKeepsAndPlaysNothing has neither storage nor sound, alerts, locks
// nor a channel between tabs; each throws or is not there.
func TestBrowserThatKeepsAndPlaysNothing(t *testing.T) {
	browser := launch(t)
	p := start(t)
	m := newMeddler(t, p.address)
	w := open(t, browser, strings.TrimPrefix(m.URL, "http://"))
	w.clocked()
	w.first(`for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, {get() { throw new DOMException('denied', 'SecurityError') }});
		Object.defineProperty(navigator, 'locks', {value: undefined});
		for (const name of ['AudioContext', 'webkitAudioContext', 'Notification', 'BroadcastChannel']) delete window[name]`)
	w.signIn("admin@demo.test", password, "/")
	w.live()
	p.book("BK-1", "lake-house", "Meera Iyer")
	w.wait(`document.querySelector('#toasts .toast[data-type="booking:new"]') !== null`)
	w.click(`[data-control="pause"]`)
	w.state("paused")
	w.click(`[data-control="resume"]`)
	w.live()
	staleWhenCut(t, w, m, "a browser with nothing")
	w.goTo("/settings")
	w.wait(`document.querySelector('[data-sound-state]').textContent === 'Not possible in this browser.'`)
	w.wait(`document.querySelector('[data-desktop-state]').textContent.startsWith('Not possible')`)
	assert.Equal(t, "false", w.text(brokens))
	for _, said := range w.errors() {
		assert.NotContains(t, said, "exception", "only the cut line is complained of")
	}
}
