package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// documented is the document as served, checked to be OpenAPI.
func documented(t *testing.T, s *site) *openapi3.T {
	t.Helper()
	r := s.nobody().get("/openapi.json")
	require.Equal(t, http.StatusOK, r.Status)
	document, err := openapi3.NewLoader().LoadFromData([]byte(r.Body))
	require.NoError(t, err)
	require.NoError(t, document.Validate(context.Background()))
	return document
}

var pathParameter = regexp.MustCompile(`:(\w+)`)

func TestOpenAPIDescribesEveryRouteAndNoOther(t *testing.T) {
	s := newSite(t)
	document := documented(t, s)
	routes := map[string]route{}
	for _, r := range s.routes() {
		routes[r.method+" "+pathParameter.ReplaceAllString(r.path, "{$1}")] = r
	}
	found := map[string]bool{}
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			r, known := routes[method+" "+path]
			assert.True(t, known, "%s %s is described and no route", method, path)
			found[method+" "+path] = true
			open := operation.Security != nil && len(*operation.Security) == 0
			assert.Equal(t, r.needs == inn.Open, open, "%s %s: who needs a key?", method, path)
			// A parameter of the path that is named otherwise would be filled in by nobody.
			for _, name := range regexp.MustCompile(`{(\w+)}`).FindAllStringSubmatch(path, -1) {
				assert.NotNil(t, operation.Parameters.GetByInAndName("path", name[1]), "%s %s has no parameter %s", method, path, name[1])
			}
		}
	}
	for line := range routes {
		if strings.Contains(line, " /api/") {
			assert.True(t, found[line], "%s is a route and not described", line)
		}
	}
}

// The lists of the document are those of the program.
func TestOpenAPIKnowsTheWords(t *testing.T) {
	document := documented(t, newSite(t))
	for name, want := range map[string][]string{
		"Kind": stringsOf(inn.Kinds), "Priority": stringsOf(inn.Priorities), "Role": stringsOf(inn.Roles),
		"Category": stringsOf(inn.Categories), "BookingStatus": stringsOf(inn.Statuses),
		"Type": stringsOf(slices.DeleteFunc(slices.Clone(inn.Types), func(t inn.Type) bool { return !t.Known() })),
	} {
		var got []string
		for _, one := range document.Components.Schemas[name].Value.Enum {
			got = append(got, one.(string))
		}
		assert.ElementsMatch(t, want, got, name)
	}
}

func stringsOf[T ~string](values []T) []string {
	var list []string
	for _, v := range values {
		list = append(list, string(v))
	}
	return list
}

// schemas checks answers against the document.
type schemas struct {
	t *testing.T
	c *jsonschema.Compiler
}

func newSchemas(t *testing.T) schemas {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(openAPI))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("openapi.json", document))
	return schemas{t, c}
}

// fits checks a JSON text against the schema at a pointer into the document.
func (s schemas) fits(pointer, text, what string) {
	s.t.Helper()
	schema, err := s.c.Compile("openapi.json#" + pointer)
	require.NoError(s.t, err, pointer)
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	require.NoError(s.t, err, "%s: %s", what, text)
	assert.NoError(s.t, schema.Validate(value), "%s: %s", what, text)
}

// answerSchema returns the pointer to the schema of what a GET answers.
func answerSchema(path string) string {
	return "/paths/" + strings.ReplaceAll(path, "/", "~1") + "/get/responses/200/content/application~1json/schema"
}

// Every example that a reader might copy works, in the order they stand, and
// every answer is what the document says.
func TestOpenAPIExamplesWork(t *testing.T) {
	s := newSite(t)
	check := newSchemas(t)
	writer := s.key("events:write,events:read,money:read,contacts:read")
	const publishPointer, published, notApplied = "/components/requestBodies/Publish/content/application~1json/schema",
		"/components/responses/Published/content/application~1json/schema", "/components/responses/NotApplied/content/application~1json/schema"
	var names []string
	var raw struct {
		Components struct {
			RequestBodies map[string]struct {
				Content map[string]struct {
					Examples json.RawMessage
				}
			}
		}
	}
	require.NoError(t, json.Unmarshal(openAPI, &raw))
	examples := raw.Components.RequestBodies["Publish"].Content["application/json"].Examples
	var values map[string]struct{ Value json.RawMessage }
	require.NoError(t, json.Unmarshal(examples, &values))
	decoder := json.NewDecoder(bytes.NewReader(examples))
	_, err := decoder.Token()
	require.NoError(t, err)
	for decoder.More() { // in the order they are written
		name, err := decoder.Token()
		require.NoError(t, err)
		names = append(names, name.(string))
		var skipped json.RawMessage
		require.NoError(t, decoder.Decode(&skipped))
	}
	require.NotEmpty(t, names)
	for _, name := range names {
		body := string(values[name].Value)
		check.fits(publishPointer, body, name)
		r := writer.post("/api/v1/events", body)
		require.Equal(t, http.StatusCreated, r.Status, "%s: %s", name, r.Body)
		check.fits(published, r.Body, name)
	}
	again := writer.post("/api/v1/events", string(values["resolved"].Value))
	assert.Equal(t, http.StatusOK, again.Status, again.Body)
	check.fits(notApplied, again.Body, "again")

	for address, pointer := range map[string]string{
		"/api/v1/events?limit=3":    answerSchema("/api/v1/events"),
		"/api/v1/bookings":          answerSchema("/api/v1/bookings"),
		"/api/v1/bookings/BK-1001":  answerSchema("/api/v1/bookings/{id}"),
		"/api/v1/notifications":     answerSchema("/api/v1/notifications"),
		"/api/v1/metrics?window=7d": answerSchema("/api/v1/metrics"),
	} {
		for who, one := range map[string]*caller{"key": writer, "admin": s.as("admin"), "staff": s.as("staff")} {
			r := one.get(address)
			require.Equal(t, http.StatusOK, r.Status, address)
			check.fits(pointer, r.Body, address+" as "+who)
		}
	}
	check.fits("/components/schemas/Statistics", s.as("admin").get("/api/realtime/trigger").Body, "statistics")
	for what, r := range map[string]answer{
		"unknown field": writer.post("/api/v1/events", `{"type":"booking:new","payload":{"id":"BK-9","nonsense":1}}`),
		"no JSON":       writer.post("/api/v1/events", `{`),
		"no scope":      writer.get("/api/realtime/trigger"),
		"no key":        s.nobody().get("/api/v1/events"),
		"absent":        writer.get("/api/v1/bookings/BK-nowhere"),
	} {
		assert.Equal(t, "application/problem+json", r.Header.Get("Content-Type"), what)
		check.fits("/components/schemas/Problem", r.Body, what)
	}
}

// The page is made from the document: whatever stands there can be found on it.
func TestDocsShowTheWholeDocument(t *testing.T) {
	s := newSite(t)
	r := s.nobody().get("/docs")
	require.Equal(t, http.StatusOK, r.Status)
	document := documented(t, s)
	for path, item := range document.Paths.Map() {
		for _, operation := range item.Operations() {
			assert.Contains(t, r.Body, `id="`+operation.OperationID+`"`, path)
		}
		assert.Contains(t, r.Body, "<code>"+path+"</code>")
	}
	for name := range document.Components.Schemas {
		assert.Contains(t, r.Body, `id="value-`+name+`"`)
	}
	for _, link := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(r.Body, -1) {
		assert.Equal(t, 1, strings.Count(r.Body, ` id="`+link[1]+`"`), "#%s leads nowhere, or to two places", link[1])
	}
	assert.NotContains(t, r.Body, "<script")
}
