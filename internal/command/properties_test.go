package command

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPropertySetSaysWhatItMeans(t *testing.T) {
	dir := t.TempDir()
	run := func(args ...string) (status int, said string) {
		t.Helper()
		var out, errOut bytes.Buffer
		status = Run(t.Context(), append(args, "--data", dir), strings.NewReader(""), &out, &errOut)
		return status, out.String() + errOut.String()
	}
	status, said := run("property", "add", "lake-house", "--name", "Lake House", "--units", "4", "--currency", "INR", "--timezone", "Asia/Kolkata", "--country", "IN")
	assert.Zero(t, status, said)

	status, said = run("property", "set", "lake-house", "--units", "6", "--name", "Sea House", "--dry-run")
	assert.Zero(t, status, said)
	assert.Contains(t, said, "Nothing was changed.")
	assert.Contains(t, said, "units: 4 → 6")
	_, said = run("property", "list")
	assert.Regexp(t, `lake-house +Lake House +property +4 `, said)

	status, said = run("property", "set", "lake-house", "--units", "6", "--name", "Sea House", "--status", "closed")
	assert.Zero(t, status, said)
	for _, says := range []string{"Changed lake-house.", "units: 4 → 6", "It is called Sea House everywhere", "No booking is still to come."} {
		assert.Contains(t, said, says)
	}
	_, said = run("property", "list")
	assert.Regexp(t, `lake-house +Sea House +property +6 +INR +Asia/Kolkata +IN +closed`, said)

	for wrong, want := range map[string]int{
		"property set lake-house":                        1,
		"property set nowhere --units 3":                 1,
		"property set lake-house --units 0":              1,
		"property set lake-house --timezone Mars/Base":   1,
		"property set lake-house --currency ZZZ":         1,
		"property set desk --name Front":                 1,
		"property set lake-house --units many":           2,
		"property set desk --timezone Europe/Rome":       0,
		"property set lake-house --units 6":              0,
		"property set lake-house --status maintenance":   0,
		"property set lake-house --country it --dry-run": 0,
	} {
		status, said := run(strings.Fields(wrong)...)
		assert.Equal(t, want, status, "%s: %s", wrong, said)
	}
}
