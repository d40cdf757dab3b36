package handlers

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
	"baithaka/internal/intake"
	"baithaka/views"
)

// rejectedKept is how many rejected publishes the inspector remembers.
const rejectedKept = 100

// inspector remembers the publishes that were refused, and why, so that whoever
// connects a program sees what it does wrong. It is memory only, and it holds
// names of fields and reasons, never a value: what is in a body is a guest's.
type inspector struct {
	mu      sync.Mutex
	list    []views.Rejected // newest first
	version uint64
}

// bodyKey is under which a publish keeps its body, for the inspector.
const bodyKey = "body"

func publishes(c echo.Context) bool {
	return c.Request().Method == http.MethodPost && (c.Path() == "/api/v1/events" || c.Path() == "/api/realtime/trigger")
}

// rejected notes a refused publish. The same refusal again is counted, not
// listed: one program that is wrong all day hides nobody else.
func (i *inspector) rejected(c echo.Context, status int, e *inn.Error, now time.Time) {
	body, _ := c.Get(bodyKey).([]byte)
	one := views.Rejected{At: now, Actor: "nobody known", Status: status, Reason: e.Text, Fields: e.Fields, Shape: intake.Shape(body), Times: 1}
	if v := viewer(c); v.Somebody() {
		one.Actor = v.Name
	}
	if len(one.Fields) > 10 {
		one.Fields = one.Fields[:10]
	}
	one.Fields = nameless(one.Fields)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.version++
	for n, known := range i.list {
		if known.Same(one) {
			one.Times += known.Times
			i.list = append(i.list[:n], i.list[n+1:]...)
			break
		}
	}
	i.list = append([]views.Rejected{one}, i.list[:min(len(i.list), rejectedKept-1)]...)
}

// nameless returns the wrong fields without names that are none of ours.
func nameless(fields []inn.FieldError) []inn.FieldError {
	list := make([]inn.FieldError, len(fields))
	for i, f := range fields {
		parts := strings.Split(f.Pointer(), "/")
		for n, part := range parts {
			if _, err := strconv.Atoi(part); err != nil && part != "" && part != "Idempotency-Key" && !intake.Published(part) {
				parts[n] = "?"
			}
		}
		list[i] = inn.FieldError{Field: strings.Join(parts, "/"), Detail: f.Detail}
	}
	return list
}

// rejections returns what is remembered, the newest first.
func (i *inspector) rejections() ([]views.Rejected, uint64) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]views.Rejected(nil), i.list...), i.version
}
