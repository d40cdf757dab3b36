package browser

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAxeFindsNothing runs axe-core over every page in light, dark, and at 320 px.
// The page stands still meanwhile: motion that has not ended has half a colour.
func TestAxeFindsNothing(t *testing.T) {
	axe, err := os.ReadFile("testdata/axe.min.js")
	require.NoError(t, err)
	browser, address := launch(t), demonstration(t)
	outside, admin, user, super := open(t, browser, address), open(t, browser, address), open(t, browser, address), open(t, browser, address)
	admin.signIn("admin@demo.test", "baithaka-demo", "/")
	admin.live()
	booking := admin.text(`document.querySelector('[data-booking]').dataset.booking`)
	user.signIn("user@demo.test", "baithaka-demo", "/")
	super.signIn("super@demo.test", "baithaka-demo", "/")
	pages := []struct {
		w    *window
		path string
	}{
		{outside, "/login"}, {outside, "/docs"}, {admin, "/"}, {admin, "/bookings"}, {admin, "/bookings/" + booking}, {admin, "/properties"}, {admin, "/properties/lake-house"},
		{admin, "/notifications"}, {admin, "/history"}, {admin, "/activity"}, {admin, "/team"}, {admin, "/keys"}, {admin, "/status"}, {admin, "/settings"}, {admin, "/settings/twostep"},
		{admin, "/guests?q=a"}, {admin, "/guests/" + booking}, {super, "/settings"}, {super, "/activity/audit"},
		{admin, "/no-such-page"}, {user, "/"}, {user, "/settings"},
	}
	// A fault of our own making is found; otherwise finding nothing says nothing.
	outside.look()
	require.NoError(t, outside.visit("/login"))
	outside.text(`document.querySelector('main').append(document.createElement('button'))`)
	require.Len(t, outside.violations(axe), 1)
	for _, sight := range []struct {
		name   string
		width  int64
		scheme string
	}{{"light", 1440, "light"}, {"dark", 1440, "dark"}, {"320 px", 320, "light"}} {
		for _, page := range pages {
			require.NoError(t, chromedp.Do(page.w.ctx, chromedp.EmulateViewport(sight.width, 900), prefer(sight.scheme)))
			require.NoError(t, page.w.visit(page.path))
			if page.w.text(`document.querySelector('#live') !== null`) == "true" {
				page.w.live()
			}
			assert.Empty(t, page.w.violations(axe), "%s in %s", page.path, sight.name)
			assert.Equal(t, "true", page.w.text(`document.documentElement.scrollWidth <= innerWidth`), "%s in %s is wider than the window", page.path, sight.name)
		}
	}
}

// violations returns what axe-core finds on the page as it stands.
func (w *window) violations(axe []byte) []string {
	w.t.Helper()
	_, err := chromedp.Run(w.ctx, chromedp.Evaluate[bool](string(axe)+`; true`))
	require.NoError(w.t, err)
	found, err := chromedp.Run(w.ctx, chromedp.Evaluate[[]string](`(async () => {
		if (typeof connection !== 'undefined' && !connection.paused) document.querySelector('[data-control="pause"]').click()
		for (const motion of document.getAnimations()) {
			if (motion.effect.getTiming().iterations === Infinity || motion.animationName?.startsWith('run-out')) motion.cancel()
			else motion.finish()
		}
		const result = await axe.run(document, {resultTypes: ['violations']})
		if (typeof connection !== 'undefined') sessionStorage.removeItem('paused')
		return result.violations.flatMap(v => v.nodes.map(n => v.id + ' (' + v.impact + '): ' + n.target.join(' ') + ' ' + n.failureSummary.replace(/\s+/g, ' ')))
	})()`, chromedp.EvalAwaitPromise))
	require.NoError(w.t, err)
	return found
}

func TestAxeIsUnchanged(t *testing.T) {
	axe, err := os.ReadFile("testdata/axe.min.js")
	require.NoError(t, err)
	vendored, err := os.ReadFile("testdata/VENDORED")
	require.NoError(t, err)
	sum := sha256.Sum256(axe)
	assert.Contains(t, string(vendored), hex.EncodeToString(sum[:]), fmt.Sprintf("axe.min.js has %d bytes", len(axe)))
}
