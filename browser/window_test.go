package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// chromium returns the path of the browser, or skips the test where there is none.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("SKIPPED: there is no Chromium on this machine; `make setup` installs it on Debian")
	return ""
}

// launch starts a browser that ends with the test.
func launch(t *testing.T) context.Context {
	t.Helper()
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)),
		chromedp.NoSandbox,
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-quic", true),
	)...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() { cancel(); stop() })
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate("about:blank")))
	return ctx
}

// window is one browser window with cookies of its own.
type window struct {
	t       *testing.T
	ctx     context.Context
	origin  string
	mu      sync.Mutex
	console []string     // errors and warnings
	asked   atomic.Int32 // how often a page asked whether to leave it
	inert   bool         // scripts are off, and with them the page's own timers
}

// open makes a window on a server's address.
func open(t *testing.T, browser context.Context, address string) *window {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	w := &window{t: t, ctx: ctx, origin: "http://" + address}
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(1440, 900)))
	w.listen()
	w.leaves()
	return w
}

// listen gathers what the console complains of.
func (w *window) listen() {
	messages := chromedp.Console(w.ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			text := m.String()
			if m.IsException() || strings.Contains(strings.ToLower(text), "error") || strings.Contains(text, "Content Security Policy") {
				w.mu.Lock()
				w.console = append(w.console, text)
				w.mu.Unlock()
			}
		}
	}()
}

// leaves answers a page that asks whether to leave it: yes, and keeps how often it
// asked.
func (w *window) leaves() {
	dialogs := chromedp.Events(w.ctx, page.JavascriptDialogOpening)
	go func() {
		for dialog, err := range dialogs {
			if err != nil {
				return
			}
			if dialog.Type == page.DialogTypeBeforeunload {
				w.asked.Add(1)
			}
			if _, err := chromedp.Call(w.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true}); err != nil {
				return
			}
		}
	}()
}

// signIn fills the form as a person would.
func (w *window) signIn(email, password, next string) {
	w.t.Helper()
	require.NoError(w.t, chromedp.Do(w.ctx,
		chromedp.Navigate(w.origin+"/login?next="+next),
		chromedp.SendKeys(chromedp.CSS(`input[name=email]`), email),
		chromedp.SendKeys(chromedp.CSS(`input[name=password]`), password),
		chromedp.Submit(chromedp.CSS(`input[name=password]`)),
	))
	w.wait(`document.querySelector('#live') !== null`)
}

// goTo opens a page and waits until its stream is live.
func (w *window) goTo(path string) {
	w.t.Helper()
	require.NoError(w.t, chromedp.Do(w.ctx, chromedp.Navigate(w.origin+path)))
	w.live()
}

// live waits until the page says that it is.
func (w *window) live() {
	w.t.Helper()
	w.wait(`document.querySelector('#connection').dataset.state === 'live'`)
}

// wait waits until an expression is true, and says which was not.
func (w *window) wait(expression string) time.Duration {
	w.t.Helper()
	return w.within(20*time.Second, expression)
}

// within waits for an expression that may take longer, or must not.
func (w *window) within(deadline time.Duration, expression string) time.Duration {
	w.t.Helper()
	began := time.Now()
	script := fmt.Sprintf(`new Promise(done => {
		const end = Date.now() + %d
		const look = () => { let ok = false; try { ok = (%s) } catch {} if (ok || Date.now() > end) done(!!ok); else setTimeout(look, 15) }
		look()
	})`, deadline.Milliseconds(), expression)
	if w.inert {
		script = fmt.Sprintf(`(() => { try { return !!(%s) } catch { return false } })()`, expression)
	}
	ok := false
	// A navigation under way takes the promise with it; then it is asked anew.
	for tries := 0; tries < 20 || w.inert; tries++ {
		var err error
		ok, err = chromedp.Run(w.ctx, chromedp.Evaluate[bool](script, chromedp.EvalAwaitPromise))
		if ok || (err == nil && !w.inert) || (w.inert && time.Since(began) > deadline) {
			break
		}
	}
	if !ok {
		w.picture("failed-" + strings.ReplaceAll(w.t.Name(), "/", "-"))
	}
	require.True(w.t, ok, "never became true: %s\nconsole: %v", expression, w.errors())
	return time.Since(began)
}

// text returns what a script evaluates to, as a string.
func (w *window) text(script string) string {
	w.t.Helper()
	s, err := chromedp.Run(w.ctx, chromedp.Evaluate[string](`String(`+script+`)`))
	require.NoError(w.t, err)
	return s
}

// texts returns a list of strings.
func (w *window) texts(script string) []string {
	w.t.Helper()
	list, err := chromedp.Run(w.ctx, chromedp.Evaluate[[]string](script))
	require.NoError(w.t, err)
	return list
}

// errors returns what the console complained of.
func (w *window) errors() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.console...)
}

// picture saves what the window shows in the directory that BAITHAKA_PICTURES
// names, for whoever looks into a failure.
func (w *window) picture(name string) {
	dir := os.Getenv("BAITHAKA_PICTURES")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(w.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		_ = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	}
}
