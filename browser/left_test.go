package browser

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPageInTheBackCacheIsNotThere leaves a page that the browser keeps whole: its
// stream ends and its person is gone at once; when they come back, the page has
// what happened meanwhile.
func TestPageInTheBackCacheIsNotThere(t *testing.T) {
	browser := launch(t)
	p := start(t)
	m := newMeddler(t, p.address)
	staff, admin := open(t, browser, strings.TrimPrefix(m.URL, "http://")), open(t, browser, p.address)
	admin.signIn("admin@demo.test", password, "/")
	admin.live()
	staff.signIn("staff@demo.test", password, "/")
	staff.live()
	const here = `document.querySelector('#on-line').innerHTML.includes('Tara Singh')`
	admin.wait(here)
	staff.text(`window.kept = 'yes'`)
	staff.text(`window.addEventListener('pageshow', (e) => { window.restored = e.persisted })`)

	require.NoError(t, chromedp.Do(staff.ctx, chromedp.Navigate("http://"+p.address+"/livez")))
	gone := admin.within(2*time.Second, `!`+here)
	t.Logf("nobody was counted %s after leaving", gone.Round(time.Millisecond))
	p.book("BK-1", "lake-house", "Meera Iyer")

	staff.text(`history.back()`)
	staff.wait(`window.kept === 'yes' && window.restored === true`)
	staff.wait(`document.querySelector('[data-booking="BK-1"]') !== null`)
	staff.live()
	admin.wait(here)
	p.confirm("BK-1")
	staff.wait(`document.querySelector('[data-booking="BK-1"]').innerText.includes('Confirmed')`)
	assert.Equal(t, "yes", staff.text(`window.kept`), "it is the page that was left")
}

// TestSignedOutPageDoesNotComeBack signs out and goes back: what was on the page is
// not there any more.
func TestSignedOutPageDoesNotComeBack(t *testing.T) {
	browser := launch(t)
	p := start(t)
	p.book("BK-1", "lake-house", "Meera Iyer")
	w := open(t, browser, p.address)
	w.signIn("admin@demo.test", password, "/bookings")
	w.live()
	w.click(`.account button`)
	w.wait(`location.pathname === '/login'`)
	w.text(`history.back()`)
	w.wait(`location.pathname === '/login' && document.readyState === 'complete'`)
	assert.NotContains(t, w.text(`document.body.innerText`), "Meera Iyer")
}

// lifecycle freezes a tab, as a browser that saves power does, or thaws it.
func (w *window) lifecycle(state page.SetWebLifecycleStateState) {
	w.t.Helper()
	require.NoError(w.t, chromedp.Do(w.ctx, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: state})
		return err
	})))
}

// TestFrozenTabLeavesTheRingingToAnother freezes the tab that rings.
func TestFrozenTabLeavesTheRingingToAnother(t *testing.T) { frozenTab(t, "") }

// TestTabThatDoesNotAnswerIsTakenOver freezes it without the word that browsers say
// before, so that it keeps the lock.
func TestTabThatDoesNotAnswerIsTakenOver(t *testing.T) {
	frozenTab(t, `document.addEventListener('freeze', (event) => event.stopImmediatePropagation(), true)`)
}

func frozenTab(t *testing.T, before string) {
	browser := launch(t)
	p := start(t)
	w := open(t, browser, p.address)
	w.first(heard + `;` + before)
	w.signIn("admin@demo.test", password, "/")
	w.live()
	w.click(`#main`)
	w.wait(`tabs.leading`)
	other := w.tab(t)
	other.first(heard)
	other.goTo("/")
	other.look()
	other.click(`#main`)
	other.wait(`document.querySelector('#sound').dataset.state === 'on'`)
	require.Equal(t, "false", other.text(`tabs.leading`))

	w.lifecycle(page.SetWebLifecycleStateStateFrozen)
	took := other.within(40*time.Second, `tabs.leading`)
	t.Logf("taken over after %s", took.Round(time.Millisecond))
	p.book("BK-1", "lake-house", "Meera Iyer")
	other.wait(`window.heard.at(-1) === '440 554.37'`)

	w.lifecycle(page.SetWebLifecycleStateStateActive)
	w.look()
	w.wait(`document.querySelector('[data-booking="BK-1"]') !== null`)
	w.live()
	assert.Equal(t, "true false", fmt.Sprint(other.text(`tabs.leading`), " ", w.text(`tabs.leading`)), "one tab rings")
	p.confirm("BK-1")
	other.wait(`window.heard.at(-1) === '523.25 659.25'`)
	w.wait(`document.querySelector('[data-booking="BK-1"]').innerText.includes('Confirmed')`)
	assert.Equal(t, "0", w.text(`window.heard.length`))
}
