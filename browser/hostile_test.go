package browser

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// guard watches what a window asks for over the network.
type guard struct {
	*window
	mu      sync.Mutex
	visited map[string]bool
	foreign []string // requests that no page of ours makes
}

func newGuard(t *testing.T, w *window) *guard {
	t.Helper()
	g := &guard{window: w, visited: map[string]bool{}}
	require.NoError(t, chromedp.Do(w.ctx, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
		return err
	})))
	requests := chromedp.Events(w.ctx, network.RequestWillBeSent)
	go func() {
		for r, err := range requests {
			if err != nil {
				return
			}
			g.asked(r.Request.URL)
		}
	}()
	return g
}

func (g *guard) asked(address string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.visited[address] {
		return
	}
	u, err := url.Parse(address)
	ours := err == nil && u.Scheme+"://"+u.Host == g.origin && !strings.Contains(u.Path, "xss")
	if !ours && u.Scheme != "data" && address != "about:blank" {
		g.foreign = append(g.foreign, address)
	}
}

// open opens a page whose address may itself be hostile.
func (g *guard) open(path string) {
	g.t.Helper()
	g.mu.Lock()
	g.visited[g.origin+path] = true
	g.mu.Unlock()
	g.goTo(path)
}

// shows holds the page against what was typed: it is there as text, nothing of
// it ran and nothing of it was asked for.
func (g *guard) shows(where string, typed ...string) {
	g.t.Helper()
	list, err := json.Marshal(typed)
	require.NoError(g.t, err)
	missing := g.texts(fmt.Sprintf(`(() => {
		const plain = (s) => s.replace(/\s+/g, ' ').trim()
		const shown = plain(document.body.textContent) + ' ' + [...document.querySelectorAll('input, textarea')].map(i => plain(i.value)).join(' ')
		return %s.filter(s => !shown.includes(plain(s)))
	})()`, list))
	assert.Empty(g.t, missing, "%s does not show this as it was typed", where)
	g.unharmed(where)
}

// unharmed says that nothing ran, nothing was forged and nothing was asked for.
func (g *guard) unharmed(where string) {
	g.t.Helper()
	assert.Equal(g.t, "undefined", g.text(`typeof window.xss`), "something ran on %s", where)
	assert.Equal(g.t, "1 1 1", g.text(`[document.querySelectorAll('#live').length, document.querySelectorAll('#main').length, document.querySelectorAll('#flash').length].join(' ')`), "%s is forged", where)
	assert.Empty(g.t, g.texts(`[...document.querySelectorAll('iframe, object, embed, base, marquee, frameset, math, video, audio, body script:not([src]), [onerror], [onload], [onfocus], [style*="url("]')].map(e => e.outerHTML)`), where)
	g.mu.Lock()
	defer g.mu.Unlock()
	assert.Empty(g.t, g.foreign, "%s asked for this", where)
}

