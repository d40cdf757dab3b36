#!/usr/bin/env bash
# Guessed, from the documentation of Client.ResponseValidator ("if the error type
# returned has a Temporary or a Timeout method, they will be used to determine
# whether to reattempt the connection"): an error for 429 whose Temporary() is true
# makes tmaxmax/go-sse v0.12.0 try again.
# Happens: it never asks the error; Connect returns for good after one request.
# A server that hangs up is tried again without end.
# Matters: a program that is refused once for want of room, or meets a 503 while
# the server starts, is never heard of again, though its author allowed for it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >go.mod <<'GO'
module temporary
go 1.24
GO
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"time"

	"github.com/tmaxmax/go-sse"
)

type later struct{}

func (later) Error() string   { return "too many" }
func (later) Temporary() bool { return true }
func (later) Timeout() bool   { return true }

func main() {
	tries := func(handler http.HandlerFunc) (int64, error) {
		var n atomic.Int64
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if n.Add(1) == 3 {
				cancel()
			}
			handler(w, r)
		}))
		defer server.Close()
		r, _ := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
		client := sse.Client{
			Backoff: sse.Backoff{InitialInterval: 50 * time.Millisecond},
			ResponseValidator: func(r *http.Response) error {
				if r.StatusCode == http.StatusTooManyRequests {
					return later{}
				}
				return sse.DefaultValidator(r)
			},
		}
		err := client.NewConnection(r).Connect()
		return n.Load(), err
	}
	refused, err := tries(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) })
	fmt.Printf("429 with a temporary error: %d request, then %v\n", refused, err)
	cut, err := tries(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "text/event-stream") })
	fmt.Printf("a stream that ends: %d requests, until the context ended: %v\n", cut, err)
	if refused != 1 || cut != 3 {
		fmt.Println("the behaviour has changed")
		os.Exit(1)
	}
}
GO
go get github.com/tmaxmax/go-sse@v0.12.0 >/dev/null 2>&1
echo "github.com/tmaxmax/go-sse $(go list -m -f '{{.Version}}' github.com/tmaxmax/go-sse)"
go run .
