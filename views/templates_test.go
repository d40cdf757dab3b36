package views

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// sources returns the templates by their names.
func sources(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.templ")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	texts := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		texts[file] = string(text)
	}
	return texts
}

// tags returns the beginnings of all elements of a name in a template.
func tags(source, name string) []string {
	return regexp.MustCompile(`(?s)<`+name+`\s(?:[^>"{]|"[^"]*"|\{[^}]*\})*>|<`+name+`>`).FindAllString(source, -1)
}

// What somebody opened is known again by its id, when what is above it changed or
// the element itself is another.
func TestEveryPanelHasAnID(t *testing.T) {
	found := 0
	for file, source := range sources(t) {
		if file == "docs.templ" {
			continue // nothing is pushed into the documentation, and it does not fetch itself
		}
		for _, name := range []string{"details", "dialog"} {
			for _, tag := range tags(source, name) {
				found++
				assert.Contains(t, tag, " id=", "%s: %s", file, tag)
			}
		}
	}
	assert.GreaterOrEqual(t, found, 4)
}

// A refusal keeps its name while it says the same, whatever comes in above it.
func TestRefusalsKeepTheirNames(t *testing.T) {
	one := Rejected{At: noon, Actor: "key:a", Status: 422, Reason: "no", Shape: "{id}", Fields: []inn.FieldError{{Field: "id", Detail: "wrong"}}}
	again := one
	again.At, again.Times = noon.Add(1), 7
	assert.Equal(t, rejectedID(one), rejectedID(again))
	for _, change := range []func(*Rejected){
		func(r *Rejected) { r.Actor = "key:b" }, func(r *Rejected) { r.Status = 400 }, func(r *Rejected) { r.Reason = "never" },
		func(r *Rejected) { r.Shape = "{}" }, func(r *Rejected) { r.Fields = nil },
	} {
		other := one
		change(&other)
		assert.NotEqual(t, rejectedID(one), rejectedID(other))
	}
}

// The stream's extension waits for a view transition to end before it takes the
// next message: twenty took six seconds.
func TestNothingPushedWaitsForATransition(t *testing.T) {
	for file, source := range sources(t) {
		assert.NotRegexp(t, `transition`, source, file)
	}
	assert.NotContains(t, htmxConfig, "transition")
}

// hx-upsert orders by numbers in a text: it takes a minus for a dash, and a point
// for the end of the number.
func TestSortKeysAreWholeNumbers(t *testing.T) {
	keys := regexp.MustCompile(`data-sort="([^"]*)"`).FindAllStringSubmatch(every(t, "text"), -1)
	require.GreaterOrEqual(t, len(keys), 10)
	for _, key := range keys {
		assert.Regexp(t, `^[0-9]+$`, key[1])
	}
	for priority, less := range map[inn.Priority]inn.Priority{inn.Critical: inn.High, inn.High: inn.Medium, inn.Medium: inn.Low} {
		more, fewer := alertSort(inn.Alert{Priority: priority, Event: 9}), alertSort(inn.Alert{Priority: less, Event: 1<<63 - 1})
		assert.Equal(t, len(more), len(fewer))
		assert.Greater(t, more, fewer, "urgency before news")
	}
	assert.Greater(t, alertSort(inn.Alert{Priority: inn.Low, Event: 10}), alertSort(inn.Alert{Priority: inn.Low, Event: 9}))
}

// A link whose text could be an address of another kind becomes "about:invalid".
func TestNoPageHoldsAnInvalidLink(t *testing.T) {
	for _, text := range []string{"12:30", "a:b", "javascript:alert(1)", "//evil.test", "sms:112"} {
		html := every(t, text)
		assert.NotContains(t, html, "about:invalid", text)
		for _, link := range regexp.MustCompile(`\s(?:href|action|formaction|src)="([^"]*)"`).FindAllStringSubmatch(html, -1) {
			assert.Regexp(t, `^(/($|[^/])|#|mailto:|tel:)`, link[1], text)
		}
	}
}

// An element that is spread over attributes leaves out, without a word, what is
// neither a string nor a number, and writes true as a bare name.
func TestSpreadAttributesAreTextOrNumbers(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	found := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		ast.Inspect(tree, func(n ast.Node) bool {
			if lit, is := n.(*ast.CompositeLit); is && named(lit.Type) == "templ.Attributes" {
				found++
				for _, element := range lit.Elts {
					assert.True(t, plainValue(element.(*ast.KeyValueExpr).Value), "%s: a value of templ.Attributes is neither a text nor string(…)", file)
				}
			}
			return true
		})
	}
	assert.NotZero(t, found)
}

func named(e ast.Expr) string {
	if s, is := e.(*ast.SelectorExpr); is {
		if x, is := s.X.(*ast.Ident); is {
			return x.Name + "." + s.Sel.Name
		}
	}
	if id, is := e.(*ast.Ident); is {
		return id.Name
	}
	return ""
}

// plainValue reports whether an expression is a string or a number by its looks.
func plainValue(e ast.Expr) bool {
	switch v := e.(type) {
	case *ast.BasicLit:
		return true
	case *ast.BinaryExpr:
		return v.Op == token.ADD && (plainValue(v.X) || plainValue(v.Y))
	case *ast.CallExpr:
		return slices.Contains([]string{"string", "int", "strconv.Itoa", "strconv.FormatInt", "fmt.Sprintf"}, named(v.Fun))
	}
	return false
}

func TestStatesAreSaidInWords(t *testing.T) {
	assert.Empty(t, regexp.MustCompile(`\saria-[a-z]+(?:\s|>)`).FindAllString(every(t, "text"), -1))
}

// A number field of an English browser drops a typed comma: "450,00" would arrive
// as 45000.
func TestMoneyIsNeverTypedIntoANumberField(t *testing.T) {
	counted := 0
	money := `(?i)amount|price|money|total|rate|fee|cost|currency`
	for file, source := range sources(t) {
		for _, field := range regexp.MustCompile(`@number\(.*`).FindAllString(source, -1) {
			counted++
			assert.NotRegexp(t, money, field, file)
		}
		for _, tag := range tags(source, "input") {
			if !strings.Contains(tag, `type="number"`) {
				continue
			}
			counted++
			assert.NotRegexp(t, money, tag, file)
			assert.Contains(t, tag, `inputmode="numeric"`, "%s: a number field is for whole numbers", file)
		}
	}
	assert.NotZero(t, counted)
}

// A box that somebody touched once does not follow what the server says later.
func TestNothingPushedHoldsABox(t *testing.T) {
	var html strings.Builder
	for _, typ := range inn.Types {
		for _, data := range []any{booking(), alert(), property()} {
			if live := Live(eventOf(t, 1, typ, "booking:BK-1001", data), seesAll, epoch); live != nil {
				html.WriteString(render(t, live))
			}
		}
	}
	html.WriteString(render(t, StatusState(Status{})))
	html.WriteString(render(t, RejectedState([]Rejected{{At: noon, Shape: "{}"}}, noon.Location())))
	html.WriteString(render(t, PreferencesState(inn.DefaultPreferences(), noon, noon.Location())))
	require.NotEmpty(t, html.String())
	assert.NotRegexp(t, `type="(checkbox|radio)"`, html.String())
}
