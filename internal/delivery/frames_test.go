package handlers

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// What is kept of large events is bounded, in however many forms they are asked
// for.
func TestFramesAreBoundedInBytes(t *testing.T) {
	f := newFrames(func() string { return "k7f2" }, slog.New(slog.DiscardHandler))
	data := json.RawMessage(`{"detail":"` + strings.Repeat("x", 1<<20) + `"}`)
	for id := range int64(30) {
		e := &inn.Event{ID: id, Type: inn.UserAction, Topic: inn.System, Data: data}
		for _, sight := range []inn.Sight{{}, {Money: true}} {
			assert.NotEmpty(t, f.frame(e, sight, false, false))
			f.frame(e, sight, true, true)
		}
		kept := 0
		for i := range f.of {
			if at := f.of[i].Load(); at != nil {
				for _, one := range at.made {
					kept += len(one.bytes) + len(one.of)
				}
			}
		}
		require.LessOrEqual(t, kept, framesBytes)
	}
}
