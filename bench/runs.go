package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"time"
)

// plan is one run, as the flags say.
type plan struct {
	binary     string
	data       string
	streams    int
	messages   int
	rate       float64
	publishers int
	batch      int
	size       int
	page       bool
	bookings   bool // each event a new booking; else the same alert again
	people     int
	properties int
	behind     int
	stalled    int
	seconds    int
	events     int
	settle     time.Duration
}

// opened is a house, its server, and how streams and publishes ask.
type opened struct {
	*plan
	house   *house
	server  *server
	cookies []string
}

func (p *plan) open() (*opened, error) {
	// Go has raised the limit already, here and in the server.
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err == nil && files.Cur < uint64(p.streams+p.stalled+100) {
		return nil, fmt.Errorf("%d open files are allowed, which is too few for %d streams: ulimit -Hn", files.Cur, p.streams+p.stalled)
	}
	h, err := newHouse(p.binary, p.data, p.properties, p.people)
	if err != nil {
		return nil, err
	}
	s, err := h.start()
	if err != nil {
		return nil, errors.Join(err, h.remove())
	}
	o := &opened{plan: p, house: h, server: s}
	if p.page {
		o.cookies, err = s.cookies()
	}
	if err != nil {
		return nil, errors.Join(err, o.close())
	}
	return o, nil
}

func (o *opened) close() error { return errors.Join(o.server.stop(), o.house.remove()) }

// request asks for stream i, from a position if that is given. When there are
// many properties each stream follows one of them.
func (o *opened) request(i int, after string) string {
	var path, who string
	switch {
	case o.page:
		path, who = "/live", "Cookie: "+o.cookies[i%len(o.cookies)]+"\r\nSec-Fetch-Site: same-origin"
	case o.properties > 1:
		path, who = "/api/v1/stream?rooms=property:"+ours(i%o.properties), o.server.authorised()
	default:
		path, who = "/api/v1/stream", o.server.authorised()
	}
	headers := []string{who, "Accept: text/event-stream"}
	if after != "" {
		headers = append(headers, "Last-Event-ID: "+after)
	}
	return o.server.asks("GET", path, headers...) + "\r\n"
}

// load gives what is published, and the property each publish is about.
func (o *opened) load(requests int, run string) (l *load, about []int) {
	about = make([]int, requests)
	for i := range about {
		about[i] = rand.IntN(o.properties)
	}
	one := func(b *bytes.Buffer, i, item int) {
		mark := fmt.Sprintf("%s-%d-%d", run, i, item)
		filler := strings.Repeat("x", max(0, o.size-len(mark)))
		if o.bookings {
			fmt.Fprintf(b, `{"type":"booking:new","property":%q,"payload":{"id":%q,"type":"property","title":"Stay","customerName":"Guest","notes":"%s%s"}}`,
				ours(about[i]), mark, mark, filler)
			return
		}
		fmt.Fprintf(b, `{"type":"alert:raised","property":%q,"payload":{"key":"bench-%d","title":"Bench","detail":"%s%s"}}`,
			ours(about[i]), item, mark, filler)
	}
	return &load{
		requests: requests, rate: o.rate, publishers: o.publishers,
		head: o.server.asks("POST", "/api/v1/events", o.server.authorised(), "Content-Type: application/json"),
		body: func(i int) []byte {
			var b bytes.Buffer
			if o.batch == 1 {
				one(&b, i, 0)
				return b.Bytes()
			}
			for item := range o.batch {
				b.WriteByte("[,"[min(item, 1)])
				one(&b, i, item)
			}
			b.WriteByte(']')
			return b.Bytes()
		},
	}, about
}

// fanout opens the streams, publishes, and says what every delivery cost and
// how long it took. With a rate of 0 it is the saturation; with many properties
// the targeted row; with -stalled some beside never read.
func fanout(p *plan) (err error) {
	o, err := p.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	before := o.server.usage()
	c, err := newCrowd(o.server.url, p.streams)
	if err != nil {
		return err
	}
	connecting := time.Now()
	if err := c.connect(16, p.messages*p.batch+8, func(i int) string { return o.request(i, "") }); err != nil {
		return err
	}
	if !c.await(10*time.Second, func() bool { return c.live.Load() == int64(p.streams) }) {
		c.close()
		return errors.Join(fmt.Errorf("only %d of %d streams are live", c.live.Load(), p.streams), c.refused())
	}
	took := time.Since(connecting)
	time.Sleep(p.settle)
	connected := o.server.usage()
	asleep, err := c.stall(p.stalled, o.request(0, ""))
	if err != nil {
		return err
	}

	warm, _ := o.load(3, "warm")
	warm.rate, warm.publishers = 10, 1
	if _, _, err := warm.publish(o.server.url); err != nil {
		return err
	}
	time.Sleep(p.settle / 4)
	l, about := o.load(p.messages, "run")
	heard := func(stream, publish int) bool { return about[publish] == stream%p.properties }
	if p.properties == 1 {
		heard = nil
	}
	expected := 0
	for i := range about {
		if heard == nil {
			expected += p.streams * p.batch
			continue
		}
		expected += p.batch * ((p.streams - about[i] + p.properties - 1) / p.properties)
	}
	already, from, own, machine := c.events.Load(), o.server.usage(), ownCPU(), busy()
	all, publishing, failed := l.publish(o.server.url)
	c.await(5*time.Second, func() bool { return c.events.Load()-already >= int64(expected) })
	c.await(300*time.Millisecond, func() bool { return false })
	to, own, machine := o.server.usage(), ownCPU()-own, busy()-machine
	c.close()
	for _, fd := range asleep {
		defer syscall.Close(fd)
	}

	a := settle(all, c, heard)
	a.expected = expected
	cpu := to.cpu - from.cpu
	fmt.Printf("  deliveries  %d of %d; %s\n", a.got, a.expected, a.verdict)
	fmt.Printf("  latency     %s; sent %s ms late at the most\n", times(a.latency), ms(a.late))
	fmt.Printf("  publishes   %.0f events/s in %d requests, answered %s\n", float64(len(all)*p.batch)/publishing.Seconds(), len(all), times(a.ack))
	fmt.Printf("  server      %.2f CPU-s per 1M deliveries, %.3f ms per publish; %.0f deliveries/s over %.2f s\n",
		cpu.Seconds()/float64(max(a.got, 1))*1e6, cpu.Seconds()*1000/float64(max(len(all), 1)), float64(a.got)/a.window().Seconds(), a.window().Seconds())
	fmt.Printf("  memory      %.1f KiB per stream connected (%.2f s), %.1f after the traffic; %.1f MiB before\n",
		float64(connected.rss-before.rss)/float64(p.streams), took.Seconds(), float64(to.rss-before.rss)/float64(p.streams), float64(before.rss)/1024)
	if p.stalled > 0 {
		fmt.Printf("  stalled     %d of them, %.1f KiB each with the traffic\n", p.stalled, float64(to.rss-connected.rss)/float64(p.stalled))
	}
	fmt.Printf("  noise       others used %.0f %% of a processor\n", 100*max(0, (machine-cpu-own).Seconds())/a.window().Seconds())
	if failed == nil && (a.got != a.expected || !a.verdict.Clean()) {
		failed = errors.New("the deliveries are not what they ought to be")
	}
	return failed
}

// stall opens streams that are never read.
func (c *crowd) stall(n int, request string) (fds []int, err error) {
	for range n {
		fd, err := dial(c.server, 8<<10)
		if err != nil {
			return fds, err
		}
		fds = append(fds, fd)
		if err := send(fd, request); err != nil {
			return fds, err
		}
	}
	return fds, nil
}
