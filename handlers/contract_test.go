package handlers

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// contract holds what is asked of the API and what it answers against
// openapi.json, as a validating proxy in front of it would. Every site of these
// tests stands behind it, so that whatever a test provokes has to be described:
// the status, the media type, the headers and the body of each answer, and the
// parameters and the body of each request that was accepted.
type contract struct {
	document *openapi3.T
	paths    []contractPath
	mu       sync.Mutex // of the compiler, which is not for several at once
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema
}

type contractPath struct {
	template string
	pattern  *regexp.Regexp
	item     *openapi3.PathItem
}

// theContract is read once for all sites.
var theContract = sync.OnceValue(func() *contract {
	document, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		panic(err)
	}
	raw, err := jsonschema.UnmarshalJSON(bytes.NewReader(openAPI))
	if err != nil {
		panic(err)
	}
	c := &contract{document: document, compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{}}
	c.compiler.AssertFormat()
	if err := c.compiler.AddResource("openapi.json", raw); err != nil {
		panic(err)
	}
	for template, item := range document.Paths.Map() {
		pattern := regexp.MustCompile(`\\\{\w+\\\}`).ReplaceAllString(regexp.QuoteMeta(template), `[^/]+`)
		c.paths = append(c.paths, contractPath{template, regexp.MustCompile("^" + pattern + "$"), item})
	}
	return c
})

// operation returns what describes a request, and the pointer to it; nil where
// there is nothing of the API, or where the method is a wrong one.
func (c *contract) operation(r *http.Request) (*openapi3.Operation, string) {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for _, p := range c.paths {
		if p.pattern.MatchString(r.URL.EscapedPath()) {
			return p.item.GetOperation(method), "/paths/" + escaped(p.template) + "/" + strings.ToLower(method)
		}
	}
	return nil, ""
}

func escaped(part string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(part)
}

// schema compiles the schema at a pointer, or that of the component it refers
// to.
func (c *contract) schema(pointer string) (*jsonschema.Schema, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.schemas[pointer]; s != nil {
		return s, nil
	}
	s, err := c.compiler.Compile("openapi.json#" + pointer)
	if err == nil {
		c.schemas[pointer] = s
	}
	return s, err
}

func (c *contract) fits(pointer string, value any) error {
	s, err := c.schema(pointer)
	if err != nil {
		return err
	}
	return s.Validate(value)
}

// fitsText is fits for a JSON text.
func (c *contract) fitsText(pointer, text string) error {
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return err
	}
	return c.fits(pointer, value)
}

// at returns the pointer a component stands at, else the one it was referred from.
func at(ref, pointer string) string {
	return cmp.Or(strings.TrimPrefix(ref, "#"), pointer)
}

// answered looks at an answer. It returns what is wrong with it.
func (c *contract) answered(operation *openapi3.Operation, pointer string, r *http.Request, status int, h http.Header, body []byte) (problems []string) {
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	response := operation.Responses.Status(status)
	if status == http.StatusMethodNotAllowed && r.Method == http.MethodHead {
		return nil // of a stream: that is no operation
	}
	if response == nil {
		wrong("the status is not described: %s", body)
		return problems
	}
	for name, header := range response.Value.Headers {
		value := h.Get(name)
		switch {
		case value == "" && header.Value.Required:
			wrong("the header %s is missing", name)
		case value != "":
			if err := c.fits(at(header.Ref, "")+"/schema", typed(header.Value.Schema.Value, value)); err != nil {
				wrong("the header %s: %v", name, err)
			}
		}
	}
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	if len(response.Value.Content) == 0 {
		if len(body) > 0 {
			wrong("no body is described, and there is one: %s", body)
		}
		return problems
	}
	if response.Value.Content.Get(kind) == nil {
		wrong("the media type %q is not described", kind)
		return problems
	}
	if strings.HasSuffix(kind, "json") && r.Method != http.MethodHead {
		at := at(response.Ref, pointer+"/responses/"+strconv.Itoa(status)) + "/content/" + escaped(kind) + "/schema"
		if err := c.fitsText(at, string(body)); err != nil {
			wrong("the body: %v: %s", err, body)
		}
	}
	return problems
}

