package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"
)

var runs = map[string]func(*plan) error{"fanout": fanout, "stalled": stalled, "catchup": catchup, "pages": pages, "start": starts}

func main() {
	args := os.Args[1:]
	if len(args) > 0 && args[0] == "floor" {
		if err := serveFloor(args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	debug.SetGCPercent(400)
	if len(args) > 0 && args[0] == "standard" {
		os.Exit(standard(args[1:]))
	}
	if err := measure(args); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// measure makes one run: flags, and which.
func measure(args []string) error {
	p := &plan{}
	flags := flag.NewFlagSet("bench", flag.ExitOnError)
	flags.Usage = func() {
		fmt.Fprintln(flags.Output(), "bench [flags] fanout | stalled | catchup | pages | start")
		fmt.Fprintln(flags.Output(), "bench standard [flags]: every figure of README.md")
		flags.PrintDefaults()
	}
	flags.StringVar(&p.binary, "binary", "../baithaka", "the built program")
	flags.StringVar(&p.floor, "floor", "", "fanout: instead of the program, a server that only delivers: bare (writes to taken connections) or naive (net/http, a goroutine and a channel for each stream)")
	flags.StringVar(&p.data, "data", "", "a directory to make the house in, and keep (pages, start); a temporary one when empty")
	flags.IntVar(&p.streams, "streams", 1000, "streams")
	flags.IntVar(&p.opening, "opening", 0, "streams being opened at once; 0 for all, as after a restart")
	flags.BoolVar(&p.page, "page", false, "streams of pages with signed-in people, not of programs")
	flags.IntVar(&p.people, "people", 50, "people, with -page; the streams are shared out among them")
	flags.IntVar(&p.properties, "properties", 1, "properties; with more than one each stream follows one, and each publish is about one at random")
	flags.IntVar(&p.messages, "messages", 200, "publishes")
	flags.Float64Var(&p.rate, "rate", 10, "publishes (pages: requests) per second; 0: as fast as they are answered")
	flags.IntVar(&p.publishers, "publishers", 1, "connections that publish")
	flags.IntVar(&p.batch, "batch", 1, "events in each publish")
	flags.IntVar(&p.size, "size", 600, "bytes of text in each event")
	flags.BoolVar(&p.bookings, "bookings", false, "each event makes a booking; otherwise it raises an alert again")
	flags.IntVar(&p.behind, "behind", 100, "catchup: publishes that everybody missed")
	flags.IntVar(&p.stalled, "stalled", 100, "stalled: streams beside the others that are never read")
	flags.IntVar(&p.events, "events", 1_000_000, "pages, start: events in the log")
	flags.IntVar(&p.seconds, "seconds", 20, "pages: how long each page is asked for")
	flags.DurationVar(&p.settle, "settle", 2*time.Second, "pause before memory is read")
	if err := flags.Parse(args); err != nil {
		return err
	}
	run := runs[flags.Arg(0)]
	if run == nil || flags.NArg() != 1 || p.streams < 1 || p.batch < 1 || p.publishers < 1 || p.properties < 1 {
		flags.Usage()
		os.Exit(2)
	}
	if p.floor != "" && (flags.Arg(0) != "fanout" || p.page || p.bookings || p.properties > 1 || p.batch > 1) {
		return errors.New("a floor has alerts of one property and streams of programs, and no batches")
	}
	if !p.page && flags.Arg(0) != "pages" {
		p.people = 0
	}
	if path, err := filepath.Abs(p.binary); err == nil {
		p.binary = path
	}
	fmt.Println("bench", strings.Join(args, " "))
	return run(p)
}
