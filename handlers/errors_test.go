package handlers

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// An address that is there says which methods it takes, to everybody and whatever
// id stands in it; one that is not there is 404 for all of them.
func TestWrongMethod(t *testing.T) {
	s := newSite(t)
	s.key("events:write").publish(booking("new", "BK-foreign", "hill-cottage", ""))
	takes := map[string][]string{}
	for _, r := range s.routes() {
		takes[r.path] = append(takes[r.path], r.method)
		if r.method == http.MethodGet && !streamPath(r.path) {
			takes[r.path] = append(takes[r.path], http.MethodHead)
		}
	}
	for pattern, methods := range takes {
		for _, id := range []string{"BK-foreign", "BK-absent"} {
			path := strings.NewReplacer(":id", id, ":slug", "lake-house", ":name", "none", ":token", "none", "*", "app.css").Replace(pattern)
			for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "BREW"} {
				if slices.Contains(methods, method) {
					continue
				}
				for _, c := range []*caller{s.nobody(), s.as("staff")} {
					r := c.do(method, path, "")
					assert.Equal(t, 405, r.Status, "%s %s as %s", method, path, c.name)
					allowed := strings.Split(r.Header.Get("Allow"), ", ")
					assert.ElementsMatch(t, append([]string{"OPTIONS"}, methods...), allowed, "%s %s", method, path)
					if strings.HasPrefix(path, "/api/") && method != http.MethodHead {
						assertProblem(t, bad{name: method + " " + path, status: 405}, r)
					}
				}
			}
		}
	}
	for _, path := range []string{"/nowhere", "/api/v1/nowhere", "/api/v1"} {
		for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
			assert.Equal(t, 404, s.as("staff").do(method, path, "").Status, "%s %s", method, path)
		}
	}
}
