package browser

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// meddler stands between the browser and the server and changes what the pages
// load, as an old browser, a proxy or a bad line would. It also lets browsers keep
// the pages, as some do although they are told not to.
type meddler struct {
	*httptest.Server
	mu     sync.Mutex
	change func(path, script string) (string, int)
	down   bool
}

func newMeddler(t *testing.T, target string) *meddler {
	t.Helper()
	m := &meddler{change: func(_, script string) (string, int) { return script, http.StatusOK }}
	to, err := url.Parse("http://" + target)
	require.NoError(t, err)
	forward := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host
			r.Out.Header.Del("Accept-Encoding")
		},
		ModifyResponse: m.meddle,
		ErrorHandler:   func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.mu.Lock()
		down := m.down
		m.mu.Unlock()
		if down {
			panic(http.ErrAbortHandler)
		}
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { m.CloseClientConnections(); m.Close() })
	return m
}

func (m *meddler) meddle(r *http.Response) error {
	m.mu.Lock()
	change := m.change
	m.mu.Unlock()
	if strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
		r.Header.Del("Cache-Control")
	}
	if r.StatusCode != http.StatusOK || !strings.HasSuffix(r.Request.URL.Path, ".js") {
		return nil
	}
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	changed, status := change(r.Request.URL.Path, string(text))
	r.StatusCode, r.Status = status, strconv.Itoa(status)
	r.Body = io.NopCloser(bytes.NewReader([]byte(changed)))
	r.ContentLength = int64(len(changed))
	r.Header.Set("Content-Length", strconv.Itoa(len(changed)))
	r.Header.Set("Cache-Control", "no-store") // each page asks anew
	return nil
}

// meddles says what is done to the scripts from now on.
func (m *meddler) meddles(change func(path, script string) (string, int)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.change = change
}

// cut breaks every connection, and lets none through until mended.
func (m *meddler) cut()  { m.set(true); m.CloseClientConnections() }
func (m *meddler) mend() { m.set(false) }

func (m *meddler) set(down bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.down = down
}
