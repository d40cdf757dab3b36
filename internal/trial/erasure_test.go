package trial

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// B-4. Killed again and again while it erases a guest, the server goes on with it
// by itself after each start, says so meanwhile, and in the end nothing is left.
func TestAKilledErasureIsFinished(t *testing.T) {
	dir, key := newHouse(t)
	must(t, dir, "user", "add", "root@house.test", "--name", "Root", "--role", "SUPER_ADMIN")
	p := serve(t, dir)
	names := size(400, 2000)
	for first := 0; first < names; first += 200 {
		var batch []string
		for i := range 200 {
			batch = append(batch,
				fmt.Sprintf(`{"type":"booking:new","property":"lake-house","payload":{"id":"M-1","type":"property","title":"T","customerName":"Zq-Marker-17 No%d"}}`, first+i),
				fmt.Sprintf(`{"type":"alert:raised","property":"lake-house","payload":{"key":"k%d","title":"ZQ MARKER 17 No%d called"}}`, first+i, first+i))
		}
		res := do(t, "POST", p.url+"/api/v1/events", "["+strings.Join(batch, ",")+"]", "Authorization", "Bearer "+key, "Content-Type", "application/json")
		require.Equal(t, http.StatusCreated, res.StatusCode, text(t, res))
	}
	cookie := signIn(t, p.url, "root@house.test", passwords)
	page := func(path string) string { return text(t, do(t, "GET", p.url+path, "", "Cookie", cookie)) }
	go func() { // it is not answered
		form := url.Values{"booking": {"M-1"}, "sure": {"yes"}}
		req, err := http.NewRequest("POST", p.url+"/guests/M-1/erase", strings.NewReader(form.Encode()))
		if err == nil {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set("Origin", p.url)
			req.Header.Set("Cookie", cookie)
			if res, err := client.Do(req); err == nil {
				res.Body.Close()
			}
		}
	}()
	within(t, time.Minute, "it begins", func() bool { return strings.Contains(page("/activity/audit"), "began to erase a guest") })
	killed := 0
	for range 3 {
		if strings.Contains(page("/guests"), "In progress") {
			killed++
		}
		require.NoError(t, p.cmd.Process.Signal(syscall.SIGKILL))
		p.wait()
		p = serve(t, dir)
	}
	t.Logf("killed %d times while it was in progress", killed)
	within(t, time.Minute, "it ends", func() bool { return strings.Contains(page("/guests?erasure=1"), "Erased, in 1 booking") })
	assert.NotContains(t, page("/guests"), "In progress")
	audit := must(t, dir, "audit", "list")
	assert.Equal(t, 1, strings.Count(audit, "began to erase a guest"), audit)
	assert.Equal(t, 1, strings.Count(audit, "erased a guest"), audit)
	nowhere := func() bool {
		for _, suffix := range []string{"", "-wal"} {
			data, err := os.ReadFile(filepath.Join(dir, "baithaka.db"+suffix))
			require.NoError(t, err)
			if bytes.Contains(bytes.ToLower(data), []byte("marker")) {
				return false
			}
		}
		return true
	}
	within(t, time.Minute, "nothing is left between the rows either", nowhere)
}
