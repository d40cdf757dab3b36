package clients

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// npmSettings are what the libraries of npm need; the versions stand in
// js/package.json.
var npmSettings = []struct{ name, settings string }{
	{"@microsoft/fetch-event-source", "`onclose` throws; `onopen` throws unless `ok`; `onerror` throws at 401; abort at `bye`"},
	{"event-source-polyfill", "`lastEventIdQueryParameterName: \"after\"`; a new one when it has closed; `close()` at `bye`"},
	{"eventsource", "`fetch` with the key; a new one with `?after=` when it has closed; `close()` at `bye`"},
	{"eventsource-client", "`close()` at `bye`"},
	{"launchdarkly-eventsource", "`onerror` (without one an error ends the process), `errorFilter` true unless 401, `maxBackoffMillis`; `close()` at `bye`"},
	{"reconnecting-eventsource", "`eventSourceClass` that brings the key; `close()` at `bye`"},
	{"undici", "`dispatcher` that brings the key; a new one with `?after=` when it has closed; `close()` at `bye`"},
}

func npmLibraries(t *testing.T) (all []library) {
	t.Helper()
	text, err := os.ReadFile("js/package.json")
	require.NoError(t, err)
	var versions struct{ Dependencies map[string]string }
	require.NoError(t, json.Unmarshal(text, &versions))
	for _, one := range npmSettings {
		version := versions.Dependencies[one.name]
		require.NotEmpty(t, version, one.name)
		all = append(all, library{one.name, version, "", node(one.name)}, library{one.name, version, one.settings, node(one.name + "!")})
	}
	return all
}

// node runs a library of npm.
func node(name string) func(context.Context, string, string, func(heard)) {
	return func(ctx context.Context, url, key string, tell func(heard)) {
		cmd := exec.CommandContext(ctx, "node", "run.mjs", name, url, key)
		cmd.Dir = "js"
		var failed bytes.Buffer
		cmd.Stderr = &failed
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			tell(heard{Ended: err.Error()})
			return
		}
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var h heard
			if json.Unmarshal(lines.Bytes(), &h) == nil {
				tell(h)
			}
		}
		err = cmd.Wait()
		if ctx.Err() == nil {
			tell(heard{Ended: "node: " + failed.String()})
		}
	}
}

func TestNPMLibraries(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("SKIPPED: there is no node here")
	}
	if _, err := os.Stat("js/node_modules"); err != nil {
		t.Skip("SKIPPED: the libraries of npm are not installed: make clients")
	}
	run(t, npmLibraries(t))
	printed(t)
}
