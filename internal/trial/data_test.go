package trial

import (
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/db"
)

// The drill: a backup while the server works, more happens, the house burns
// down, and the backup is put in place. Whoever comes back with a position from
// before is told to reload, and never gets one event for another.
func TestBackupAndRestore(t *testing.T) {
	dir, key := newHouse(t)
	auth := []string{"Authorization", "Bearer " + key}
	p := serve(t, dir)
	s := listen(t, p.url+"/api/v1/stream?types=booking:new", auth...)
	s.until("live")
	for n := range 3 {
		book(t, p.url, key, fmt.Sprint("BK-", n), "lake-house")
	}
	file := filepath.Join(t.TempDir(), "backup.db")
	said := must(t, dir, "backup", file)
	assert.Contains(t, said, file)
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	for n := range 3 {
		book(t, p.url, key, fmt.Sprint("BK-later-", n), "lake-house")
	}
	assert.Len(t, s.bookings(6), 6)
	assert.Contains(t, must(t, dir, "check"), "audit   ok", "beside the running server")
	status, _, says := runCommand(t, dir, "backup", file)
	assert.Equal(t, 1, status)
	assert.Contains(t, says, "is there already")
	status, _, says = runCommand(t, dir, "restore", file)
	assert.Equal(t, 1, status)
	assert.Contains(t, says, "another server runs")
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	require.Zero(t, p.wait())

	status, _, says = runCommand(t, dir, "restore", filepath.Join(dir, "nothing.db"))
	assert.Equal(t, 1, status)
	assert.Equal(t, 1, strings.Count(says, "\n"), "one clear line: %s", says)
	said = must(t, dir, "restore", file)
	kept := regexp.MustCompile(`kept as (\S+\.db)`).FindStringSubmatch(said)
	require.Len(t, kept, 2, said)
	assert.FileExists(t, kept[1])
	must(t, dir, "check")

	p = serve(t, dir)
	again := listen(t, p.url+"/api/v1/stream?types=booking:new", append(auth, "Last-Event-ID", s.last)...)
	again.until("resync")
	book(t, p.url, key, "BK-new", "lake-house")
	assert.Equal(t, []string{"BK-new"}, again.bookings(1))
	page := text(t, do(t, "GET", p.url+"/api/v1/bookings", "", auth...))
	for _, id := range []string{"BK-0", "BK-1", "BK-2", "BK-new"} {
		assert.Contains(t, page, `"`+id+`"`)
	}
	assert.NotContains(t, page, "BK-later")

	// A new machine: there is no directory yet.
	fresh := filepath.Join(t.TempDir(), "new", "data")
	said = must(t, fresh, "restore", file)
	assert.NotContains(t, said, "kept as")
	assert.Contains(t, said, "no database that could tell which guests were erased")
	assert.Contains(t, must(t, fresh, "property", "list"), "lake-house")
}

// check ends with 1 and names the position when somebody has been at the file, and
// compares what was kept elsewhere.
func TestCheckCommand(t *testing.T) {
	dir, _ := newHouse(t)
	said := must(t, dir, "check")
	head := regexp.MustCompile(`\d+-[0-9a-f]{64}`).FindString(said)
	require.NotEmpty(t, head, said)
	must(t, dir, "user", "add", "root@house.test", "--name", "Root", "--role", "SUPER_ADMIN")
	must(t, dir, "check", "--head", head)
	must(t, dir, "check", "--head", strings.SplitN(head, "-", 2)[1])
	status, out, says := runCommand(t, dir, "check", "--head", strings.Repeat("ab", 32))
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "WRONG")
	assert.NotEmpty(t, says)
	for _, typed := range []string{"abc", "", "7", head[:len(head)-1], head + "0", "x" + head, "-" + head, strings.Replace(head, "-", "-g", 1)} {
		status, out, says = runCommand(t, dir, "check", "--head="+typed)
		assert.Equal(t, 2, status, "%q says nothing about the audit", typed)
		assert.Empty(t, out)
		assert.Contains(t, says, "no head of an audit")
		oneLine(t, says)
	}
	must(t, dir, "check", "--head", " "+strings.ToUpper(head)+"\n")

	raw, err := sql.Open("sqlite", "file:"+db.File(dir))
	require.NoError(t, err)
	_, err = raw.Exec(`DROP TRIGGER audit_keeps; UPDATE audit SET by_name = 'somebody else' WHERE id = 2`)
	require.NoError(t, err)
	require.NoError(t, raw.Close())
	status, out, says = runCommand(t, dir, "check")
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "act 2 was changed")
	assert.Equal(t, 1, strings.Count(says, "\n"), says)

	status, _, says = runCommand(t, t.TempDir(), "check")
	assert.Equal(t, 1, status)
	assert.Contains(t, says, "no database")
	status, _, _ = runCommand(t, dir, "backup")
	assert.Equal(t, 2, status)
}

// D-6. A damaged database does not start, says what to do in one line, and is
// not touched.
func TestADamagedDatabaseDoesNotStart(t *testing.T) {
	dir, _ := newHouse(t)
	require.NoError(t, os.RemoveAll(db.File(dir)+"-wal"))
	damaged, err := os.ReadFile(db.File(dir))
	require.NoError(t, err)
	copy(damaged[3*4096:], strings.Repeat("not a page ", 3000))
	require.NoError(t, os.WriteFile(db.File(dir), damaged, 0o600))
	status, out, says := runCommand(t, dir, "serve", "--listen", "127.0.0.1:0")
	assert.Equal(t, 1, status)
	assert.Empty(t, out)
	assert.Contains(t, says, "baithaka restore FILE")
	assert.Equal(t, 1, strings.Count(says, "\n"), says)
	after, err := os.ReadFile(db.File(dir))
	require.NoError(t, err)
	assert.Equal(t, damaged, after)
}
