package zones

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// changed are the zones whose law changed in 2026, with their hour at noon UTC on
// the first of December, and another zone's that Go's database of 2025 has: what
// an old machine says.
var changed = map[string]string{
	"America/Vancouver": "05:00",
	"America/Edmonton":  "06:00",
	"America/Winnipeg":  "07:00",
	"Africa/Casablanca": "12:00",
	"America/Havana":    "08:00",
}

var stale = map[string]string{
	"America/Vancouver": "America/Los_Angeles", // 04:00
	"America/Edmonton":  "America/Denver",      // 05:00
	"America/Winnipeg":  "America/Chicago",     // 06:00
	"Africa/Casablanca": "Europe/Paris",        // 13:00
	"America/Havana":    "America/New_York",    // 07:00
}

var firstOfDecember = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

// staleMachine makes the files of a machine that nobody has updated.
func staleMachine(t *testing.T, version string) string {
	t.Helper()
	own, dir := unpack(archive), t.TempDir()
	for name, as := range stale {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), own[as], 0o644))
	}
	if version != "" {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "tzdata.zi"), []byte("# version "+version+"\n# redo posix_only\n"), 0o644))
	}
	return dir
}

func hours(t *testing.T, d *database) map[string]string {
	t.Helper()
	all := map[string]string{}
	for name := range changed {
		zone, err := d.load(name)
		require.NoError(t, err, name)
		all[name] = firstOfDecember.In(zone).Format("15:04")
	}
	return all
}

func TestHoursOfZonesWhoseLawChangedIn2026(t *testing.T) {
	for _, version := range []string{"2025b", "2026e", ""} {
		d := choose([]string{"", staleMachine(t, version), "/nowhere"})
		assert.Equal(t, "2026f", d.edition, "the machine's is %q", version)
		assert.Equal(t, changed, hours(t, d), "the machine's is %q", version)
	}
}

// The same through the environment, which Go itself would follow.
func TestStaleSystemFilesAreNotBelieved(t *testing.T) {
	t.Setenv("ZONEINFO", staleMachine(t, "2025b"))
	for name, want := range changed {
		zone, err := Load(name)
		require.NoError(t, err)
		assert.Equal(t, want, firstOfDecember.In(zone).Format("15:04"), name)
		assert.Equal(t, name, zone.String())
	}
	assert.GreaterOrEqual(t, Edition(), "2026f")
}

// A machine that is kept up to date knows the laws of years to come.
func TestNewerFilesOfTheMachineAreTaken(t *testing.T) {
	dir := staleMachine(t, "2027a")
	d := choose([]string{dir})
	assert.Equal(t, "2027a", d.edition)
	assert.Equal(t, "04:00", hours(t, d)["America/Vancouver"])
	rome, err := d.load("Europe/Rome")
	require.NoError(t, err, "what the machine lacks is the house's own")
	assert.Equal(t, "13:00", firstOfDecember.In(rome).Format("15:04"))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "America/Havana"), []byte("not a zone"), 0o644))
	assert.Equal(t, "08:00", hours(t, d)["America/Havana"], "and what is damaged there")
}

func TestWhatIsNoZone(t *testing.T) {
	dir := staleMachine(t, "2027a")
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(dir), "outside"), unpack(archive)["Europe/Rome"], 0o644))
	for _, d := range []*database{choose(nil), choose([]string{dir})} {
		for _, name := range []string{"", ".", "Local", "Mars/Olympus", "../outside", "/etc/localtime", "Europe/", "Europe", "europe/../Europe/Rome",
			`Europe\Rome`, "+VERSION", "tzdata.zi", "Europe/Rome\x00", strings.Repeat("A", 100_000)} {
			zone, err := d.load(name)
			if assert.Error(t, err, "%.40q", name) {
				assert.Nil(t, zone)
				assert.Less(t, len(err.Error()), 200)
			}
		}
	}
}

func TestZonesOfEveryKindOfName(t *testing.T) {
	d := choose(nil)
	assert.Greater(t, len(d.own), 590)
	for name := range d.own {
		_, err := d.load(name)
		assert.NoError(t, err, name)
	}
	for _, name := range []string{"Asia/Calcutta", "US/Pacific", "Etc/GMT+5", "America/Argentina/Buenos_Aires", "GMT", "UTC"} {
		_, err := d.load(name)
		assert.NoError(t, err, name)
	}
}

func TestTheDataIsWhatVENDOREDSays(t *testing.T) {
	list, err := os.ReadFile("VENDORED")
	require.NoError(t, err)
	var fields []string
	for line := range strings.Lines(string(list)) {
		if strings.HasPrefix(line, "zoneinfo.tar.gz") {
			fields = strings.Fields(line)
		}
	}
	require.NotEmpty(t, fields)
	assert.Equal(t, choose(nil).edition, fields[1])
	assert.Equal(t, fmt.Sprintf("%x", sha256.Sum256(archive)), fields[len(fields)-1])
}
