package conn

import (
	"bytes"
	"io"
	"net/http/httputil"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A message becomes a chunk where it stands, and net/http's reader takes it
// apart again, whatever its length.
func TestMessagesBecomeChunks(t *testing.T) {
	for _, size := range []int{1, 9, 15, 16, 255, 256, 4095, 4096, 70_000} {
		message := bytes.Repeat([]byte("x"), size)
		whole, plain := InRoom(append(make([]byte, ChunkRoom), message...))
		assert.Equal(t, message, plain)
		assert.Equal(t, string(AppendChunk(nil, message)), string(whole))
		read, err := io.ReadAll(httputil.NewChunkedReader(strings.NewReader(string(whole) + string(whole) + LastChunk)))
		require.NoError(t, err)
		assert.Equal(t, string(message)+string(message), string(read))
	}
	whole, plain := InRoom(make([]byte, ChunkRoom))
	assert.Empty(t, whole, "it would be the last chunk")
	assert.Empty(t, plain)
	assert.Empty(t, AppendChunk(nil, nil))
}
