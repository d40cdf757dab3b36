package handlers

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/demo"
)

var (
	updateRecord = flag.Bool("update-record", false, "write testdata/record.golden")
	keepRecord   = flag.String("record", "", "directory to write what was recorded into, to compare two versions")
)

// drawn is what differs from one run to the next: what is drawn at random, and
// the hashes of what is embedded.
var drawn = []struct {
	what *regexp.Regexp
	by   string
}{
	{regexp.MustCompile(`nonce[-="']+[A-Za-z0-9+/=_-]{16,}`), "NONCE"},
	{regexp.MustCompile(`(?m)^retry: \d+$`), "retry: N"},
	{regexp.MustCompile(`(/static/[a-z0-9_.-]+?)[.-][0-9a-f]{8,}`), "$1"},
	{regexp.MustCompile(`\?v=[0-9a-f]{6,}`), ""},
}

// TestTheDemonstrationLooksAsItDid plays ten minutes of the demonstration by a
// clock that is made, and compares every byte that pages, programs and the API
// get with what was recorded. It guards changes that are to change nothing: where
// something is meant to look otherwise, -update-record, and -record DIR shows what
// differs.
func TestTheDemonstrationLooksAsItDid(t *testing.T) {
	record := map[string]string{}
	var order []string
	inTimeOver(t, nil, func(t *testing.T, s *site) {
		begin := time.Date(2026, 11, 28, 9, 30, 0, 0, time.UTC)
		time.Sleep(time.Until(begin))
		ctx := context.WithoutCancel(t.Context())
		require.NoError(t, demo.Fill(ctx, s.store, 7, time.Now()))
		keep := func(name, text string) {
			text = strings.ReplaceAll(text, s.store.Epoch(), "EPOCH")
			for _, d := range drawn {
				text = d.what.ReplaceAllString(text, d.by)
			}
			record[name] = text
			order = append(order, name)
		}
		people := map[string]*caller{}
		streams := map[string]func() []message{}
		for _, who := range []string{"super", "owner", "staff", "user"} {
			people[who] = &caller{site: s, name: who}
			r := people[who].form("/login", "email", who+"@demo.test", "password", demo.Password)
			require.Equal(t, 303, r.Status)
			streams["live as "+who] = s.heard(people[who], "/live")
			if who != "user" {
				streams["stream as "+who] = s.heard(people[who], "/api/v1/stream")
			}
		}
		work, stop := context.WithCancel(ctx)
		done := make(chan error)
		go func() {
			done <- demo.Simulate(work, s.store, demo.Over(s.client, s.url, s.key("events:write").secret), 7, 1, s.logger)
		}()
		time.Sleep(10 * time.Minute)
		stop()
		require.ErrorIs(t, <-done, context.Canceled)
		synctest.Wait()
		for _, name := range []string{"live as super", "live as owner", "live as staff", "live as user", "stream as super", "stream as owner", "stream as staff"} {
			var all strings.Builder
			for _, m := range streams[name]() {
				fmt.Fprintf(&all, "%s %s\n%s\n\n", m.ID, m.Event, m.Data)
			}
			keep(name, all.String())
		}
		for _, who := range []string{"super", "owner", "staff", "user"} {
			for _, path := range []string{"/", "/bookings", "/properties/lake-house", "/notifications", "/history", "/activity", "/settings", "/team", "/docs",
				"/api/v1/events", "/api/v1/bookings", "/api/v1/notifications", "/openapi.json"} {
				r := people[who].get(path)
				keep("GET "+path+" as "+who, fmt.Sprintf("%d %s\n%s", r.Status, r.Header.Get("Content-Type"), r.Body))
			}
		}
	})
	var got strings.Builder
	for _, name := range order {
		fmt.Fprintf(&got, "%-45s %8d bytes  %x\n", name, len(record[name]), sha256.Sum256([]byte(record[name])))
		if *keepRecord != "" {
			require.NoError(t, os.MkdirAll(*keepRecord, 0o700))
			require.NoError(t, os.WriteFile(filepath.Join(*keepRecord, strings.ReplaceAll(name, "/", "_")), []byte(record[name]), 0o600))
		}
	}
	if *updateRecord {
		require.NoError(t, os.WriteFile("testdata/record.golden", []byte(got.String()), 0o644))
	}
	want, err := os.ReadFile("testdata/record.golden")
	require.NoError(t, err)
	assert.Equal(t, string(want), got.String(), "what is sent differs; -record DIR writes it out")
}
