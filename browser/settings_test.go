package browser

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestSettingsReachEveryTab changes how a person is told: another window of
// theirs follows without reloading, and what is muted is announced afterwards.
func TestSettingsReachEveryTab(t *testing.T) {
	browser := launch(t)
	p := start(t)
	w, other := open(t, browser, p.address), open(t, browser, p.address)
	other.clocked()
	w.signIn("admin@demo.test", password, "/settings")
	other.signIn("admin@demo.test", password, "/")
	w.live()
	other.live()

	// A mistake is said at its field, and what was typed stays.
	w.text(`document.querySelector('#seconds').value = '4'`)
	w.text(`document.querySelector('#zone').value = 'Mars/Olympus'`)
	w.click(`form.stack .main`)
	w.wait(`document.querySelector('#zone-wrong')?.innerText.includes('time zone')`)
	assert.Equal(t, "Mars/Olympus", w.text(`document.querySelector('#zone').value`))
	w.text(`document.querySelector('#zone').value = 'Asia/Kolkata'`)
	w.text(`document.querySelector('[name="everywhere.alert_update"][value="screen"]').click()`)
	w.click(`form.stack .main`)
	w.wait(`document.querySelector('[data-saved]').textContent.startsWith('Saved at')`)
	w.wait(`document.querySelector('#settings-form [data-summary], #zone-wrong') === null`)
	other.wait(`preferences.current.seconds === 4 && !preferences.current.everywhere.alert_update.includes('screen')`)
	other.wait(`document.querySelector('#connection').dataset.state === 'live'`)

	p.publish(map[string]any{"type": "alert:raised", "property": "lake-house", "payload": map[string]any{"key": "wifi", "title": "Wi-Fi is slow"}})
	p.book("BK-1", "lake-house", "Meera Iyer")
	other.wait(`document.querySelector('#toasts .toast[data-type="booking:new"] .line').getAnimations()[0].effect.getTiming().duration === 4000`)
	assert.Equal(t, "0", other.text(`document.querySelectorAll('#toasts .toast[data-type="alert:raised"]').length`))

	w.click(`#settings-mute button`)
	w.wait(`document.querySelector('#settings-mute').innerText.includes('Muted until')`)
	other.wait(`preferences.quiet()`)
	other.text(`document.querySelector('#toasts').replaceChildren()`)
	p.book("BK-2", "lake-house", "In the quiet")
	other.wait(`document.querySelector('#unread').textContent.trim() === '3'`)
	assert.Equal(t, "0", other.text(`document.querySelectorAll('#toasts .toast').length`))
	other.later(3601)
	other.wait(`document.querySelector('#toasts .toast').innerText.includes('Quiet is over: 3 unread')`)
	assert.Empty(t, append(w.errors()[1:], other.errors()...), "but for the 422 that was asked for")
}

// TestLostNetworkIsSaid sends a form into nothing: #flash says so, what was typed
// stays, and the page is not blanked.
func TestLostNetworkIsSaid(t *testing.T) {
	browser := launch(t)
	p := start(t)
	line := newProxy(t, p.address)
	w := open(t, browser, line.listener.Addr().String())
	w.signIn("admin@demo.test", password, "/settings")
	w.live()
	line.cut()
	w.text(`document.querySelector('#seconds').value = '7'`)
	w.click(`form.stack .main`)
	w.wait(`document.querySelector('#flash').innerText.includes('could not be reached')`)
	assert.Equal(t, "7", w.text(`document.querySelector('#seconds').value`))
	line.mend()
	w.click(`form.stack .main`)
	w.wait(`document.querySelector('#flash').childElementCount === 0`)
	w.wait(`document.querySelector('[data-saved]').textContent.startsWith('Saved at')`)
}

// TestForeignAnswerBlanksNothing has something on the way answer in the server's
// place: the page stays, and what was sent is said to have failed.
func TestForeignAnswerBlanksNothing(t *testing.T) {
	browser := launch(t)
	p := start(t)
	w := open(t, browser, p.address)
	w.signIn("admin@demo.test", password, "/settings")
	w.live()
	forms := w.text(`document.querySelectorAll('#main form').length`)
	w.text(`window.real = window.fetch`)
	for _, status := range []string{"502", "404"} {
		w.text(`window.fetch = async () => new Response('<h1>Not here</h1>', {status: ` + status + `, headers: {'Content-Type': 'text/html'}})`)
		w.click(`#connection`)
		w.click(`[data-control="refresh"]`)
		w.text(`document.querySelector('#connection-menu').hidePopover()`)
		w.click(`form.stack .main`)
		w.wait(`document.querySelector('#flash').innerText.includes('` + status + `')`)
		assert.Equal(t, "false", w.text(`document.body.innerText.includes('Not here')`))
		assert.Equal(t, forms, w.text(`document.querySelectorAll('#main form').length`))
	}
	w.text(`window.fetch = window.real`)
	w.click(`form.stack .main`)
	w.wait(`document.querySelector('[data-saved]').textContent.startsWith('Saved at')`)
}