// publishAll posts events as one array and returns the position of the last.
func (p *program) publishAll(events []map[string]any) (last string) {
	p.t.Helper()
	body, err := json.Marshal(events)
	require.NoError(p.t, err)
	r, err := http.NewRequest(http.MethodPost, "http://"+p.address+"/api/v1/events", bytes.NewReader(body))
	require.NoError(p.t, err)
	r.Header.Set("Authorization", "Bearer "+p.key)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	require.NoError(p.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(p.t, err)
	require.Equal(p.t, http.StatusCreated, answer.StatusCode, "%s", text)
	var got struct{ IDs []string }
	require.NoError(p.t, json.Unmarshal(text, &got))
	return got.IDs[len(got.IDs)-1]
}

// quoted writes a string as JavaScript does.
func quoted(s string) string {
	text, _ := json.Marshal(s) // a string always can be
	return string(text)
}

func clipped(s string, limit int) string {
	r := []rune(s)
	return strings.TrimSpace(string(r[:min(len(r), limit)]))
}

// TestHostileTextIsOnlyText types what attacks pages into every field that
// reaches one, and looks at it as it arrives, as it is replayed and in the lists:
// it stands there as it was typed, nothing of it runs, and the browser asks for
// nothing but our own pages.
func TestHostileTextIsOnlyText(t *testing.T) {
	strange := hostileStrings()
	require.GreaterOrEqual(t, len(strange), 150)
	browser := launch(t)
	p := start(t)
	w := newGuard(t, open(t, browser, p.address))
	w.signIn("admin@demo.test", password, "/")
	w.live()

	const each = 10 // no more than the dashboard has cards for
	var before, last string
	var newest []string
	for some := range slices.Chunk(strange, each) {
		newest = some
		var events []map[string]any
		for i, s := range some {
			events = append(events,
				map[string]any{"type": "alert:raised", "property": "lake-house", "payload": map[string]any{"key": fmt.Sprintf("k-%d", i), "title": s, "detail": s}},
				map[string]any{"type": "user:action", "property": "lake-house", "payload": map[string]any{"name": s, "action": s, "text": s, s: s}},
				map[string]any{"type": "metrics:update", "property": "lake-house", "payload": map[string]any{"scope": s, s: s}},
				map[string]any{"type": "property:status", "property": "lake-house", "payload": map[string]any{"status": clipped(s, 64), "title": s, "detail": s}},
				map[string]any{"type": "booking:new", "property": "lake-house", "payload": map[string]any{"id": bookingOf(strange, s), "type": "property", "title": s, "customerName": s,
					"country": clipped(s, 60), "source": clipped(s, 64), "customerEmail": clipped(s, 254), "customerPhone": clipped(s, 64), "notes": s}})
		}
		before, last = last, p.publishAll(events)
		w.wait(fmt.Sprintf(`document.querySelector('#feed [data-event="%s"]') !== null`, last))
		w.shows("the dashboard, live", some...)
	}

	// Replayed: the stream is opened anew at a place before the last of them.
	w.text(fmt.Sprintf(`(() => {
		window.caughtUp = false
		addEventListener('live', () => { window.caughtUp = true })
		for (const card of document.querySelectorAll('[data-booking], #feed [data-event]')) card.remove()
		const old = document.querySelector('#live')
		const anew = old.cloneNode(false)
		anew.removeAttribute('data-htmx-powered')
		anew.setAttribute('hx-sse:connect', '/live?after=%s')
		old.replaceWith(anew)
		htmx.process(anew)
	})()`, before))
	w.wait(`window.caughtUp`)
	w.wait(fmt.Sprintf(`document.querySelector('[data-booking="%s"]') !== null`, bookingOf(strange, newest[len(newest)-1])))
	w.shows("the dashboard, replayed", newest...)

	// In lists and on their own.
	for _, path := range []string{"/", "/bookings", "/notifications", "/history", "/properties/lake-house"} {
		w.open(path)
		w.shows(path, newest...)
	}
	for _, path := range []string{"/activity", "/properties", "/status", "/settings"} {
		w.open(path)
		w.unharmed(path)
	}
	for i, s := range strange {
		if i%15 == 0 { // a page each: its facts, and the contacts
			path := "/bookings/" + bookingOf(strange, s)
			w.open(path)
			w.shows(path, s, clipped(s, 60))
		}
		if i%30 == 1 { // what was searched for is shown in the field
			for _, path := range []string{"/bookings?q=", "/history?q=", "/notifications?q="} {
				w.open(path + url.QueryEscape(s))
				w.unharmed(path + s)
			}
		}
	}
	assert.Empty(t, w.errors())
	t.Logf("%d strings", len(strange))
}

// bookingOf returns the id of the booking that has a string in all its fields.
func bookingOf(strange []string, s string) string {
	return fmt.Sprintf("H-%d", slices.Index(strange, s))
}

// TestHostileNamesAreOnlyNames returns them to what people make by hand:
// properties, people, invitations, a failed sign-in.
func TestHostileNamesAreOnlyNames(t *testing.T) {
	strange := hostileStrings()
	browser := launch(t)
	p := start(t)
	names := []string{strange[0], strange[14], strange[26], strange[88], `<hx-partial hx-target="body" hx-swap="innerHTML"><h1>forged</h1></hx-partial>`, `</textarea><img src=x onerror=window.xss=1>`}
	for i, s := range names {
		p.run("", "property", "add", fmt.Sprintf("p-%d", i), "--name="+s, "--units", "2", "--currency", "INR", "--timezone", "Asia/Kolkata", "--country", "IN")
		p.run(password, "user", "add", fmt.Sprintf("p%d@demo.test", i), "--name="+s, "--role", "STAFF", "--property", "lake-house")
	}
	w := newGuard(t, open(t, browser, p.address))
	w.signIn("admin@demo.test", password, "/")
	w.live()
	for _, path := range []string{"/properties", "/team", "/bookings", "/history", "/keys", "/notifications", "/settings", "/"} {
		w.open(path)
		if slices.Contains([]string{"/properties", "/team"}, path) {
			w.shows(path, names...)
		} else {
			w.unharmed(path)
		}
	}
	// One of them signs in and is seen doing so.
	other := newGuard(t, open(t, browser, p.address))
	other.signIn("p3@demo.test", password, "/")
	other.live()
	other.unharmed("their own dashboard")
	w.open("/activity")
	w.shows("/activity", names[3])

	// An invitation by the form, and what is wrong with it.
	for i, s := range strange {
		if i%30 != 0 {
			continue
		}
		w.open("/team")
		w.text(fmt.Sprintf(`(() => {
			const form = document.querySelector('form[action="/team"]')
			form.querySelector('[name=name]').value = %s
			form.querySelector('[name=email]').value = %s
			form.querySelector('[name=email]').type = 'text'
			form.querySelector('[type=checkbox][value=lake-house]').checked = true
			form.noValidate = true
			form.requestSubmit()
		})()`, quoted(s), quoted(fmt.Sprintf("invited-%d@demo.test", i))))
		w.wait(`document.querySelector('#once').textContent.trim() !== ''`)
		w.unharmed("/team after an invitation")
	}
	outside := newGuard(t, open(t, browser, p.address))
	require.NoError(t, outside.visit("/docs"))
	require.NoError(t, outside.visit("/login"))
	assert.Empty(t, outside.errors(), "the policy forbids nothing that pages need")
	for _, s := range names {
		require.NoError(t, outside.visit("/login?next="+url.QueryEscape(s)))
		outside.text(fmt.Sprintf(`(() => {
			const form = document.querySelector('form[action="/login"]')
			form.querySelector('[name=email]').type = 'text'
			form.querySelector('[name=email]').value = %s
			form.querySelector('[name=password]').value = 'a wrong password'
			form.noValidate = true
			form.requestSubmit()
		})()`, quoted(s)))
		outside.wait(`document.querySelector('form[action="/login"]') !== null && document.body.textContent.includes('go together')`)
		assert.Equal(t, "undefined", outside.text(`typeof window.xss`))
		assert.Equal(t, s, outside.text(`document.querySelector('[name=email]').value`), "what was typed stays")
	}
	assert.Empty(t, w.errors())
}
