package browser

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// heard makes the window gather the notes that it plays.
const heard = `window.heard = []; document.addEventListener('baithaka:sound', (e) => window.heard.push(e.detail.notes.join(' ')))`

// TestSoundsOfBookings touches the page once, as browsers ask for, and hears
// seed B's notes; catching up and one's own doing are silent.
func TestSoundsOfBookings(t *testing.T) {
	browser := launch(t)
	p := start(t)
	line := newProxy(t, p.address)
	w := open(t, browser, line.listener.Addr().String())
	w.first(heard)
	w.signIn("admin@demo.test", password, "/")
	w.live()
	if w.text(`document.querySelector('#sound').hasAttribute('data-asks')`) == "true" {
		w.click(`#sound`)
	} else {
		w.click(`#main`) // any touch will do
	}
	w.wait(`document.querySelector('#sound').dataset.state === 'on' && tabs.leading`)

	p.book("BK-1", "lake-house", "Meera Iyer")
	w.wait(`window.heard.at(-1) === '440 554.37'`)
	p.confirm("BK-1")
	w.wait(`window.heard.at(-1) === '523.25 659.25'`)
	p.publish(map[string]any{"type": "booking_update", "data": map[string]any{"bookingId": "BK-1", "status": "cancelled"}})
	w.wait(`window.heard.at(-1) === '329.63 293.66'`)
	p.publish(map[string]any{"type": "alert:raised", "property": "lake-house", "payload": map[string]any{"key": "wifi", "title": "Wi-Fi is slow"}})
	w.wait(`window.heard.at(-1) === '440'`)
	w.wait(`window.heard.length === 4`)

	line.cut()
	w.wait(`document.querySelector('#connection').dataset.state !== 'live'`)
	p.book("BK-2", "lake-house", "Missed")
	line.mend()
	w.wait(`document.querySelector('[data-booking="BK-2"]') !== null`)
	w.live()
	w.wait(`document.querySelector('#toasts .toast[data-type="summary"]') !== null`)
	assert.Equal(t, "4", w.text(`window.heard.length`), "catching up is silent")
}

// TestOneTabKeepsRinging leaves the tab that may sound for another: it keeps its
// stream and rings; a tab that cannot gives its stream up.
func TestOneTabKeepsRinging(t *testing.T) {
	browser := launch(t)
	p := start(t)
	w := open(t, browser, p.address)
	w.first(heard)
	w.signIn("admin@demo.test", password, "/")
	w.live()
	w.click(`#main`) // any touch will do
	w.wait(`tabs.leading`)

	second, third := w.tab(t), w.tab(t)
	require.NoError(t, second.visit("/"))
	require.Equal(t, "true", second.text(`document.hidden`))
	assert.NotEqual(t, "live", second.text(`document.querySelector('#connection').dataset.state`), "a tab opened in the background keeps no stream")
	second.look()
	second.live()
	third.look()
	third.goTo("/")
	second.wait(`document.hidden && document.querySelector('#connection').dataset.state === 'connecting'`)
	require.Equal(t, "true", w.text(`document.hidden`))
	require.Equal(t, "live", w.text(`document.querySelector('#connection').dataset.state`))
	p.book("BK-1", "lake-house", "Meera Iyer")
	w.wait(`window.heard.at(-1) === '440 554.37'`)
	w.wait(`document.querySelector('[data-booking="BK-1"]') !== null`)
	assert.Equal(t, "0", w.text(`document.querySelectorAll('#toasts .toast').length`), "toasts are for who looks")
	w.look()
	w.wait(`document.querySelector('#toasts .toast').innerText.includes('1 update while you were away')`)
}

