package intake

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"baithaka/internal/inn"
)

// MaxDepth is how deep objects and arrays may stand in each other.
const MaxDepth = 32

// WellFormed looks a body over before it is read: encoding/json alone would take
// the last of two equal names, and replace bytes that are not UTF-8.
func WellFormed(body []byte) error {
	malformed := func(what string) error {
		return inn.E(inn.Malformed, "The body is not JSON: %s. Nothing was stored.", what)
	}
	switch {
	case !utf8.Valid(body):
		return malformed("it is not UTF-8")
	case tooDeep(body):
		return malformed("it is nested too deeply")
	case !json.Valid(body):
		return malformed("it breaks off, has a wrong character, or there is something behind it")
	case nameTwice(body):
		return malformed("a name stands twice in an object")
	}
	return nil
}

// tooDeep reports whether objects and arrays stand in each other more than
// MaxDepth deep. It makes sense of what is no JSON too.
func tooDeep(body []byte) bool {
	depth := 0
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '"':
			i = stringEnd(body, i)
		case '{', '[':
			if depth++; depth > MaxDepth {
				return true
			}
		case '}', ']':
			depth--
		}
	}
	return false
}

// nameTwice reports whether some object of a valid JSON value has two members of
// one name.
func nameTwice(body []byte) bool {
	var levels []map[string]bool // the names so far, of every object around; nil for an array
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '{':
			levels = append(levels, map[string]bool{})
		case '[':
			levels = append(levels, nil)
		case '}', ']':
			levels = levels[:len(levels)-1]
		case '"':
			end := stringEnd(body, i)
			// In a valid value a colon comes after a name and after nothing else.
			if rest := bytes.TrimLeft(body[end+1:], " \t\r\n"); len(rest) > 0 && rest[0] == ':' {
				name, names := unquoted(body[i:end+1]), levels[len(levels)-1]
				if names[name] {
					return true
				}
				names[name] = true
			}
			i = end
		}
	}
	return false
}

// stringEnd returns where the string ends whose first quote is at i, or the end of
// the body.
func stringEnd(body []byte, i int) int {
	for i++; i < len(body) && body[i] != '"'; i++ {
		if body[i] == '\\' {
			i++
		}
	}
	return i
}

func unquoted(quoted []byte) string {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	var name string
	_ = json.Unmarshal(quoted, &name) // the value it stands in is valid
	return name
}
