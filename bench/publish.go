package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// caller sends requests over one connection, one after the other.
type caller struct {
	conn net.Conn
	in   *bufio.Reader
	out  []byte
}

func call(server string) (*caller, error) {
	conn, err := net.Dial("tcp", strings.TrimPrefix(server, "http://"))
	if err != nil {
		return nil, err
	}
	return &caller{conn: conn, in: bufio.NewReaderSize(conn, 16<<10)}, nil
}

// do sends one request; the head ends without its blank line.
func (c *caller) do(head string, body []byte) (status int, answer []byte, err error) {
	c.out = append(append(append(c.out[:0], head...), "Content-Length: "...), strconv.Itoa(len(body))...)
	c.out = append(append(c.out, "\r\n\r\n"...), body...)
	if _, err := c.conn.Write(c.out); err != nil {
		return 0, nil, err
	}
	res, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(res.Body)
	return res.StatusCode, answer, err
}

// published is one request with what became of it.
type published struct {
	n              int // which of the load
	sent, answered int64
	late           int64 // behind its schedule
	positions      []int64
}

// load is what is published.
type load struct {
	requests   int
	rate       float64 // requests per second; 0 for as fast as they are answered
	publishers int
	head       string
	body       func(i int) []byte
}

// publish sends the load and returns what was answered, in the order of sending
// of each publisher. A refusal ends the run.
func (l *load) publish(server string) (all []published, took time.Duration, err error) {
	var next atomic.Int64
	var mu sync.Mutex
	var workers sync.WaitGroup
	start := sinceBegan()
	for range l.publishers {
		workers.Go(func() {
			mine, failed := l.work(server, &next, start)
			mu.Lock()
			defer mu.Unlock()
			all, err = append(all, mine...), errors.Join(err, failed)
		})
	}
	workers.Wait()
	return all, time.Duration(sinceBegan() - start), err
}

func (l *load) work(server string, next *atomic.Int64, start int64) (mine []published, err error) {
	c, err := call(server)
	if err != nil {
		return nil, err
	}
	defer c.conn.Close()
	for i := int(next.Add(1)) - 1; i < l.requests; i = int(next.Add(1)) - 1 {
		p := published{n: i}
		body := l.body(i)
		if l.rate > 0 {
			due := start + int64(float64(i)/l.rate*1e9)
			time.Sleep(time.Duration(due - sinceBegan()))
			p.late = max(0, sinceBegan()-due)
		}
		p.sent = sinceBegan()
		status, answer, err := c.do(l.head, body)
		p.answered = sinceBegan()
		if err != nil {
			return mine, err
		}
		if status != http.StatusCreated {
			return mine, fmt.Errorf("a publish was answered %d: %s", status, answer)
		}
		if p.positions, err = positions(answer); err != nil {
			return mine, err
		}
		mine = append(mine, p)
	}
	return mine, nil
}

// positions reads the answer to one event or to a batch.
func positions(answer []byte) (all []int64, err error) {
	var a struct {
		ID  string
		IDs []string
	}
	if err := json.Unmarshal(answer, &a); err != nil {
		return nil, err
	}
	if a.ID != "" {
		a.IDs = append(a.IDs, a.ID)
	}
	for _, id := range a.IDs {
		n := number([]byte(id[strings.LastIndexByte(id, '-')+1:]))
		if n < 0 {
			return nil, fmt.Errorf("no position in %s", answer)
		}
		all = append(all, n)
	}
	return all, nil
}