// accepted looks at a request that was answered well: what had an effect has to
// be described.
func (c *contract) accepted(operation *openapi3.Operation, pointer string, r *http.Request, body []byte) (problems []string) {
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	one := func(in, name, value string) {
		for i, p := range operation.Parameters {
			if p.Value.In == in && p.Value.Name == name {
				if err := c.fits(at(p.Ref, fmt.Sprintf("%s/parameters/%d", pointer, i))+"/schema", typed(p.Value.Schema.Value, value)); err != nil {
					wrong("the parameter %s: %v", name, err)
				}
				return
			}
		}
		wrong("the parameter %s (%s) is not described", name, in)
	}
	for name, values := range r.URL.Query() {
		for _, value := range values {
			if value != "" && !slices.Contains(nobodysParameters, name) { // an empty one is none
				one("query", name, value)
			}
		}
	}
	for _, name := range []string{"Idempotency-Key", "Last-Event-ID"} {
		described := operation.Parameters.GetByInAndName("header", name) != nil
		if value := r.Header.Get(name); value != "" && described {
			one("header", name, value)
		}
	}
	template, _ := url.PathUnescape(strings.ReplaceAll(strings.TrimPrefix(pointer, "/paths/"), "~1", "/"))
	parts := strings.Split(r.URL.EscapedPath(), "/")
	for i, part := range strings.Split(template, "/") {
		if name, is := strings.CutPrefix(part, "{"); is {
			value, _ := url.PathUnescape(parts[i])
			one("path", strings.TrimSuffix(name, "}"), value)
		}
	}
	switch {
	case operation.RequestBody != nil && len(body) == 0 && !operation.RequestBody.Value.Required:
	case operation.RequestBody != nil:
		at := at(operation.RequestBody.Ref, pointer+"/requestBody") + "/content/application~1json/schema"
		if err := c.fitsText(at, string(body)); err != nil {
			wrong("the body that was accepted: %v: %s", err, body)
		}
	case len(body) > 0:
		wrong("a body is not described, and one was accepted: %s", body)
	}
	return problems
}

// nobodysParameters are what tests send to every address to see that it is passed
// over there.
var nobodysParameters = []string{"all", "mute", "token", "_", "nocache", "v", "utm_source"}

// typed reads a parameter as what its schema says it is.
func typed(s *openapi3.Schema, value string) any {
	switch {
	case s.Type.Is("integer"):
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			return n
		}
	case s.Type.Is("boolean"):
		if b, err := strconv.ParseBool(value); err == nil {
			return b
		}
	}
	return value
}

// watched puts the contract in front of a site.
func watched(t testing.TB, next http.Handler) http.Handler {
	c := theContract()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		operation, pointer := c.operation(r)
		if operation == nil || r.Method != http.MethodPost && r.ContentLength != 0 { // what a body is for there nobody says
			next.ServeHTTP(w, r)
			return
		}
		asked := *r.URL
		one := &watchedAnswer{ResponseWriter: w, status: http.StatusOK}
		body := &watchedBody{ReadCloser: r.Body}
		seen := r.Clone(r.Context())
		r.Body = body
		next.ServeHTTP(one, r)
		seen.URL = &asked
		var problems []string
		if !one.streams {
			said := one.body.Bytes()
			if w.Header().Get("Content-Encoding") == "gzip" {
				said = []byte(unpacked(t, answer{Header: w.Header(), Body: one.body.String()}))
			}
			problems = c.answered(operation, pointer, seen, one.status, w.Header(), said)
		}
		if one.status < 300 {
			problems = append(problems, c.accepted(operation, pointer, seen, body.read.Bytes())...)
		}
		for _, problem := range problems {
			t.Errorf("openapi.json and %s %s, answered %d: %s", r.Method, &asked, one.status, problem)
		}
	})
}

