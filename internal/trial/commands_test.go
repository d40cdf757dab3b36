package trial

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/command"
	"baithaka/internal/zones"
)

func oneLine(t *testing.T, errOut string) {
	t.Helper()
	assert.Equal(t, 1, strings.Count(errOut, "\n"), "%q", errOut)
	assert.True(t, strings.HasPrefix(errOut, "baithaka: "), "%q", errOut)
	for _, internal := range []string{"goroutine", "panic", "SQL", "sqlite", "0x", "inn.", ".go:"} {
		assert.NotContains(t, errOut, internal)
	}
}

// By which laws the hours are told has to be known: the version says it.
func TestVersionNamesTheTimeZones(t *testing.T) {
	status, out, errOut := runCommand(t, t.TempDir(), "version")
	require.Zero(t, status, errOut)
	assert.Regexp(t, `^baithaka \S+, time zones 20[0-9]{2}[a-z]+\n$`, out)
	assert.Contains(t, out, zones.Edition())
	assert.GreaterOrEqual(t, zones.Edition(), "2026f")
}

func TestExitStatuses(t *testing.T) {
	dir, _ := newHouse(t)
	must(t, dir, "user", "add", "one@house.test", "--name", "One", "--role", "STAFF", "--property", "lake-house,desk")
	for line, want := range map[string]int{
		"version":                            0,
		"--help":                             0,
		"serve --help":                       0,
		"user add --help":                    0,
		"property list":                      0,
		"user list":                          0,
		"key list":                           0,
		"":                                   2,
		"nonsense":                           2,
		"serve --nonsense":                   2,
		"user":                               2,
		"user add":                           2,
		"user add two@house.test --name Two": 2,
		"key add other":                      2,
		"serve --streams-per-key many":       2,
		"user set one@house.test --nonsense": 2,
		"user add two@house.test --name Two --role KING":                                1,
		"user add not-an-address --name Two --role STAFF":                               1,
		"user add one@house.test --name One --role STAFF":                               1,
		"user add two@house.test --name Two --role STAFF --property nowhere":            1,
		"user disable nobody@house.test":                                                1,
		"user enable nobody@house.test":                                                 1,
		"user passwd nobody@house.test":                                                 1,
		"user set nobody@house.test --role STAFF":                                       1,
		"user set one@house.test --role KING":                                           1,
		"user set one@house.test --property nowhere":                                    1,
		"key revoke nobody":                                                             1,
		"key add website --scope events:read":                                           1,
		"key add other --scope events:dance":                                            1,
		"key add other --scope events:read --property nowhere":                          1,
		"key add bad/name --scope events:read":                                          1,
		"property add lake-house --name L --currency INR --timezone UTC --country IN":   1,
		"property add desk --name D --currency INR --timezone UTC --country IN":         1,
		"property add Big --name B --currency INR --timezone UTC --country IN":          1,
		"property add p --name P --currency ZZZ --timezone UTC --country IN":            1,
		"property add p --name P --currency INR --timezone Mars/Base --country IN":      1,
		"property add p --name P --currency INR --timezone UTC --country IN --units=-1": 1,
		"serve --listen nonsense":                                                       1,
		"serve --listen 127.0.0.1:99999":                                                1,
		"serve --public-url desk.house.test":                                            1,
		"serve --trusted-proxy everybody":                                               1,
		"serve --stream-origin https://shop.example.com/":                               1,
		"serve --stream-origin https://shop.example.com:443":                            1,
		"serve --stream-origin https://Shop.example.com":                                1,
		"serve --stream-origin shop.example.com":                                        1,
		"serve --stream-origin *":                                                       1,
		"demo --stream-origin null":                                                     1,
		"demo --listen 0.0.0.0:0":                                                       1,
		"demo --listen :0":                                                              1,
		"demo --listen 192.168.1.1:0":                                                   1,
		"demo --listen example.com:0":                                                   1,
		"demo --listen 127.0.0.1:0":                                                     1, // a house's directory
		"demo --speed 0":                                                                1,
	} {
		data := dir
		if want == 0 && strings.Contains(line, "help") || line == "" {
			data = ""
		}
		status, out, errOut := runCommand(t, data, strings.Fields(line)...)
		assert.Equal(t, want, status, "%s: %s%s", line, out, errOut)
		if want == 0 {
			assert.NotEmpty(t, out, line)
			assert.Empty(t, errOut, line)
		} else {
			oneLine(t, errOut)
		}
	}
	assert.Equal(t, 1, strings.Count(must(t, dir, "user", "list"), "@"), "what failed left nothing")
}