// TestPausedTabLeavesTheRingingToAnother pauses the tab that rings: another of the
// same browser rings instead, and after both have been paused the first does
// again.
func TestPausedTabLeavesTheRingingToAnother(t *testing.T) {
	browser := launch(t)
	p := start(t)
	w := open(t, browser, p.address)
	const watched = heard + `; window.lives = 0; document.addEventListener('live', () => window.lives++)`
	// anew waits until a tab's stream, that is opened again for what is done, is live.
	anew := func(tab *window, do func()) {
		before := tab.text(`window.lives`)
		do()
		tab.wait(`window.lives > ` + before)
	}
	w.first(watched)
	w.signIn("admin@demo.test", password, "/")
	w.live()
	w.click(`#main`)
	w.wait(`tabs.leading`)
	other := w.tab(t)
	other.first(watched)
	other.goTo("/")
	other.click(`#main`)

	w.look()
	other.wait(`document.hidden`)
	anew(other, func() { w.click(`[data-control="pause"]`) })
	assert.Equal(t, "true", other.text(`tabs.leading`))
	p.book("BK-1", "lake-house", "Meera Iyer")
	other.wait(`window.heard.at(-1) === '440 554.37'`)

	anew(w, func() { w.click(`[data-control="resume"]`) })
	other.look()
	w.wait(`document.hidden`)
	anew(w, func() { other.click(`[data-control="pause"]`) })
	assert.Equal(t, "true", w.text(`tabs.leading`))
	p.book("BK-2", "lake-house", "J. Ferrari")
	w.wait(`window.heard.at(-1) === '440 554.37'`)
	assert.Equal(t, "1 1", w.text(`window.heard.length`)+" "+other.text(`window.heard.length`))
}

// TestTabThatChangesItsMindGivesTheLockBack asks for the lock, not, and again,
// while it holds it and while it stands in line.
func TestTabThatChangesItsMindGivesTheLockBack(t *testing.T) {
	browser := launch(t)
	p := start(t)
	w := open(t, browser, p.address)
	w.signIn("admin@demo.test", password, "/")
	w.live()
	w.click(`#main`)
	w.wait(`tabs.leading`)
	// What draws the page would ask again, and when Chromium tells of a request that
	// is over, before the next is granted or after, is for the test to say.
	w.text(`(window.granted = 0, window.told = [], LockManager.prototype.request = ((request) => function (name, options, grant) {
		const over = request.call(this, name, options, (lock) => (window.granted++, grant(lock)))
		return { then: (act) => over.then(() => window.told.push(act)) }
	})(LockManager.prototype.request))`)
	w.text(`window.addEventListener('baithaka:leading', (event) => event.stopImmediatePropagation(), true)`)
	w.text(`(tabs.want(false), tabs.want(true))`)
	w.wait(`window.granted === 1 && tabs.leading`)
	w.text(`(tabs.want(false), tabs.want(true))`)
	w.wait(`window.granted === 2 && window.told.length === 1`)
	w.text(`window.told.shift()()`)
	assert.Equal(t, "true", w.text(`tabs.leading`), "the next request has it")
	w.text(`tabs.want(false)`)
	w.wait(`window.told.length === 1`)
	w.text(`window.told.shift()()`)
	assert.Equal(t, "false", w.text(`tabs.leading`))
}

// TestPlainHTTPSaysWhatItCannot opens the page by an address that is not this
// machine's own, where browsers give neither locks nor desktop alerts.
func TestPlainHTTPSaysWhatItCannot(t *testing.T) {
	browser := launch(t)
	p := start(t)
	w := open(t, browser, p.address)
	// What a page on a plain-HTTP network finds.
	w.first(`Object.defineProperty(window, 'isSecureContext', {value: false}); Object.defineProperty(navigator, 'locks', {value: undefined}); delete window.Notification;` + heard)
	w.signIn("admin@demo.test", password, "/settings")
	w.live()
	w.wait(`!document.querySelector('#main [data-insecure]').hidden`)
	w.wait(`document.querySelector('[data-desktop-state]').textContent.includes('Not possible')`)
	w.click(`[data-test="new"]`)
	w.wait(`window.heard.at(-1) === '440 554.37'`)
	p.book("BK-1", "lake-house", "Meera Iyer")
	w.wait(`window.heard.length === 2`)
	assert.Empty(t, w.errors())
}

