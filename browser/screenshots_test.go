package browser

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

var (
	pictures = flag.String("screenshots", "", "directory for the README's pictures; none are made without it")
	every    = flag.Bool("every", false, "picture every page in every width and scheme, not only the README's")
)

// TestScreenshots takes the pictures of the README from the demonstration.
func TestScreenshots(t *testing.T) {
	if *pictures == "" {
		t.Skip("SKIPPED: pictures are made by `make screenshots`")
	}
	dir, err := filepath.Abs(*pictures)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(dir, 0o755))
	browser, address := launch(t), demonstration(t)
	admin, owner, staff, outside := open(t, browser, address), open(t, browser, address), open(t, browser, address), open(t, browser, address)
	for _, w := range []*window{admin, owner, staff} {
		w.first(`try { localStorage.setItem('sound', 'off') } catch {}`) // or the question whether to turn it on is in every picture
	}
	admin.signIn("admin@demo.test", "baithaka-demo", "/")
	if !*every {
		// A toast is part of the picture: wait for the simulator's next booking.
		admin.wait(`getComputedStyle(document.querySelector('#toasts .toast')).opacity === '1'`)
		admin.take(dir, "dashboard", "", 1440, 900, "light")
		admin.take(dir, "dashboard", "", 1440, 900, "dark")
		admin.take(dir, "phone", "/", 390, 844, "light")
		return
	}
	owner.signIn("owner@demo.test", "baithaka-demo", "/")
	staff.signIn("staff@demo.test", "baithaka-demo", "/")
	pages := map[string]string{"dashboard": "/", "bookings": "/bookings", "properties": "/properties", "property": "/properties/lake-house", "notifications": "/notifications", "settings": "/settings", "history": "/history", "found": "/history?q=lake&type=booking_update", "status": "/status"}
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{320, 360, 768, 1440, 1920} {
			for name, path := range pages {
				admin.take(dir, fmt.Sprintf("admin-%s-%d", name, width), path, width, 900, scheme)
			}
			require.NoError(t, outside.visit("/docs"))
			outside.take(dir, fmt.Sprintf("docs-%d", width), "", width, 900, scheme)
			owner.take(dir, fmt.Sprintf("owner-%d", width), "/", width, 900, scheme)
			staff.take(dir, fmt.Sprintf("staff-%d", width), "/", width, 900, scheme)
		}
	}
}

// demonstration starts `baithaka demo` and returns its address.
func demonstration(t *testing.T) string { return demonstrationAt(t, "4") }

// demonstrationAt starts it at some multiple of its own speed.
func demonstrationAt(t *testing.T, speed string) string {
	t.Helper()
	address := freeAddress(t)
	demo := exec.Command(binary, "demo", "--listen", address, "--data", t.TempDir(), "--speed", speed)
	out, err := demo.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, demo.Start())
	t.Cleanup(func() { demo.Process.Kill(); demo.Wait() })
	_, err = out.Read(make([]byte, 64))
	require.NoError(t, err)
	return address
}

// take saves a picture of a page, or of the present one with path "".
func (w *window) take(dir, name, path string, width, height int64, scheme string) {
	w.t.Helper()
	require.NoError(w.t, chromedp.Do(w.ctx, chromedp.EmulateViewport(width, height), prefer(scheme)))
	if path != "" {
		w.goTo(path)
	}
	w.wait(`document.fonts.status === 'loaded'`)
	png, err := chromedp.Run(w.ctx, chromedp.CaptureScreenshot())
	require.NoError(w.t, err)
	require.NoError(w.t, os.WriteFile(filepath.Join(dir, name+"-"+scheme+".png"), png, 0o644))
}

// prefer makes the page believe that its reader prefers a colour scheme.
func prefer(scheme string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	})
}
