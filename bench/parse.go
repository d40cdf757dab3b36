package main

import "bytes"

// parser reads one stream as it comes from the socket, in whatever pieces: it
// takes the chunks apart when there are any, and the lines. It keeps no more of
// a line than tells what it is.
type parser struct {
	chunked bool
	state   chunkState
	left    int // of the chunk

	line [96]byte // how a line that is not whole yet begins
	n    int

	position int64 // of the id line of the message that is being read; -1 for none
	name     string
}

type chunkState uint8

const (
	chunkSize chunkState = iota
	chunkExtension
	chunkData
	chunkEnd
)

// The messages that are not events.
const (
	nameHello  = "hello"
	nameLive   = "live"
	nameBeat   = "beat"
	nameResync = "resync"
	nameBye    = "bye"
	nameEvent  = "" // any other, or none
)

func newParser(chunked bool) parser { return parser{chunked: chunked, position: -1} }

// feed reads a piece and calls message for each that has an id: its name, if it
// is one of control, and the number in its position.
func (p *parser) feed(b []byte, message func(name string, position int64)) {
	if !p.chunked {
		p.text(b, message)
		return
	}
	for len(b) > 0 {
		switch p.state {
		case chunkSize:
			switch digit := hex(b[0]); {
			case digit >= 0:
				p.left = p.left<<4 | digit
			case b[0] == ';':
				p.state = chunkExtension
			case b[0] == '\n':
				p.state = chunkData
			}
			b = b[1:]
		case chunkExtension:
			if b[0] == '\n' {
				p.state = chunkData
			}
			b = b[1:]
		case chunkData:
			n := min(p.left, len(b))
			p.text(b[:n], message)
			b = b[n:]
			if p.left -= n; p.left == 0 {
				p.state = chunkEnd
			}
		case chunkEnd:
			if b[0] == '\n' {
				p.state = chunkSize
			}
			b = b[1:]
		}
	}
}

func hex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func (p *parser) text(b []byte, message func(string, int64)) {
	for {
		end := bytes.IndexByte(b, '\n')
		if end < 0 {
			p.n += copy(p.line[p.n:], b)
			return
		}
		if p.n == 0 {
			p.field(b[:end], message)
		} else {
			p.n += copy(p.line[p.n:], b[:end])
			p.field(p.line[:p.n], message)
			p.n = 0
		}
		b = b[end+1:]
	}
}

func (p *parser) field(line []byte, message func(string, int64)) {
	switch {
	case len(line) == 0:
		if p.position >= 0 {
			message(p.name, p.position)
		}
		p.position, p.name = -1, nameEvent
	case bytes.HasPrefix(line, []byte("id: ")):
		p.position = number(line[bytes.LastIndexByte(line, '-')+1:])
	case bytes.HasPrefix(line, []byte("event: ")):
		p.name = control(line[len("event: "):])
	}
}

// control returns one of the constants, so that nothing is allocated.
func control(name []byte) string {
	switch string(name) {
	case nameHello:
		return nameHello
	case nameLive:
		return nameLive
	case nameBeat:
		return nameBeat
	case nameResync:
		return nameResync
	case nameBye:
		return nameBye
	}
	return nameEvent
}

// number returns -1 for what is none.
func number(digits []byte) (n int64) {
	for _, c := range digits {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int64(c-'0')
	}
	if len(digits) == 0 {
		return -1
	}
	return n
}
