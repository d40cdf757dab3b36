package main

import (
	"fmt"
	"os"
	"strings"
)

// set is every figure of README.md, in its order; first what to read them by.
var set = []string{
	"-floor bare -streams 1000 -messages 200 -rate 10 fanout",
	"-floor naive -streams 1000 -messages 200 -rate 10 fanout",
	"-floor naive -streams 10000 -messages 30 -rate 1 fanout",
	"-floor naive -streams 1 -messages 20000 -rate 0 -publishers 8 fanout",
	"-streams 1000 -messages 200 -rate 10 fanout",
	"-streams 10000 -messages 30 -rate 1 fanout",
	"-page -streams 1000 -messages 100 -rate 5 fanout",
	"-page -streams 10000 -messages 30 -rate 1 fanout",
	"-streams 1000 -messages 300 -rate 0 fanout",
	"-streams 1 -messages 20000 -rate 0 -publishers 8 fanout",
	"-streams 1 -messages 500 -rate 0 -publishers 8 -batch 100 fanout",
	"-streams 10000 -properties 10000 -messages 2000 -rate 200 -publishers 4 fanout",
	"-streams 500 -behind 100 -rate 0 catchup",
	"-streams 100 -stalled 100 -messages 1000 -rate 100 -size 1900 stalled",
	"-data DIR/million -rate 50 pages",
	"-data DIR/million start",
}

// standard makes every run, one after the other. What follows is added to each,
// -binary for example. A failed run does not stop the others.
func standard(more []string) (status int) {
	dir, err := os.MkdirTemp("", "baithaka-bench-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1
	}
	defer os.RemoveAll(dir)
	for _, line := range set {
		if err := measure(append(more, strings.Fields(strings.ReplaceAll(line, "DIR", dir))...)); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			status = 1
		}
	}
	return status
}
