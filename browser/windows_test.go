package browser

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// beside opens another window of the same person beside this one: both are seen.
func (w *window) beside(t *testing.T) *window {
	t.Helper()
	ctx, cancel := chromedp.NewContext(w.ctx, chromedp.WithNewWindow(true))
	t.Cleanup(cancel)
	other := &window{t: t, ctx: ctx, origin: w.origin}
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate("about:blank")))
	other.listen()
	return other
}

// TestEightWindowsSideBySide opens eight windows that are all seen, over HTTP/1.1,
// where a browser keeps six connections to a server: each loads at once and says how
// current it is, those without a stream refresh themselves, and take the place of one
// that is closed. So it is with Web Locks and, as on plain HTTP, without.
func TestEightWindowsSideBySide(t *testing.T) {
	for name, before := range map[string]string{"with locks": "", "without locks": `Object.defineProperty(navigator, 'locks', {value: undefined})`} {
		t.Run(name, func(t *testing.T) {
			browser := launch(t)
			p := start(t)
			all := []*window{open(t, browser, p.address)}
			all[0].clocked()
			all[0].first(before)
			all[0].signIn("admin@demo.test", password, "/")
			require.Equal(t, "http/1.1", all[0].text(`performance.getEntriesByType('navigation')[0].nextHopProtocol`))
			const settled = `['live', 'polling'].includes(document.querySelector('#connection').dataset.state)`
			for len(all) < 8 {
				w := all[0].beside(t)
				w.clocked()
				w.first(before)
				began := time.Now()
				require.NoError(t, w.visit("/bookings"))
				w.within(10*time.Second, settled)
				t.Logf("window %d stood after %s", len(all), time.Since(began).Round(time.Millisecond))
				all = append(all, w)
			}
			states := map[string][]*window{}
			for _, w := range all {
				require.Equal(t, "false", w.text(`document.hidden`))
				state := w.text(`document.querySelector('#connection').dataset.state`)
				states[state] = append(states[state], w)
			}
			require.Len(t, states["live"], 4, "%v", states)
			require.Len(t, states["polling"], 4)
			p.book("BK-1", "lake-house", "Meera Iyer")
			for _, w := range states["live"] {
				w.wait(`document.querySelector('[data-booking="BK-1"]') !== null`)
			}
			for i, w := range states["polling"] {
				assert.Equal(t, "REFRESHES EVERY 30 S", w.text(`document.querySelector('#connection').innerText.trim()`))
				w.later(31)
				w.wait(`document.querySelector('[data-booking="BK-1"]') !== null`)
				w.wait(`document.querySelector('#connection').dataset.state === 'polling'`)
				if i == 0 { // any page loads, and any form is sent, while all are open
					require.NoError(t, w.visit("/notifications"))
					w.wait(settled)
					w.click(`[data-notification="booking:BK-1"] [data-action=read]`)
					w.wait(`document.querySelector('[data-notification="booking:BK-1"]').dataset.read === 'true'`)
				}
			}
			// Two of those with a stream leave for another site: two others take their turn.
			for _, w := range states["live"][:2] {
				require.NoError(t, chromedp.Do(w.ctx, chromedp.Navigate("about:blank")))
			}
			taken := 0
			for _, w := range states["polling"] {
				w.later(31)
				w.rest(1500 * time.Millisecond)
				w.wait(settled)
				if w.text(`document.querySelector('#connection').dataset.state`) == "live" {
					taken++
				}
			}
			assert.GreaterOrEqual(t, taken, 2)
			assert.LessOrEqual(t, taken, 3, "the one that rings, since it was clicked, needs no turn")
			for i, w := range all[2:] {
				assert.Empty(t, w.errors(), fmt.Sprintf("window %d", i))
			}
		})
	}
}
