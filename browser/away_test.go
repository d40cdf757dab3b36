package browser

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAServerThatIsAwayLeavesThePage chooses links, buttons and what a list is narrowed
// by while the server cannot be reached: the page stays and says so, they work when it
// is back, and the list is what was asked for.
func TestAServerThatIsAwayLeavesThePage(t *testing.T) {
	browser := launch(t)
	p := start(t)
	p.bookedFor("BK-1", "Meera Iyer", 3, 3)
	p.bookedFor("BK-2", "Karim Dupont", 4, 2)
	p.confirm("BK-1")
	both := []string{"BK-1", "BK-2"}
	line := newProxy(t, p.address)
	w := open(t, browser, line.listener.Addr().String())
	w.signIn("admin@demo.test", password, "/bookings")
	w.live()
	w.text(`window.stays = 'yes'`)
	line.cut()
	w.wait(`document.querySelector('#connection').dataset.state !== 'live'`)

	says := `document.querySelector('#flash').innerText.includes('could not be reached')`
	for _, chosen := range []string{`.rail a[href="/properties"]`, `.account button`} {
		w.text(`document.querySelector('#flash').replaceChildren()`)
		w.click(chosen)
		w.wait(says)
		assert.Equal(t, "yes", w.text(`window.stays`), chosen)
		assert.Equal(t, "false", w.text(`document.querySelector('#flash').innerText.includes('What you typed')`), "nothing was typed")
	}
	w.text(`document.querySelector('#flash').replaceChildren()`)
	w.text(`(document.querySelector('#status').value = 'confirmed', document.querySelector('#status').dispatchEvent(new Event('change', { bubbles: true })))`)
	w.wait(says)
	assert.Equal(t, "false", w.text(`document.querySelector('#flash').innerText.includes('What you typed')`), "nothing was typed into the filter")
	require.NoError(t, chromedp.Do(w.ctx, chromedp.SendKeys(`#q`, "Meera")))
	w.wait(says + ` && document.querySelector('#flash').innerText.includes('What you typed')`)
	assert.Equal(t, both, w.texts(inList), "the list is still there")

	line.mend()
	w.within(40e9, `document.querySelector('#connection').dataset.state === 'live'`)
	w.wait(`document.querySelector('#flash').childElementCount === 0`)
	assert.Equal(t, "yes", w.text(`window.stays`))
	w.wait(`location.search === '?q=Meera&status=confirmed' && ` + inList + `.join() === 'BK-1'`) // what was chosen meanwhile
	w.live()
	w.click(`.rail a[href="/properties"]`)
	w.wait(`location.pathname === '/properties'`)

	// So it is with what somebody typed into a form that is sent.
	w.goTo("/history")
	w.text(`window.stays = 'still'`)
	line.cut()
	w.wait(`document.querySelector('#connection').dataset.state !== 'live'`)
	require.NoError(t, chromedp.Do(w.ctx, chromedp.SendKeys(`#q`, "Meera")))
	w.click(`form.filter button`)
	w.wait(says + ` && document.querySelector('#flash').innerText.includes('What you typed')`)
	assert.Equal(t, "still Meera", w.text(`window.stays + ' ' + document.querySelector('#q').value`))
	line.mend()
	w.within(40e9, `document.querySelector('#connection').dataset.state === 'live'`)
	w.click(`form.filter button`)
	w.wait(`location.search.includes('q=Meera')`)
}
