package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// elsewhere says what of the package time is asked for in one place only, and
// where: every zone comes from the house's own database, every day begins where
// inn.Date says, every instant from outside is read by inn.ParseInstant, and
// nothing is shown by the clock of the machine.
var elsewhere = map[string]string{
	"LoadLocation":           "internal/zones: ask inn.Location",
	"LoadLocationFromTZData": "internal/zones: ask inn.Location",
	"Local":                  "nowhere: the machine's own zone is nobody's",
	"Parse":                  "inn, or with a layout of this house's: ask inn.ParseInstant or inn.ParseDate",
	"ParseInLocation":        "nowhere: ask inn.ParseDate and inn.Date.At",
	"Date":                   "inn: ask inn.Date.Begin or inn.Date.At",
}

// mayAsk are the files that are that place, and those whose use is harmless.
var mayAsk = map[string][]string{
	"internal/zones/zones.go": {"LoadLocationFromTZData"},
	"internal/inn/date.go":    {"Parse", "Date"},
	"internal/inn/instant.go": {"Parse"},
	"handlers/nights.go":      {"Parse", "Date"}, // a time of day, without a day or a zone
	"store/search.go":         {"Date"},          // days of UTC, by which the index is divided
}

func TestOneClock(t *testing.T) {
	for _, path := range sources(t, ".go") {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		test, slashed := strings.HasSuffix(path, "_test.go"), filepath.ToSlash(path)
		for _, spec := range file.Imports {
			assert.NotEqual(t, `"time/tzdata"`, spec.Path.Value, "%s: the house has a database of its own", path)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			asked, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			of, _ := asked.X.(*ast.Ident)
			place, one := elsewhere[asked.Sel.Name]
			switch {
			case asked.Sel.Name == "Local":
				assert.False(t, true, "%s: %s.Local is asked for; %s", path, asTold(asked.X), place)
			case of == nil || of.Name != "time" || !one:
			case test && !strings.HasPrefix(asked.Sel.Name, "LoadLocation"):
			default:
				assert.Contains(t, mayAsk[slashed], asked.Sel.Name, "%s: time.%s is for %s", path, asked.Sel.Name, place)
			}
			// time.Now().Format shows the clock of the machine.
			if shown, ok := asked.X.(*ast.CallExpr); ok && (asked.Sel.Name == "Format" || asked.Sel.Name == "AddDate") && !test {
				assert.NotEqual(t, "time.Now", asTold(shown.Fun), "%s: say in which zone", path)
			}
			return true
		})
	}
}

// asTold writes an expression of names and dots.
func asTold(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return asTold(e.X) + "." + e.Sel.Name
	}
	return "…"
}
