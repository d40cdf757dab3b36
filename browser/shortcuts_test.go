package browser

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestKeysDoWhatTheDialogSays goes through lists, to pages and to the search by keys
// alone.
func TestKeysDoWhatTheDialogSays(t *testing.T) {
	browser := launch(t)
	p := start(t)
	for i := range 4 {
		p.book(fmt.Sprintf("BK-%d", i), "lake-house", fmt.Sprintf("Guest %d", i))
	}
	w := open(t, browser, p.address)
	w.first(`try { localStorage.setItem('sound', 'off') } catch {}`)
	w.signIn("admin@demo.test", password, "/")
	w.live()

	w.press("?")
	w.wait(`document.querySelector('#shortcuts').open`)
	assert.Contains(t, w.text(`document.querySelector('#shortcuts').innerText`), "Find a booking")
	w.press("gb") // nothing happens below the dialog
	w.press(kb.Escape)
	w.wait(`!document.querySelector('#shortcuts').open`)
	assert.Equal(t, "/", w.text(`location.pathname`))

	w.press("gn")
	w.wait(`location.pathname === '/notifications' && document.readyState === 'complete'`)
	w.live()
	const focused = `document.activeElement.closest('[data-notification]')?.dataset.notification`
	w.press("j")
	assert.Equal(t, "booking:BK-3", w.text(focused))
	w.press("jj")
	assert.Equal(t, "booking:BK-1", w.text(focused))
	w.press("k")
	assert.Equal(t, "booking:BK-2", w.text(focused))
	assert.Equal(t, "true", w.text(`document.activeElement.matches(':focus-visible')`))
	w.press("e")
	w.wait(`document.querySelector('[data-notification="booking:BK-2"]').dataset.read === 'true' && document.querySelector('#unread').innerText.trim() === '3'`)
	w.press(kb.Enter)
	w.wait(`location.pathname === '/bookings/BK-2' && document.readyState === 'complete'`)
	w.live()

	// The search, from another page and on its own; what is typed there is text.
	w.press("/")
	w.wait(`location.pathname === '/bookings' && document.activeElement?.matches('#main input[type=search]')`)
	w.live()
	w.press("?gnj/")
	assert.Equal(t, "?gnj/ false", w.text(`document.activeElement.value + ' ' + document.querySelector('#shortcuts').open`))
	w.text(`document.activeElement.blur()`)
	require.NoError(t, chromedp.Do(w.ctx, chromedp.KeyEvent("k", chromedp.KeyModifiers(chromedp.ModifierCtrl))))
	w.wait(`document.activeElement.matches('#main input[type=search]')`)
	w.text(`document.activeElement.blur()`)

	for key, path := range map[string]string{"d": "/", "p": "/properties", "h": "/history", "a": "/activity", "t": "/team", "k": "/keys", "x": "/status", "s": "/settings", "b": "/bookings"} {
		assert.Contains(t, w.text(`document.querySelector('[data-go="`+key+`"]').title`), "(g "+key+")")
		w.press("g" + key)
		w.wait(`location.pathname === '` + path + `' && document.readyState === 'complete'`)
		w.live()
	}

	// A device can do without.
	w.goTo("/bookings")
	w.press("?")
	w.click(`[data-shortcuts="off"]`)
	w.press("?")
	w.press("gd")
	assert.Equal(t, "/bookings false", w.text(`location.pathname + ' ' + document.querySelector('#shortcuts').open`))
	w.click(`#connection`)
	w.click(`[data-shortcuts="show"]`)
	w.click(`[data-shortcuts="on"]`)
	w.press("gd")
	w.wait(`location.pathname === '/'`)
	assert.Empty(t, w.errors())
}