// TestScriptAnnouncesAsThePolicyOfPreferences holds the page's script to the
// table that inn.Preferences.Announce is tested with.
func TestScriptAnnouncesAsThePolicyOfPreferences(t *testing.T) {
	table, err := os.ReadFile("../internal/inn/testdata/announce.json")
	require.NoError(t, err)
	var cases []struct{ Name, Want string }
	require.NoError(t, json.Unmarshal(table, &cases))
	browser := launch(t)
	p := start(t)
	w := open(t, browser, p.address)
	w.signIn("admin@demo.test", password, "/settings")
	w.live()
	got := w.texts(fmt.Sprintf(`(%s).map((c) => {
		const said = preferences.announce(c, c.at, c.plan);
		return JSON.stringify(['screen', 'sound', 'desktop'].filter((channel) => said[channel]));
	})`, table))
	require.Len(t, got, len(cases))
	for i, c := range cases {
		assert.Equal(t, c.Want, got[i], c.Name)
	}
}

// TestDesktopIsToldWhenNobodyLooks turns desktop alerts on by a click, leaves the
// tab, and gets one alert per subject; the title and the icon carry the count.
func TestDesktopIsToldWhenNobodyLooks(t *testing.T) {
	browser := launch(t)
	p := start(t)
	w := open(t, browser, p.address)
	w.first(`window.alerts = []; window.Notification = class {
		static permission = localStorage.getItem('granted') ?? 'default'
		static async requestPermission() { localStorage.setItem('granted', 'granted'); return this.permission = 'granted' }
		constructor(title, options) { window.alerts.push(title + ' / ' + options.body + ' / ' + options.tag) }
		close() {}
	}`)
	w.signIn("admin@demo.test", password, "/settings")
	w.live()
	require.Equal(t, "default", w.text(`Notification.permission`), "nothing is asked unasked")
	w.click(`[data-desktop="on"]`)
	w.wait(`document.querySelector('[data-desktop-state]').textContent === 'On.' && tabs.leading`)
	w.goTo("/")
	w.wait(`tabs.leading`)
	other := w.tab(t)
	other.look()
	require.Equal(t, "true", w.text(`document.hidden`))
	p.book("BK-1", "lake-house", "Meera Iyer")
	w.wait(`window.alerts.length === 1`)
	assert.Equal(t, "Meera Iyer · New / Lake House · 12–15 Jan 2027, 3 nights · ₹\u202f14,400 / toast-booking:BK-1", w.text(`window.alerts[0]`))
	w.wait(`document.title === '(1) Dashboard · Baithaka'`)
	w.wait(`document.querySelector('link[rel="icon"]').href.startsWith('data:image/svg+xml')`)
	w.look()
	p.confirm("BK-1")
	w.wait(`document.querySelector('#toasts .toast[data-type="booking:confirmed"]') !== null`)
	assert.Equal(t, "1", w.text(`window.alerts.length`), "who looks needs no alert")
	assert.Empty(t, w.errors())
}

// TestIconCarriesTheNumberThatIsSo reads everything while the icon is still being
// fetched, and fails that fetch once.
func TestIconCarriesTheNumberThatIsSo(t *testing.T) {
	browser := launch(t)
	p := start(t)
	w := open(t, browser, p.address)
	w.signIn("admin@demo.test", password, "/")
	w.live()
	const icon = `document.querySelector('link[rel="icon"]').href`
	plain := w.text(icon)
	w.text(`window.fetch = () => new Promise((answer, fail) => Object.assign(window, {answer, fail}))`)
	count := func(n string) {
		w.text(fmt.Sprintf(`((bell) => {
			bell.textContent = %q
			bell.hidden = bell.textContent === ''
			document.dispatchEvent(new CustomEvent('htmx:after:swap', {detail: {ctx: {}}}))
		})(document.getElementById('unread'))`, n))
	}
	count("1")
	w.text(`fail(new TypeError('no network'))`)
	count("2")
	count("")
	w.text(`answer({text: async () => '<svg></svg>'})`)
	assert.Equal(t, plain, w.text(icon), "nothing is unread")
	count("3")
	w.wait(icon + `.includes(encodeURIComponent('>3</text></svg>'))`)
	assert.Empty(t, w.errors())
}
