package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const said = "retry: 900\nid: k7f2-10\nevent: hello\ndata: {}\n\n" +
	"id: k7f2-11\nevent: booking:new\ndata: {\"id\":\"k7f2-99\"}\n\n" +
	"data: state has no id\n\n" +
	"id: k7f2-12\ndata: <hx-partial>\ndata: id: k7f2-98\n\n" +
	"id: k7f2-12\nevent: beat\ndata: \"\"\n\n"

var heard = []string{"hello 10", " 11", " 12", "beat 12"}

// However the bytes are cut, the messages are the same.
func TestParserInPieces(t *testing.T) {
	var chunks strings.Builder
	for rest := said; rest != ""; {
		n := min(7, len(rest))
		fmt.Fprintf(&chunks, "%x;ext=1\r\n%s\r\n", n, rest[:n])
		rest = rest[n:]
	}
	for _, c := range []struct {
		chunked bool
		bytes   string
	}{{false, said}, {true, chunks.String()}} {
		for piece := 1; piece < 80; piece++ {
			p := newParser(c.chunked)
			var got []string
			for part := range slices.Chunk([]byte(c.bytes), piece) {
				p.feed(part, func(name string, position int64) { got = append(got, fmt.Sprintf("%s %d", name, position)) })
			}
			if !slices.Equal(got, heard) {
				t.Fatalf("chunked %t in pieces of %d: %q", c.chunked, piece, got)
			}
		}
	}
}

// A line longer than what is kept of it is still one line.
func TestLongLines(t *testing.T) {
	p := newParser(false)
	var got []int64
	for _, part := range []string{"id: k7f2-5\ndata: ", strings.Repeat("x", 500), "\n", "\nid: k7f2-6\n", "data: y\n\n"} {
		p.feed([]byte(part), func(_ string, position int64) { got = append(got, position) })
	}
	if !slices.Equal(got, []int64{5, 6}) {
		t.Fatal(got)
	}
}
