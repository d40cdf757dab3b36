package oracle

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Message is one message of a stream.
type Message struct {
	ID, Event, Data, Retry string
	HasID                  bool // an id line was there
}

func (m Message) String() string { return fmt.Sprintf("[%s] %s %s", m.ID, m.Event, m.Data) }

// Read reads a stream until it ends and returns the error it ended with, io.EOF
// when that was in order. It is stricter than a browser: line ends are LF only,
// and there is no other field than the four. What is cut off before its blank
// line is no message.
func Read(body io.Reader, each func(Message)) error {
	lines := bufio.NewReader(body)
	var m Message
	var data []string
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return err
		}
		line = strings.TrimSuffix(line, "\n")
		if line == "" {
			m.Data = strings.Join(data, "\n")
			each(m)
			m, data = Message{}, nil
			continue
		}
		name, value, found := strings.Cut(line, ": ")
		if !found || strings.Contains(line, "\r") {
			return fmt.Errorf("not a line of a stream: %q", line)
		}
		switch name {
		case "id":
			m.ID, m.HasID = value, true
		case "event":
			m.Event = value
		case "data":
			data = append(data, value)
		case "retry":
			m.Retry = value
		default:
			return fmt.Errorf("not a field of a stream: %q", line)
		}
	}
}
