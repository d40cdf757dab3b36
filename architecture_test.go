package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// below says which packages of the house each may import: what stands below it.
// main may import all of them. A package that is not here has no place yet.
var below = map[string][]string{
	"internal/zones":           {},
	"internal/inn":             {"internal/zones"},
	"static":                   {},
	"db":                       {},
	"internal/live":            {"internal/inn"},
	"internal/auth/credential": {"internal/inn"},
	"store":                    {"db", "internal/auth/credential", "internal/inn"},
	"internal/auth":            {"store", "internal/inn"},
	"internal/figures":         {"store", "internal/live", "internal/inn"},
	"views":                    {"static", "internal/inn", "internal/zones"},
	"internal/jobs":            {"store", "internal/inn"},
	"internal/delivery/conn":   {},
	"internal/delivery":        {"internal/delivery/conn", "internal/figures", "store", "internal/live", "views", "internal/inn"},
	"internal/export":          {"internal/inn"},
	"internal/intake":          {"internal/inn"},
	"handlers":                 {"internal/auth", "internal/export", "internal/intake", "internal/delivery", "internal/delivery/conn", "internal/jobs", "views", "internal/figures", "store", "internal/live", "static", "internal/inn", "internal/zones"},
	"internal/demo":            {"store", "internal/inn"},
	"internal/command":         {"handlers", "internal/delivery", "internal/jobs", "internal/demo", "internal/figures", "store", "internal/live", "db", "internal/inn", "internal/zones"},
	".":                        {"internal/command"},

	// For tests and bench only.
	"internal/oracle": {},
	"internal/trial":  {},
}

// noFurther says which packages keep to the standard library, and what else each
// may import all the same.
var noFurther = map[string][]string{
	"internal/inn":           {"golang.org/x/text/cases", "golang.org/x/text/unicode/norm"}, // tables of Unicode's, and no more
	"internal/live":          nil,
	"internal/delivery/conn": nil,
	"static":                 nil,
	"internal/zones":         nil,
	"internal/oracle":        nil,
}

func TestImportOrder(t *testing.T) {
	for _, path := range sources(t, ".go") {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		in := filepath.ToSlash(filepath.Dir(path))
		may, known := below[in]
		require.True(t, known, "%s: say in the table what this package may import", in)
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		require.NoError(t, err)
		for _, spec := range file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			require.NoError(t, err)
			if ours, found := strings.CutPrefix(name, "baithaka/"); found {
				assert.True(t, slices.Contains(may, ours), "%s imports %s, which does not stand below %s", path, ours, in)
			} else if first, _, _ := strings.Cut(name, "/"); strings.Contains(first, ".") {
				allowed, keeps := noFurther[in]
				assert.True(t, !keeps || slices.Contains(allowed, name), "%s imports %s: %s keeps to the standard library", path, name, in)
			}
		}
	}
}

// A file of more than this says that something in it wants a name of its own.
const longest = 350

func TestNoFileIsTooLong(t *testing.T) {
	for _, path := range append(sources(t, ".go"), sources(t, ".templ")...) {
		if strings.HasSuffix(path, "_templ.go") || strings.HasSuffix(path, "_test.go") {
			continue
		}
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.LessOrEqual(t, strings.Count(string(text), "\n"), longest, path)
	}
}

// A struct that keeps something of its own has no more fields than this: those that
// belong together are a struct with a name. Values are as wide as what they tell of:
// a struct whose fields are all exported (a row, a filter, what a page shows), and
// whatever stands in inn and views, which keep nothing.
const widest = 12

func TestNoStructIsTooWide(t *testing.T) {
	for _, path := range sources(t, ".go") {
		in := filepath.ToSlash(filepath.Dir(path))
		if strings.HasSuffix(path, "_test.go") || in == "internal/inn" || in == "views" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			fields, keeps := 0, false
			if of, ok := spec.Type.(*ast.StructType); ok {
				for _, field := range of.Fields.List {
					fields += max(1, len(field.Names)) // an embedded one has no name
					for _, name := range field.Names {
						keeps = keeps || !name.IsExported()
					}
				}
			}
			assert.True(t, !keeps || fields <= widest, "%s: %s has %d fields, and %d are the most: name those that belong together", path, spec.Name, fields, widest)
			return true
		})
	}
}

// sources returns the house's own files with that ending; what has a module of
// its own is not of the house.
func sources(t *testing.T, ending string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." {
			if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil || strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "data" {
				return filepath.SkipDir
			}
		}
		if !d.IsDir() && strings.HasSuffix(path, ending) {
			paths = append(paths, path)
		}
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	return paths
}

var libc = regexp.MustCompile(`modernc\.org/libc (v\S+)`)

// modernc.org/sqlite is generated against one version of its C library; with
// any other it may corrupt what it writes. What go.mod requires may be newer,
// because another module asked for it: what is built in is what counts.
func TestSQLiteHasItsOwnLibc(t *testing.T) {
	list := func(format, module string) string {
		out, err := exec.Command("go", "list", "-m", "-f", format, module).Output()
		require.NoError(t, err)
		return strings.TrimSpace(string(out))
	}
	theirs, err := os.ReadFile(filepath.Join(list("{{.Dir}}", "modernc.org/sqlite"), "go.mod"))
	require.NoError(t, err)
	wanted := libc.FindSubmatch(theirs)
	require.Len(t, wanted, 2)
	assert.Equal(t, string(wanted[1]), list("{{with .Replace}}{{.Version}}{{else}}{{.Version}}{{end}}", "modernc.org/libc"),
		"go mod edit -replace modernc.org/libc=modernc.org/libc@%s", wanted[1])
}
