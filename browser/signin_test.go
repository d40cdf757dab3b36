package browser

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	endian "encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// appCode is what an authenticator app shows for a secret as the page writes it,
// some half minutes from now.
func appCode(t *testing.T, shown string, off int64) string {
	t.Helper()
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(shown, " ", ""))
	require.NoError(t, err)
	mac := hmac.New(sha1.New, secret)
	require.NoError(t, endian.Write(mac, endian.BigEndian, time.Now().Unix()/30+off))
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", endian.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff%1_000_000)
}

// send fills fields, which stand in pairs with what goes in, and submits their
// form.
func (w *window) send(fields ...string) {
	w.t.Helper()
	for i := 0; i+1 < len(fields); i += 2 {
		w.wait(fmt.Sprintf(`document.readyState === 'complete' && document.querySelector(%q) !== null`, fields[i]))
		w.text(fmt.Sprintf(`document.querySelector(%q).value = %q`, fields[i], fields[i+1]))
	}
	w.text(fmt.Sprintf(`document.querySelector(%q).form.requestSubmit()`, fields[0]))
}

// TestTwoStepAndSessions turns two-step sign-in on, signs in with it elsewhere,
// and ends that browser's session from the first: its page goes to the sign-in.
func TestTwoStepAndSessions(t *testing.T) {
	browser := launch(t)
	p := start(t)
	desk, phone := open(t, browser, p.address), open(t, browser, p.address)
	desk.signIn("staff@demo.test", password, "/settings/twostep")
	secret := twoStepOn(t, desk, password, func(string) {})

	require.NoError(t, phone.visit("/login?next=/bookings"))
	phone.send(`#email`, "staff@demo.test", `#password`, password)
	phone.wait(`location.pathname === '/login/code'`)
	phone.send(`#code`, "000000")
	phone.wait(`document.querySelector('[role=alert]')?.innerText.includes('not right')`)
	phone.send(`#code`, appCode(t, secret, 1))
	phone.wait(`location.pathname === '/bookings' && document.querySelector('#connection')?.dataset.state === 'live'`)

	desk.goTo("/settings")
	desk.wait(`document.querySelectorAll('[data-session]').length === 2`)
	desk.text(`document.querySelector('#volume').value = '15'`)
	desk.click(`[data-session]:not(.this) [data-action=end]`)
	phone.wait(`location.pathname === '/login'`)
	desk.wait(`document.querySelectorAll('[data-session]').length === 1`)
	assert.Equal(t, "15", desk.text(`document.querySelector('#volume').value`), "what was being chosen stays")
	assert.Empty(t, desk.errors())
	for _, complaint := range phone.errors() {
		assert.Contains(t, complaint, "401", "but for the codes and the page that were refused")
	}
}

// twoStepOn goes through the set-up and returns the secret; seen is called at each
// page.
func twoStepOn(t *testing.T, w *window, password string, seen func(string)) (secret string) {
	t.Helper()
	seen("twostep-off")
	w.send(`#present`, password)
	w.wait(`document.querySelector('svg.qr') !== null`)
	assert.Equal(t, "220", w.text(`document.querySelector('svg.qr').getBoundingClientRect().width`))
	seen("twostep-scan")
	secret = w.text(`document.querySelector('code.secret').innerText`)
	w.send(`#code`, appCode(t, secret, 0))
	w.wait(`document.querySelectorAll('.recovery code').length === 10`)
	seen("twostep-codes")
	require.NoError(t, chromedp.Do(w.ctx, chromedp.Click(chromedp.CSS(`a.main`))))
	w.wait(`location.pathname === '/settings'`)
	return secret
}

// TestSignInPictures pictures how one signs in.
func TestSignInPictures(t *testing.T) {
	if *pictures == "" || !*every {
		t.Skip("SKIPPED: pictures are made with -screenshots DIR -every")
	}
	dir, err := filepath.Abs(*pictures)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(dir, 0o755))
	browser, address := launch(t), demonstration(t)
	desk, phone := open(t, browser, address), open(t, browser, address)
	seen := func(w *window) func(string) {
		return func(name string) {
			for _, scheme := range []string{"light", "dark"} {
				for _, width := range []int64{360, 1440} {
					require.NoError(t, chromedp.Do(w.ctx, chromedp.EmulateViewport(width, 900)))
					w.whole(dir, fmt.Sprintf("%s-%d", name, width), width, scheme)
				}
			}
		}
	}
	desk.signIn("staff@demo.test", "baithaka-demo", "/settings/twostep")
	twoStepOn(t, desk, "baithaka-demo", seen(desk))
	require.NoError(t, phone.visit("/login"))
	phone.send(`#email`, "staff@demo.test", `#password`, "baithaka-demo")
	phone.wait(`location.pathname === '/login/code'`)
	phone.send(`#code`, "000000")
	phone.wait(`document.querySelector('[role=alert]') !== null`)
	seen(phone)("code")
	desk.goTo("/settings/twostep")
	seen(desk)("twostep-on")
	desk.goTo("/settings")
	desk.send(`#present`, "not my password", `#password`, "baithaka2026")
	desk.wait(`document.querySelector('#present-wrong') !== null`)
	seen(desk)("settings")
}

// whole saves a picture of the whole page, to its end.
func (w *window) whole(dir, name string, width int64, scheme string) {
	w.t.Helper()
	height := w.text(`document.documentElement.scrollHeight`)
	var tall int64
	_, err := fmt.Sscan(height, &tall)
	require.NoError(w.t, err)
	w.take(dir, name, "", width, max(900, tall), scheme)
}
