package inn

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every constant of type Type has one row in the table, and nothing else has.
func TestEveryTypeHasARow(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "event_types.go", nil, 0)
	require.NoError(t, err)
	declared := map[Type]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if is, ok := spec.Type.(*ast.Ident); ok && is.Name == "Type" {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			declared[Type(value)] = true
		}
		return true
	})
	require.NotEmpty(t, declared)
	assert.Len(t, typeTable, len(declared), "each once")
	for _, row := range typeTable {
		assert.True(t, declared[row.Type], row.Type)
		assert.True(t, row.priority.Valid(), row.Type)
		assert.NotEmpty(t, row.needs, row.Type)
		assert.Contains(t, Limits, row.kept, row.Type)
		assert.True(t, row.kind != "" || row.takes == "", "%s: what is internal cannot be published", row.Type)
		assert.False(t, row.card && row.badge, row.Type)
	}
	for typ := range declared {
		assert.Contains(t, Types, typ)
	}
}