func TestPeopleOnTheCommandLine(t *testing.T) {
	dir, _ := newHouse(t)
	must(t, dir, "user", "add", "one@house.test", "--name", "One", "--role", "STAFF", "--property", "lake-house,desk")
	assert.Regexp(t, `one@house.test +One +STAFF +desk,lake-house +active`, must(t, dir, "user", "list"))
	must(t, dir, "user", "set", "ONE@house.test", "--role", "PROPERTY_OWNER")
	assert.Regexp(t, `PROPERTY_OWNER +desk,lake-house`, must(t, dir, "user", "list"))
	must(t, dir, "user", "set", "one@house.test", "--property", "hill-cottage,lake-house")
	assert.Regexp(t, `PROPERTY_OWNER +hill-cottage,lake-house`, must(t, dir, "user", "list"))
	must(t, dir, "user", "set", "one@house.test", "--property", "")
	assert.Regexp(t, `PROPERTY_OWNER +active`, must(t, dir, "user", "list"))
	must(t, dir, "user", "disable", "one@house.test")
	assert.Regexp(t, `disabled`, must(t, dir, "user", "list"))

	secret := must(t, dir, "key", "add", "limited", "--scope", "events:write", "--scope", "events:read", "--property", "lake-house")
	assert.Regexp(t, `^bk_[0-9a-f]{40}$`, secret, "the key and nothing else")
	assert.NotContains(t, must(t, dir, "key", "list"), secret)
	assert.Regexp(t, `limited +events:write,events:read +lake-house +never +active`, must(t, dir, "key", "list"))
	assert.Regexp(t, `lake-house +Lake House +property +4 +INR +Asia/Kolkata +IN +open`, must(t, dir, "property", "list"))

	for _, password := range []string{"short", strings.Repeat("x", 257)} {
		var out, errOut strings.Builder
		status := command.Run(t.Context(), []string{"user", "add", "two@house.test", "--name", "Two", "--role", "STAFF", "--data", dir}, strings.NewReader(password+"\n"), &out, &errOut)
		assert.Equal(t, 1, status)
		oneLine(t, errOut.String())
		assert.NotContains(t, errOut.String(), password)
	}
	var out, errOut strings.Builder
	require.Zero(t, command.Run(t.Context(), []string{"user", "add", "two@house.test", "--name", "Two", "--role", "STAFF", "--data", dir}, strings.NewReader(""), &out, &errOut))
	assert.Regexp(t, `Password \(shown once\): [a-z2-7]{16}\n`, out.String(), "one is made when none is given")
}

// The command line may take the last SUPER_ADMIN away, and says so.
func TestTheLastAdministratorOnTheCommandLine(t *testing.T) {
	dir, _ := newHouse(t)
	must(t, dir, "user", "add", "one@house.test", "--name", "One", "--role", "SUPER_ADMIN")
	must(t, dir, "user", "add", "two@house.test", "--name", "Two", "--role", "SUPER_ADMIN")
	must(t, dir, "user", "add", "three@house.test", "--name", "Three", "--role", "STAFF")
	for _, step := range []struct {
		line  string
		warns bool
	}{
		{"disable three@house.test", false},
		{"disable one@house.test", false},
		{"set two@house.test --role ADMIN", true},
		{"enable one@house.test", false},
		{"disable one@house.test", true},
		{"set two@house.test --role SUPER_ADMIN", false},
	} {
		status, out, errOut := runCommand(t, dir, append([]string{"user"}, strings.Fields(step.line)...)...)
		assert.Zero(t, status, step.line)
		assert.NotEmpty(t, out, step.line)
		if !step.warns {
			assert.Empty(t, errOut, step.line)
			continue
		}
		oneLine(t, errOut)
		assert.Contains(t, errOut, "no SUPER_ADMIN", step.line)
	}
}

