package browser

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// What one window of a person marks read, and takes back, the other shows; on a
// phone one bell bears the number, and nothing covers it.
func TestMarkAllReadAndItsUndoReachEveryWindow(t *testing.T) {
	p := start(t)
	browser := launch(t)
	first, second := open(t, browser, p.address), open(t, browser, p.address)
	for _, w := range []*window{first, second} {
		w.signIn("admin@demo.test", password, "/")
		w.goTo("/notifications")
	}
	p.book("BK-1", "lake-house", "Asha Rao")
	const unread = `document.querySelector('[data-notification="booking:BK-1"]')?.dataset.read === 'false'`
	first.wait(unread)
	second.wait(unread)
	first.click(`[data-action=read-all]`)
	second.wait(`document.querySelector('[data-notification="booking:BK-1"]')?.dataset.read === 'true'`)
	second.wait(`document.querySelector('[data-action=undo-read]') !== null`)
	second.click(`[data-action=undo-read]`)
	first.wait(unread)
	first.wait(`document.querySelector('[data-action=undo-read]') === null`)

	for _, width := range []int64{360, 720, 768} {
		require.NoError(t, chromedp.Do(first.ctx, chromedp.EmulateViewport(width, 900)))
		first.wait(`[...document.querySelectorAll('#unread, #rail-unread')].filter((e) => e.checkVisibility()).length === 1`)
	}
}
