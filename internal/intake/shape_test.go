package intake

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestShape(t *testing.T) {
	for body, want := range map[string]string{
		`{"type":"x","payload":{"id":1,"units":null,"rooms":["a",true]}}`: `{"type": text, "payload": {"id": number, "units": null, "rooms": [text, true or false]}}`,
		`[]`: `[]`, `"x"`: `text`, ``: ``, `{"type":`: `{"type": `, `{"a":{"b":1}}`: `{"?": {"?": number}}`,
		strings.Repeat("[", 40): strings.Repeat("[", 9),
	} {
		assert.Equal(t, want, Shape([]byte(body)), body)
	}
	long, err := json.Marshal(make([]string, 500))
	require.NoError(t, err)
	assert.LessOrEqual(t, len(Shape(long)), shapeLength+len("…"))
}