// A mistyped --data is no empty house: what reads or changes refuses and makes
// nothing, what a house begins with says that it made one.
func TestCommandsWhereThereIsNoDatabase(t *testing.T) {
	for _, line := range []string{
		"user list", "user passwd one@house.test", "user disable one@house.test", "user enable one@house.test", "user set one@house.test --role STAFF",
		"key list", "key revoke website", "property list", "audit list", "audit erase 1", "check", "backup " + filepath.Join(t.TempDir(), "b.db"),
	} {
		dir := filepath.Join(t.TempDir(), "typo")
		status, out, errOut := runCommand(t, dir, strings.Fields(line)...)
		assert.Equal(t, 1, status, line)
		assert.Empty(t, out, line)
		oneLine(t, errOut)
		assert.Contains(t, errOut, "there is no database", line)
		assert.Contains(t, errOut, dir, line)
		assert.NoDirExists(t, dir, line)
	}
	for line, then := range map[string]string{
		"property add lake-house --name L --currency INR --timezone UTC --country IN": "property list",
		"user add one@house.test --name One --role STAFF":                             "user list",
		"key add website --scope events:write":                                        "key list",
	} {
		dir := filepath.Join(t.TempDir(), "new")
		status, out, errOut := runCommand(t, dir, strings.Fields(line)...)
		require.Zero(t, status, "%s: %s", line, errOut)
		assert.NotEmpty(t, out, line)
		oneLine(t, errOut)
		assert.Contains(t, errOut, "there was no database in "+dir, line)
		must(t, dir, strings.Fields(then)...)
		_, _, errOut = runCommand(t, dir, strings.Fields(strings.NewReplacer("lake-house", "other", "one@", "two@", "website", "other").Replace(line))...)
		assert.Empty(t, errOut, "it is there now")
	}
	status, _, errOut := runCommand(t, filepath.Join(t.TempDir(), "new"), "key", "add", "a/b", "--scope", "events:write")
	assert.Equal(t, 1, status)
	oneLine(t, errOut)
	assert.Contains(t, errOut, "a new one was made")
}

// What somebody has to be forgotten for can be taken out of the audit.
func TestAnActIsTakenBackOnTheCommandLine(t *testing.T) {
	dir, _ := newHouse(t)
	must(t, dir, "user", "add", "gone@house.test", "--name", "Marker Seventeen", "--role", "STAFF", "--property", "lake-house")
	acts := must(t, dir, "audit", "list")
	found := regexp.MustCompile(`(?m)^(\d+) .*Marker Seventeen`).FindStringSubmatch(acts)
	require.NotNil(t, found, acts)
	must(t, dir, "audit", "erase", found[1])
	assert.NotContains(t, must(t, dir, "audit", "list"), "Marker Seventeen")
	assert.Regexp(t, `(?m)^audit .*ok`, strings.ToLower(must(t, dir, "check")))
	status, _, errOut := runCommand(t, dir, "audit", "erase", found[1])
	assert.Equal(t, 1, status, "it has nothing left to say")
	oneLine(t, errOut)
}

// The demonstration touches nothing that is not its own.
func TestDemoRefusesForeignDirectories(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "accounts.txt")
	require.NoError(t, os.WriteFile(file, []byte("dear"), 0o600))
	status, _, errOut := runCommand(t, dir, "demo", "--listen", "127.0.0.1:0")
	assert.Equal(t, 1, status)
	oneLine(t, errOut)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, left, 1)
	status, _, errOut = runCommand(t, file, "demo", "--listen", "127.0.0.1:0")
	assert.Equal(t, 1, status)
	oneLine(t, errOut)
}

// Each of the six signs in; the owner sees their house and not the other one;
// a second start begins afresh in the same directory.
func TestDemo(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "here")
	for range 2 {
		p := start(t, nil, "demo", "--listen", "127.0.0.1:0", "--data", dir)
		var printed strings.Builder
		for range 7 {
			line, err := p.out.ReadString('\n')
			require.NoError(t, err)
			printed.WriteString(line)
		}
		cookies := map[string]string{}
		for _, who := range []string{"super", "admin", "owner", "manager", "staff", "user"} {
			assert.Contains(t, printed.String(), who+"@demo.test")
			cookies[who] = signIn(t, p.url, who+"@demo.test", "baithaka-demo")
			assert.Equal(t, 200, do(t, "GET", p.url+"/", "", "Cookie", cookies[who]).StatusCode)
		}
		for _, who := range []string{"owner", "manager", "staff"} {
			assert.Equal(t, 200, do(t, "GET", p.url+"/properties/lake-house", "", "Cookie", cookies[who]).StatusCode)
			assert.Equal(t, 404, do(t, "GET", p.url+"/properties/hill-cottage", "", "Cookie", cookies[who]).StatusCode)
		}
		assert.Equal(t, 200, do(t, "GET", p.url+"/properties/hill-cottage", "", "Cookie", cookies["admin"]).StatusCode)
		require.NoError(t, p.cmd.Process.Signal(os.Interrupt))
		assert.Zero(t, p.wait(), p.err)
	}
}
