package store

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

// prepared holds every text that a store of these tests has prepared: all that its
// two doors had when it was closed.
var prepared sync.Map

func notePrepared(s *Store) {
	for _, text := range append(s.read.Texts(), s.door.Texts()...) {
		prepared.Store(text, true)
	}
}

// TestMain looks in the end whether all that was prepared is SQL of both engines.
func TestMain(m *testing.M) {
	code := m.Run()
	prepared.Range(func(text, _ any) bool {
		if wrong := ofOneEngine(text.(string)); len(wrong) > 0 && !strings.HasPrefix(text.(string), ofTest) {
			fmt.Printf("SQL that only one engine understands (%s), outside of db's dialects:\n%s\n", strings.Join(wrong, ", "), text)
			code = 1
		}
		return true
	})
	os.Exit(code)
}

// ofTest begins a statement that a test makes for itself, on SQLite alone.
const ofTest = "/* SQLite */ "

// oneEngine are words that only one of the engines understands, or the other one
// otherwise. What stands in braces is the dialect's to say.
var oneEngine = map[string]*regexp.Regexp{
	"a plan":                    regexp.MustCompile(`(?i)\b(indexed by|not indexed|cross join)\b`),
	"a table of one engine":     regexp.MustCompile(`(?i)\b(json_each|sqlite_\w+|pg_\w+|generate_series|unnest|event_search)\b`),
	"a statement of one engine": regexp.MustCompile(`(?i)\b(pragma|vacuum|insert or|replace into|begin immediate|match|lateral|ilike|notify|listen)\b`),
	"a function of one engine":  regexp.MustCompile(`(?i)\b(iif|ifnull|group_concat|total|total_changes|last_insert_rowid|random|randomblob|zeroblob|hex|unixepoch|strftime|typeof|instr|greatest|least|to_char|now)\(`),
	"a row's number":            regexp.MustCompile(`(?i)\browid\b`),
	"a blob":                    regexp.MustCompile(`(?i)(^|[^'\w])x'`),
	"a type of one engine":      regexp.MustCompile(`(?i)\bas (integer|int|bigserial|blob|bytea)\b|::`),
	"a conflict over anything":  regexp.MustCompile(`(?i)\bon conflict do\b`),
	"a number as a condition":   regexp.MustCompile(`(?i)\b(where|and|or|not|when|on) \(?[01]( and| or| then|\)|$)`),
	"whatever columns":          regexp.MustCompile(`(?i)(select|returning|\.) ?\*`),
	"the name user":             regexp.MustCompile(`(?i)(^|[^:'\w])user\b[^:]`),
	"a pattern":                 regexp.MustCompile(`(?i)\b(like|glob|regexp)\b`),
}

var brace = regexp.MustCompile(`\{\w+`)

// ofOneEngine says what in a text is not SQL of both engines.
func ofOneEngine(text string) []string {
	wrong := map[string]bool{}
	text = strings.Join(strings.Fields(brace.ReplaceAllString(text, "{")), " ")
	for what, words := range oneEngine {
		if words.MatchString(text) {
			wrong[what] = true
		}
	}
	for at := range text {
		rest := strings.ToLower(text[at:])
		switch {
		case strings.HasPrefix(rest, "max("), strings.HasPrefix(rest, "min("):
			if inside, _ := bracketed(rest[len("max"):]); commas(inside) > 0 {
				wrong["the greater of two as an aggregate"] = true
			}
		case strings.HasPrefix(rest, "from (select"), strings.HasPrefix(rest, "join (select"), strings.HasPrefix(rest, "from ({newest"):
			if _, after := bracketed(rest[len("from "):]); !alias.MatchString(after) {
				wrong["a sub-select without a name"] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(wrong))
}

// alias is a name behind a sub-select.
var alias = regexp.MustCompile(`^ (?:as )?[a-z]\w*`)

// bracketed cuts a text that begins with a bracket behind the one that closes it.
func bracketed(text string) (inside, after string) {
	depth := 0
	for i, c := range text {
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return text[1:i], text[i+1:]
			}
		}
	}
	return "", ""
}

// commas counts those that stand in no further bracket.
func commas(text string) (n int) {
	depth := 0
	for _, c := range text {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			n++
		}
	}
	return n
}

func TestSQLOfOneEngineIsFound(t *testing.T) {
	t.Parallel()
	for text, wrong := range map[string]string{
		"SELECT a FROM t INDEXED BY i":                                                  "a plan",
		"INSERT OR REPLACE INTO t (a) VALUES (1)":                                       "a statement of one engine",
		"SELECT iif(a = 1, 2, 3) FROM t":                                                "a function of one engine",
		"SELECT max(a, b) FROM t":                                                       "the greater of two as an aggregate",
		"SELECT max(coalesce(a, 0), b) FROM t":                                          "the greater of two as an aggregate",
		"SELECT a FROM (SELECT a FROM t)":                                               "a sub-select without a name",
		"SELECT a FROM t WHERE a IN (SELECT value FROM json_each($1))":                  "a table of one engine",
		"INSERT INTO t (a) VALUES ($1) ON CONFLICT DO NOTHING":                          "a conflict over anything",
		"SELECT a FROM t WHERE 1 AND a = 2":                                             "a number as a condition",
		"UPDATE t SET a = x'' WHERE b = 1":                                              "a blob",
		"SELECT user FROM t":                                                            "the name user",
		"SELECT CAST(a AS INTEGER) FROM t":                                              "a type of one engine",
		"SELECT rowid FROM t":                                                           "a row's number",
		"SELECT * FROM t":                                                               "whatever columns",
		"SELECT a FROM t {index i} WHERE 1 = 1 AND b IN (SELECT value FROM {texts $1})": "",
		"SELECT max(coalesce(a, 0)) FROM (SELECT a FROM t) of1 WHERE c = 'user:1'":      "",
		"{changed}": "",
	} {
		assert.Equal(t, wrong, strings.Join(ofOneEngine(text), ", "), text)
	}
}