// watchedAnswer keeps what is answered. Streams are not kept: reader looks at
// their events.
type watchedAnswer struct {
	http.ResponseWriter
	status  int
	begun   bool
	streams bool
	body    bytes.Buffer
}

func (w *watchedAnswer) WriteHeader(status int) {
	if !w.begun {
		w.status, w.begun = status, true
		w.streams = strings.HasPrefix(w.Header().Get("Content-Type"), "text/event-stream")
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watchedAnswer) Write(b []byte) (int, error) {
	w.begun = true
	if !w.streams {
		w.body.Write(b)
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController, which takes the connection over.
func (w *watchedAnswer) Unwrap() http.ResponseWriter {
	w.streams = w.streams || strings.HasPrefix(w.Header().Get("Content-Type"), "text/event-stream")
	return w.ResponseWriter
}

type watchedBody struct {
	io.ReadCloser
	read bytes.Buffer
}

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read.Write(p[:n])
	return n, err
}

// The contract notices what is not described: it is not there for show.
func TestContractNoticesWhatIsNotDescribed(t *testing.T) {
	c := theContract()
	request := func(method, address string) *http.Request {
		r, err := http.NewRequest(method, "http://127.0.0.1"+address, nil)
		require.NoError(t, err)
		return r
	}
	list := request("GET", "/api/v1/bookings?property=lake-house")
	operation, pointer := c.operation(list)
	require.NotNil(t, operation)
	asJSON, asProblem := http.Header{"Content-Type": {"application/json"}}, http.Header{"Content-Type": {"application/problem+json"}}
	fine := `{"bookings":[],"next":null}`
	assert.Empty(t, c.answered(operation, pointer, list, 200, asJSON, []byte(fine)))
	for what, problems := range map[string][]string{
		"a status":              c.answered(operation, pointer, list, 418, asJSON, nil),
		"a media type":          c.answered(operation, pointer, list, 200, http.Header{"Content-Type": {"text/html"}}, []byte(fine)),
		"an absent field":       c.answered(operation, pointer, list, 200, asJSON, []byte(`{"bookings":[]}`)),
		"an unknown field":      c.answered(operation, pointer, list, 200, asJSON, []byte(`{"bookings":[{"id":"BK-1","type":"property","title":"T","customerName":"C","timestamp":"2026-12-12T00:00:00Z","status":"new","bookedAt":"2026-12-12T00:00:00Z","secret":1}],"next":null}`)),
		"no JSON":               c.answered(operation, pointer, list, 200, asJSON, []byte(`{`)),
		"an absent header":      c.answered(operation, pointer, list, 503, asProblem, []byte(`{"type":"about:blank","title":"T","status":503,"detail":"D"}`)),
		"an unknown parameter":  c.accepted(operation, pointer, request("GET", "/api/v1/bookings?colour=red"), nil),
		"a parameter's value":   c.accepted(operation, pointer, request("GET", "/api/v1/bookings?limit=0"), nil),
		"a body nobody expects": c.accepted(operation, pointer, list, []byte("{}")),
	} {
		assert.NotEmpty(t, problems, what)
	}
	publish, at := c.operation(request("POST", "/api/v1/events"))
	assert.Empty(t, c.accepted(publish, at, request("POST", "/api/v1/events"), []byte(booking("new", "BK-1", "lake-house", ""))))
	assert.NotEmpty(t, c.accepted(publish, at, request("POST", "/api/v1/events"), []byte(`{"type":"booking:confirmed","payload":{"id":"BK-1"},"colour":"red"}`)))
	one, at := c.operation(request("GET", "/api/v1/bookings/BK-1"))
	assert.Empty(t, c.accepted(one, at, request("GET", "/api/v1/bookings/BK-1"), nil))
	assert.NotEmpty(t, c.accepted(one, at, request("GET", "/api/v1/bookings/"+strings.Repeat("x", 65)), nil))
	for _, address := range []string{"/api/v1/bookings/BK-1/x", "/bookings", "/api/v1/nothing"} {
		nothing, _ := c.operation(request("GET", address))
		assert.Nil(t, nothing, address)
	}
}
