package browser

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shop is somebody's own site: its server fetches tickets with the key, its page
// follows the log with the browser's EventSource as /docs shows it.
func shop(t *testing.T, p **program) *httptest.Server {
	t.Helper()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/ticket" {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintf(w, `<!doctype html><title>Shop</title><script>
				const heard = [], states = []
				async function open(after = '') {
					let last = after, again = () => setTimeout(open, 100, last)
					const answer = await fetch('/ticket').catch(() => null)
					if (!answer || !answer.ok) return again()
					const {ticket} = await answer.json()
					const stream = new EventSource('http://%s/api/v1/stream?ticket=' + ticket + '&after=' + after)
					for (const name of ['hello', 'booking:new', 'beat']) stream.addEventListener(name, e => {
						last = e.lastEventId || last
						states.push(name)
						if (name === 'booking:new') heard.push(JSON.parse(e.data).payload.id)
					})
					stream.onerror = () => { states.push('error ' + stream.readyState); stream.close(); again() }
				}
				open()
			</script>`, (*p).address)
			return
		}
		asked, err := http.NewRequestWithContext(r.Context(), http.MethodPost, "http://"+(*p).address+"/api/v1/stream-tickets", http.NoBody)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		asked.Header.Set("Authorization", "Bearer "+(*p).key)
		answer, err := http.DefaultClient.Do(asked)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer answer.Body.Close()
		w.WriteHeader(answer.StatusCode)
		_, _ = io.Copy(w, answer.Body)
	}))
	t.Cleanup(site.Close)
	return site
}

// TestABrowsersEventSourceFollowsByTickets is a page of another origin, which has no
// key: it hears what happens, comes back after the server was killed, and misses
// nothing. A page of an origin that was not named hears nothing.
func TestABrowsersEventSourceFollowsByTickets(t *testing.T) {
	browser := launch(t)
	var p *program
	named, other := shop(t, &p), shop(t, &p)
	p = start(t, "--stream-origin", named.URL)
	w, stranger := open(t, browser, p.address), open(t, browser, p.address)
	require.NoError(t, chromedp.Do(w.ctx, chromedp.Navigate(named.URL)))
	require.NoError(t, chromedp.Do(stranger.ctx, chromedp.Navigate(other.URL)))
	w.wait(`states.includes('hello')`)
	p.book("BK-1", "lake-house", "Meera Iyer")
	w.wait(`heard.length === 1`)

	p.kill()
	w.wait(`states.some(s => s.startsWith('error'))`)
	p.serve()
	p.book("BK-2", "lake-house", "Meera Iyer")
	w.wait(`heard.length === 2`)
	assert.Equal(t, `["BK-1","BK-2"]`, w.text(`JSON.stringify(heard)`), "nothing missed, nothing twice")

	stranger.wait(`states.filter(s => s === 'error 2').length > 1`)
	var states []string
	require.NoError(t, json.Unmarshal([]byte(stranger.text(`JSON.stringify(states)`)), &states))
	assert.NotContains(t, states, "hello")
	assert.Equal(t, "[]", stranger.text(`JSON.stringify(heard)`))
}
