package browser

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// unscripted turns the scripts of every page of the window off. What the test itself
// evaluates still runs.
func (w *window) unscripted() {
	w.t.Helper()
	w.inert = true
	require.NoError(w.t, chromedp.Do(w.ctx, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	})))
}

// TestWithoutScriptsNothingClaimsToBeLive opens every page without scripts: none says
// how a connection stands that it does not have, none shows a button that would do
// nothing, and each with what changes says how to see that.
func TestWithoutScriptsNothingClaimsToBeLive(t *testing.T) {
	browser, address := launch(t), demonstration(t)
	admin, super, user, outside := open(t, browser, address), open(t, browser, address), open(t, browser, address), open(t, browser, address)
	admin.signIn("admin@demo.test", "baithaka-demo", "/")
	admin.live()
	booking := admin.text(`document.querySelector('[data-booking]').dataset.booking`)
	super.signIn("super@demo.test", "baithaka-demo", "/")
	user.signIn("user@demo.test", "baithaka-demo", "/")
	pages := map[*window][]string{
		admin: {
			"/", "/bookings", "/bookings/" + booking, "/properties", "/properties/lake-house", "/notifications", "/notifications/booking:" + booking + "/history",
			"/history", "/activity", "/team", "/keys", "/status", "/settings", "/settings/twostep", "/guests?q=a", "/guests/" + booking, "/no-such-page",
		},
		super:   {"/", "/settings", "/activity/audit"},
		user:    {"/", "/notifications", "/settings", "/bookings"},
		outside: {"/login", "/docs"},
	}
	// A button is alive that sends its form or opens what the browser itself opens.
	const dead = `[...document.querySelectorAll('button')].filter((button) => button.checkVisibility() && !button.popoverTargetElement && !(button.type === 'submit' && button.form?.hasAttribute('action'))).map((button) => button.outerHTML.slice(0, 120))`
	for w, paths := range pages {
		w.unscripted()
		for _, path := range paths {
			require.NoError(t, w.visit(path))
			require.Equal(t, "undefined", w.text(`typeof part`), "no script has run on %s", path)
			for _, width := range []int64{360, 1440} {
				require.NoError(t, chromedp.Do(w.ctx, chromedp.EmulateViewport(width, 900)))
				said := w.text(`document.body.innerText`)
				assert.NotRegexp(t, `(?i)connecting|not live|checking…|\bstale\b|catching up`, said, path)
				assert.Empty(t, w.texts(dead), "%s at %d px", path, width)
				if w.text(`document.querySelector('main').hasAttribute('hx-get')`) == "true" {
					assert.Contains(t, said, "Reload to see what is new", "%s at %d px", path, width)
					assert.Equal(t, "true", w.text(`document.documentElement.scrollWidth <= innerWidth`), "%s at %d px is wider than the window", path, width)
				}
			}
		}
	}
}
