package trial

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/db"
)

// killed starts the program and kills it at some moment, well before or after its
// end; done is true when it was too late.
func killed(t *testing.T, takes time.Duration, args ...string) (done bool) {
	t.Helper()
	path, err := binary()
	require.NoError(t, err)
	cmd := exec.Command(path, args...)
	require.NoError(t, cmd.Start())
	<-time.After(time.Duration(rand.Int64N(int64(takes * 5 / 4))))
	_ = cmd.Process.Kill()
	return cmd.Wait() == nil
}

// crowded is a house with some megabytes in it, so that a copy of it takes a while.
func crowded(t *testing.T) (dir string) {
	t.Helper()
	dir, key := newHouse(t)
	p := serve(t, dir)
	for n := range 40 {
		var batch []string
		for i := range 100 {
			batch = append(batch, fmt.Sprintf(`{"type":"booking:new","property":"lake-house","payload":{"id":"BK-%d-%d","type":"property","title":"T","customerName":"C","notes":%q}}`, n, i, strings.Repeat("n", 1500)))
		}
		res := do(t, "POST", p.url+"/api/v1/events", "["+strings.Join(batch, ",")+"]", "Authorization", "Bearer "+key, "Content-Type", "application/json")
		require.Equal(t, 201, res.StatusCode, text(t, res))
	}
	require.NoError(t, p.cmd.Process.Kill())
	p.wait()
	return dir
}

// How long a command takes undisturbed.
func taken(t *testing.T, dir string, args ...string) time.Duration {
	t.Helper()
	began := time.Now()
	must(t, dir, args...)
	return time.Since(began)
}

// A backup that is killed at any moment leaves nothing under its name, or a whole
// one; the next one removes the copy of guests' data that it had begun.
func TestABackupKilledAtAnyMoment(t *testing.T) {
	dir, into := crowded(t), t.TempDir()
	takes := taken(t, dir, "backup", filepath.Join(into, "first.db"))
	done := 0
	for n := range size(8, 100) {
		file := filepath.Join(into, fmt.Sprint(n, ".db"))
		if killed(t, takes, "backup", file, "--data", dir) {
			done++
		}
		if _, err := os.Stat(file); err == nil {
			must(t, t.TempDir(), "restore", file)
			require.NoError(t, os.Remove(file))
		}
	}
	must(t, dir, "backup", filepath.Join(into, "last.db"))
	left, err := os.ReadDir(into)
	require.NoError(t, err)
	var names []string
	for _, f := range left {
		names = append(names, f.Name())
	}
	assert.Equal(t, []string{"first.db", "last.db"}, names)
	t.Logf("%d of them had been done before they were killed", done)
}

// A restore that is killed at any moment has happened or not: the next server
// finds a sound database, and none of the copies is left beside it but those that
// were kept on purpose. Where a stream was before is lost when it has happened.
func TestARestoreKilledAtAnyMoment(t *testing.T) {
	dir := crowded(t)
	file := filepath.Join(t.TempDir(), "b.db")
	must(t, dir, "backup", file)
	takes := taken(t, dir, "restore", file)
	done := 0
	for range size(8, 100) {
		if killed(t, takes, "restore", file, "--data", dir) {
			done++
		}
		p := serve(t, dir)
		require.NoError(t, p.cmd.Process.Kill())
		p.wait()
		must(t, dir, "check")
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		present, err := os.Stat(db.File(dir))
		require.NoError(t, err)
		for _, f := range left {
			assert.NotContains(t, f.Name(), "restoring")
			if info, err := f.Info(); err == nil && f.Name() != "baithaka.db" {
				assert.False(t, os.SameFile(info, present), f.Name())
			}
		}
	}
	t.Logf("%d of them had been done before they were killed", done)
}
