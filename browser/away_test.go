package browser

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestAServerThatIsAwayLeavesThePage chooses links and buttons while the server
// cannot be reached: the page stays and says so, and they work when it is back.
func TestAServerThatIsAwayLeavesThePage(t *testing.T) {
	browser := launch(t)
	p := start(t)
	line := newProxy(t, p.address)
	w := open(t, browser, line.listener.Addr().String())
	w.signIn("admin@demo.test", password, "/bookings")
	w.live()
	w.text(`window.stays = 'yes'`)
	line.cut()
	w.wait(`document.querySelector('#connection').dataset.state !== 'live'`)

	says := `document.querySelector('#flash').innerText.includes('could not be reached')`
	for _, chosen := range []string{`.rail a[href="/properties"]`, `form.filter button`, `.account button`} {
		w.text(`document.querySelector('#flash').replaceChildren()`)
		w.click(chosen)
		w.wait(says)
		assert.Equal(t, "yes", w.text(`window.stays`), chosen)
		assert.Equal(t, "false", w.text(`document.querySelector('#flash').innerText.includes('What you typed')`), "nothing was typed")
	}
	w.text(`document.querySelector('input[name="q"]').value = 'Meera'`)
	w.click(`form.filter button`)
	w.wait(says + ` && document.querySelector('#flash').innerText.includes('What you typed')`)

	line.mend()
	w.within(40e9, `document.querySelector('#connection').dataset.state === 'live'`)
	w.wait(`document.querySelector('#flash').childElementCount === 0`)
	assert.Equal(t, "yes", w.text(`window.stays`))
	w.click(`form.filter button`)
	w.wait(`location.search.includes('q=Meera')`)
	w.live()
	w.click(`.rail a[href="/properties"]`)
	w.wait(`location.pathname === '/properties'`)
}
