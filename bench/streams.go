package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// began is what every time of a run is counted from, in nanoseconds.
var began = time.Now()

func sinceBegan() int64 { return int64(time.Since(began)) }

// delivery is one event as it came.
type delivery struct{ position, at int64 }

// stream is one open stream. Once it is connected it belongs to the crowd's
// loop.
type stream struct {
	fd         int
	parser     parser
	head       []byte // of the answer, until it is whole
	headed     bool
	begin, end int64 // the stretch of the log it was given
	got        []delivery
	live       bool
	resyncs    int
	failed     string
}

// crowd is all streams and the loop that reads them.
type crowd struct {
	server  netip.AddrPort
	streams []*stream
	opening int64 // how many are opened at once; 0 for all
	epoll   int
	stop    atomic.Bool
	done    chan struct{}
	live    atomic.Int64
	gone    atomic.Int64
	events  atomic.Int64 // deliveries so far
	last    atomic.Int64 // when the last came
}

func newCrowd(server string, n int) (*crowd, error) {
	address, err := netip.ParseAddrPort(strings.TrimPrefix(server, "http://"))
	if err != nil {
		return nil, err
	}
	epoll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	c := &crowd{server: address, streams: make([]*stream, n), epoll: epoll, done: make(chan struct{})}
	go c.loop()
	return c, nil
}

// connect opens all streams, so many at a time; request gives the head of each
// request. Room is made for so many deliveries in each.
func (c *crowd) connect(atOnce, room int, request func(i int) string) error {
	var next atomic.Int64
	errs := make([]error, atOnce)
	var workers sync.WaitGroup
	for w := range atOnce {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(c.streams) && errs[w] == nil; i = int(next.Add(1)) - 1 {
				for c.opening > 0 && int64(i)-c.live.Load() >= c.opening && c.gone.Load() == 0 {
					time.Sleep(200 * time.Microsecond)
				}
				errs[w] = c.open(i, room, request(i))
			}
		})
	}
	workers.Wait()
	return errors.Join(errs...)
}

func (c *crowd) open(i, room int, request string) error {
	fd, err := dial(c.server, 0)
	if err != nil {
		return err
	}
	c.streams[i] = &stream{fd: fd, got: make([]delivery, 0, room)}
	if err := send(fd, request); err != nil {
		return err
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		return err
	}
	return syscall.EpollCtl(c.epoll, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLRDHUP, Fd: int32(i)})
}

// dial connects; with a receive buffer of the kernel's choosing when that is 0.
func dial(to netip.AddrPort, receive int) (fd int, err error) {
	if fd, err = syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0); err != nil {
		return 0, fmt.Errorf("socket: %w", err)
	}
	if receive > 0 {
		if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF, receive); err != nil {
			return 0, err
		}
	}
	for {
		if err = syscall.Connect(fd, &syscall.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}); err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		syscall.Close(fd)
		return 0, fmt.Errorf("connect: %w", err)
	}
	return fd, nil
}

func send(fd int, request string) error {
	n, err := syscall.Write(fd, []byte(request))
	if err == nil && n < len(request) {
		err = errors.New("the request was not taken whole")
	}
	return err
}

// loop reads whatever has come, until the crowd is closed.
func (c *crowd) loop() {
	defer close(c.done)
	events := make([]syscall.EpollEvent, 512)
	buf := make([]byte, 256<<10)
	for !c.stop.Load() {
		n, err := syscall.EpollWait(c.epoll, events, 100)
		if err != nil && err != syscall.EINTR {
			return
		}
		for _, e := range events[:max(n, 0)] {
			s := c.streams[e.Fd]
			n, err := syscall.Read(s.fd, buf)
			switch {
			case n > 0:
				c.take(s, buf[:n], sinceBegan())
			case err == syscall.EAGAIN || err == syscall.EINTR:
			default:
				c.gone.Add(1)
				_ = syscall.EpollCtl(c.epoll, syscall.EPOLL_CTL_DEL, s.fd, nil)
			}
		}
	}
}

// take reads what came on one stream at one moment.
func (c *crowd) take(s *stream, b []byte, at int64) {
	if !s.headed {
		s.head = append(s.head, b...)
		end := bytes.Index(s.head, []byte("\r\n\r\n"))
		if end < 0 {
			return
		}
		b, s.headed = s.head[end+4:], true
		if !bytes.HasPrefix(s.head, []byte("HTTP/1.1 200 ")) {
			s.failed = string(s.head[:bytes.IndexByte(s.head, '\r')])
		}
		s.parser = newParser(bytes.Contains(bytes.ToLower(s.head[:end]), []byte("\r\ntransfer-encoding: chunked")))
		s.head = nil
	}
	s.parser.feed(b, func(name string, position int64) {
		s.end = max(s.end, position)
		switch name {
		case nameEvent:
			s.got = append(s.got, delivery{position, at})
			c.events.Add(1)
			c.last.Store(at)
		case nameHello:
			s.begin = position
		case nameLive:
			s.live = true
			c.live.Add(1)
		case nameResync:
			s.resyncs++
			s.begin = position
		case nameBye:
			s.failed = "told not to come back"
		}
	})
}

// close ends the loop and every stream. What the streams hold may be read
// afterwards.
func (c *crowd) close() {
	c.stop.Store(true)
	<-c.done
	for _, s := range c.streams {
		if s != nil {
			syscall.Close(s.fd)
		}
	}
	syscall.Close(c.epoll)
}

// refused says what was wrong with the first stream that is not as it should be.
func (c *crowd) refused() error {
	for i, s := range c.streams {
		switch {
		case s == nil:
			return fmt.Errorf("stream %d was not opened", i)
		case s.failed != "":
			return fmt.Errorf("stream %d: %s", i, s.failed)
		}
	}
	return nil
}

// await waits until something is so, and gives up after a time in which nothing
// came.
func (c *crowd) await(patience time.Duration, so func() bool) bool {
	from := sinceBegan()
	for !so() {
		if time.Duration(sinceBegan()-max(from, c.last.Load())) > patience {
			return false
		}
		time.Sleep(2 * time.Millisecond)
	}
	return true
}
