package browser

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// What a person does in a window, and what the clock does to it.

// tab opens another tab of the same person in the same window; it comes to the
// front, and the one before is hidden.
func (w *window) tab(t *testing.T) *window {
	t.Helper()
	ctx, cancel := chromedp.NewContext(w.ctx, chromedp.WithNewWindow(false))
	t.Cleanup(cancel)
	other := &window{t: t, ctx: ctx, origin: w.origin}
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate("about:blank")))
	other.listen()
	return other
}

// look brings the tab to the front.
func (w *window) look() {
	w.t.Helper()
	require.NoError(w.t, chromedp.Do(w.ctx, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, page.BringToFront, cdp.Empty{})
		return err
	})))
}

// first runs a script in every page of the window before the page's own.
func (w *window) first(script string) {
	w.t.Helper()
	require.NoError(w.t, chromedp.Do(w.ctx, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		return err
	})))
}

// clocked returns the window a clock that the test can put forward, with later.
func (w *window) clocked() {
	w.first(`(() => { const now = Date.now; let ahead = 0; Date.now = () => now() + ahead; window.later = (ms) => { ahead += ms } })()`)
}

func (w *window) later(seconds int) { w.text(fmt.Sprintf(`window.later(%d)`, seconds*1000)) }

// click clicks what a selector finds, with the mouse.
func (w *window) click(selector string) {
	w.t.Helper()
	x, y := w.middle(selector)
	require.NoError(w.t, chromedp.Do(w.ctx, chromedp.MouseClickXY(x, y)), selector)
}

// point moves the mouse over what a selector finds.
func (w *window) point(selector string) {
	w.t.Helper()
	x, y := w.middle(selector)
	w.pointAt(x, y)
}

func (w *window) pointAt(x, y float64) {
	w.t.Helper()
	require.NoError(w.t, chromedp.Do(w.ctx, chromedp.MouseEvent("mouseMoved", x, y)))
}

func (w *window) middle(selector string) (x, y float64) {
	w.t.Helper()
	at, err := chromedp.Run(w.ctx, chromedp.Evaluate[[]float64](fmt.Sprintf(`(() => {
		const element = document.querySelector(%q), box = () => element.getBoundingClientRect()
		if (box().top < 100 && !element.closest('.top, [popover]') || box().bottom > innerHeight) element.scrollIntoView({block: 'center', behavior: 'instant'})
		return [box().left + box().width / 2, box().top + box().height / 2, box().width]
	})()`, selector)))
	require.NoError(w.t, err, selector)
	require.NotZero(w.t, at[2], "%s is not shown", selector)
	return at[0], at[1]
}

// state waits for what the pill says.
func (w *window) state(state string) {
	w.t.Helper()
	w.wait(fmt.Sprintf(`document.querySelector('#connection').dataset.state === %q`, state))
}

// visit opens a page without waiting for its stream.
func (w *window) visit(path string) error {
	return chromedp.Do(w.ctx, chromedp.Navigate(w.origin+path))
}

// rest lets the page go on for a while by its own clock.
func (w *window) rest(d time.Duration) {
	w.t.Helper()
	_, err := chromedp.Run(w.ctx, chromedp.Evaluate[bool](
		fmt.Sprintf(`new Promise((done) => setTimeout(() => done(true), %d))`, d.Milliseconds()), chromedp.EvalAwaitPromise))
	require.NoError(w.t, err)
}

// press presses keys: letters, or those that package kb names.
func (w *window) press(keys string) {
	w.t.Helper()
	require.NoError(w.t, chromedp.Do(w.ctx, chromedp.KeyEvent(keys)), keys)
}
