package delivery

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/oracle"
)

// decode reads what appendMessage wrote as the specification of event streams
// has it, and refuses what an encoder of ours must never write.
func decode(t *testing.T, stream []byte) []oracle.Message {
	t.Helper()
	require.NotContains(t, string(stream), "\r")
	var all []oracle.Message
	err := oracle.Read(bytes.NewReader(stream), func(m oracle.Message) { all = append(all, m) })
	require.EqualError(t, err, "EOF", "%q", stream)
	return all
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func FuzzMessage(f *testing.F) {
	for _, seed := range [][3]string{
		{"k7f2-4812", "booking:new", `{"id":"k7f2-4812"}`}, {"", "", ""}, {"", "", "a\nb"}, {"", "", "a\r\nb\rc\n"}, {"", "", "\n\n"}, {"", "", "\r"},
		{"a\nid: b", "bye\ndata: x", "data: x\nevent: bye\n\nid: 7"}, {"\r", "\r\n", "\r\n\r\n"}, {"\x00", "\x7f", "\x00"}, {"\u2028", "\u2029", "\u2028\u0085"},
		{"a", "b", "\xff\xfe"}, {"a: b", "c: d", ": comment"}, {"1", "e", "\ufeffdata: x"}, {"1", "e", "retry: 5"}, {"1", "e", strings.Repeat("x\n", 5000)},
	} {
		f.Add(seed[0], seed[1], []byte(seed[2]))
	}
	f.Fuzz(func(t *testing.T, id, event string, data []byte) {
		before := appendMessage(nil, "1", "before", []byte("x"))
		whole := appendMessage(appendMessage(before, id, event, data), "2", "after", []byte("y"))
		got := decode(t, whole)
		require.Len(t, got, 3, "one message stays one message: %q", whole)
		assert.Equal(t, oracle.Message{ID: "1", HasID: true, Event: "before", Data: "x"}, got[0])
		assert.Equal(t, oracle.Message{ID: "2", HasID: true, Event: "after", Data: "y"}, got[2])
		assert.Equal(t, lineEnds.Replace(string(data)), got[1].Data)
		assert.Equal(t, oneLine(id), got[1].ID)
		assert.Equal(t, oneLine(event), got[1].Event)
		assert.Empty(t, got[1].Retry)
		for _, control := range []string{"\n", "\r", "\x00"} {
			assert.NotContains(t, got[1].ID+got[1].Event, control)
		}
	})
}
