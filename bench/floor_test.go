package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// A floor says what the generator reads: where a stream begins, that it is live,
// and each event once, in order and under the number that was answered.
func TestFloors(t *testing.T) {
	for kind := range floors {
		server := httptest.NewServer(newFloor(kind))
		defer server.Close()
		res, err := http.Get(server.URL + "/api/v1/stream")
		if err != nil {
			t.Fatal(kind, err)
		}
		defer res.Body.Close()
		for n := range 3 {
			answer, err := http.Post(server.URL+"/api/v1/events", "application/json", strings.NewReader(`{"property":"house-0","payload":{}}`))
			if err != nil {
				t.Fatal(kind, err)
			}
			body, _ := io.ReadAll(answer.Body)
			answer.Body.Close()
			if at, err := positions(body); err != nil || !slices.Equal(at, []int64{int64(n + 1)}) {
				t.Fatal(kind, at, err)
			}
		}
		p, buf := newParser(false), make([]byte, 4096)
		var got []string
		for len(got) < 5 {
			n, err := res.Body.Read(buf)
			p.feed(buf[:n], func(name string, position int64) { got = append(got, fmt.Sprintf("%s %d", name, position)) })
			if err != nil {
				t.Fatal(kind, got, err)
			}
		}
		if !slices.Equal(got, []string{"hello 0", "live 0", " 1", " 2", " 3"}) {
			t.Fatal(kind, got)
		}
	}
}
