package intake

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"baithaka/internal/inn"
)

func TestWellFormed(t *testing.T) {
	for body, good := range map[string]bool{
		`{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}`: true,
		`{"a":"{\"a\":1,\"a\":2}","b":"a"}`:         true, // a text that only looks like one
		`{"":1," ":2}`:                              true,
		`{"a" : "b", "b" : "a"}`:                    true,
		`"a"`:                                       true,
		`{"a":1,"a":2}`:                             false,
		`{"a":1,"\u0061":2}`:                        false,
		`{"a":1 , "a" : 2}`:                         false,
		`[{"b":{"a":1,"x":[],"a":2}}]`:              false,
		`{"\\":1,"\\":2}`:                           false,
		`{"a":1} {"b":2}`:                           false,
		`{"a":1`:                                    false,
		`{"a":"`:                                    false,
		`{"a":"\`:                                   false,
		"{\"a\":\"\xff\"}":                          false,
		"\ufeff{}":                                  false,
		`]`:                                         false,
		``:                                          false,
		strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth):     true,
		strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1): false,
		strings.Repeat(`{"a":`, 100_000):                                  false,
	} {
		err := WellFormed([]byte(body))
		assert.Equal(t, good, err == nil, "%.60q: %v", body, err)
		if err != nil {
			assert.Equal(t, inn.Malformed, inn.CodeOf(err), "%.60q", body)
		}
	}
}
