#!/usr/bin/env bash
# Guess: a tab that the browser froze runs nothing. Another tab that asks it over a
# BroadcastChannel whether it is still there gets no answer, and so knows that it
# may take its Web Lock.
#
# What happens: in Chromium the frozen tab (Page.setWebLifecycleState, which is what
# energy saving does) still has the lock, and its listener for messages still runs
# and answers at once. Only its timers stand still, and with them fetch and streams:
# the same answer given from setTimeout(…, 0) does not come until the tab is thawed.
#
# Why it matters: a leader among tabs (who rings, who keeps the stream, who syncs) is
# taken for alive although it hears and does nothing any more. Have it answer from a
# timer, and take the lock with {steal: true} when no answer comes.
#
# Needs Chromium (Debian: apt-get install chromium) and Go.
set -euo pipefail
command -v chromium >/dev/null || { echo "there is no chromium on this machine" >&2; exit 2; }
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
cat >go.mod <<'EOF'
module frozen
go 1.26
EOF
cat >main.go <<'EOF'
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

const leader = `new Promise((ready) => {
	window.ticks = 0; setInterval(() => window.ticks++, 50)
	const channel = new BroadcastChannel('leader')
	channel.onmessage = ({data}) => {
		if (data === 'ask') { channel.postMessage('from the listener'); setTimeout(() => channel.postMessage('from a timer')) }
	}
	navigator.locks.request('leader', () => { ready(true); return new Promise(() => {}) })
})`

const other = `new Promise((done) => {
	const said = [], channel = new BroadcastChannel('leader')
	channel.onmessage = ({data}) => { if (data !== 'ask') said.push(data) }
	channel.postMessage('ask')
	setTimeout(async () => done(said.sort().join(', ') + '; locks held: ' + (await navigator.locks.query()).held.length), 4000)
})`

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!DOCTYPE html><title>tab</title>")
	}))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("chromium"), chromedp.NoSandbox)...)
	defer stop()
	first, cancel := chromedp.NewContext(allocator)
	defer cancel()
	must(chromedp.Do(first, chromedp.Navigate(server.URL)))
	_, err := chromedp.Run(first, chromedp.Evaluate[bool](leader, chromedp.EvalAwaitPromise))
	must(err)
	second, cancel := chromedp.NewContext(first, chromedp.WithNewWindow(false))
	defer cancel()
	must(chromedp.Do(second, chromedp.Navigate(server.URL)))

	awake, err := chromedp.Run(second, chromedp.Evaluate[string](other, chromedp.EvalAwaitPromise))
	must(err)
	fmt.Println("awake:  answered", awake)
	must(chromedp.Do(first, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: page.SetWebLifecycleStateStateFrozen})
		return err
	})))
	frozen, err := chromedp.Run(second, chromedp.Evaluate[string](other, chromedp.EvalAwaitPromise))
	must(err)
	fmt.Println("frozen: answered", frozen)
	if awake != "from a timer, from the listener; locks held: 1" || frozen != "from the listener; locks held: 1" {
		fmt.Println("that is not what it was")
		os.Exit(1)
	}
}
EOF
go get github.com/chromedp/chromedp@v0.23.0 github.com/chromedp/cdproto@v0.159.0 >/dev/null 2>&1
echo "github.com/chromedp/chromedp v0.23.0, $(chromium --version)"
go run .
