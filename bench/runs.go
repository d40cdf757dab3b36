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
	floor      string
	data       string
	streams    int
	opening    int
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
	h := &house{floor: p.floor, kept: true}
	if p.floor == "" {
		var err error
		if h, err = newHouse(p.binary, p.data, p.properties, p.people); err != nil {
			return nil, err
		}
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

// load returns what is published, and the property each publish is about.
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

// gather opens all streams and waits until they are live.
func (o *opened) gather(room int) (c *crowd, took time.Duration, err error) {
	if c, err = newCrowd(o.server.url, o.streams); err != nil {
		return nil, 0, err
	}
	c.opening = int64(o.opening)
	connecting := time.Now()
	err = c.connect(16, room, func(i int) string { return o.request(i, "") })
	if err == nil && !c.await(10*time.Second, func() bool { return c.live.Load() == int64(o.streams) }) {
		err = fmt.Errorf("only %d of %d streams are live", c.live.Load(), o.streams)
	}
	if err != nil {
		c.close()
		return nil, 0, errors.Join(err, c.refused())
	}
	return c, time.Since(connecting), nil
}

// round is one load while the streams listen, and what it cost.
type round struct {
	all        []published
	about      []int
	publishing time.Duration
	cpu, own   time.Duration // the server's, and this program's
	machine    time.Duration // all processors'
	before     usage
	after      usage
	failed     error
}

func (o *opened) round(c *crowd, name string) *round {
	l, about := o.load(o.messages, name)
	r := &round{about: about}
	already, own, machine := c.events.Load(), ownCPU(), busy()
	r.before = o.server.usage()
	r.all, r.publishing, r.failed = l.publish(o.server.url)
	// Figures are events too, and counted: when there seem to be enough, all is quiet first.
	c.await(5*time.Second, func() bool { return c.events.Load()-already >= int64(o.expected(about)) })
	c.await(300*time.Millisecond, func() bool { return false })
	r.after = o.server.usage()
	r.cpu, r.own, r.machine = r.after.cpu-r.before.cpu, ownCPU()-own, busy()-machine
	return r
}

// expected is how many deliveries a load makes.
func (o *opened) expected(about []int) (n int) {
	for _, property := range about {
		n += o.batch * ((o.streams - property + o.properties - 1) / o.properties)
	}
	return n
}

// settled accounts for a round once the streams have ended, and prints it.
func (o *opened) settled(c *crowd, r *round) error {
	var heard func(stream, publish int) bool
	if o.properties > 1 {
		heard = func(stream, publish int) bool { return r.about[publish] == stream%o.properties }
	}
	a, expected := settle(r.all, c, heard), o.expected(r.about)
	fmt.Printf("  deliveries  %d of %d; %s\n", a.got, expected, a.verdict)
	fmt.Printf("  latency     %s; sent %s ms late at the most\n", times(a.latency), ms(a.late))
	fmt.Printf("  publishes   %.0f events/s in %d requests, answered %s\n", float64(len(r.all)*o.batch)/r.publishing.Seconds(), len(r.all), times(a.ack))
	fmt.Printf("  server      %.2f CPU-s per 1M deliveries, %.3f ms per publish; %.0f deliveries/s over %.2f s; others used %.0f %% of a processor\n",
		r.cpu.Seconds()/float64(max(a.got, 1))*1e6, r.cpu.Seconds()*1000/float64(max(len(r.all), 1)),
		float64(a.got)/a.window().Seconds(), a.window().Seconds(), 100*max(0, (r.machine-r.cpu-r.own).Seconds())/a.window().Seconds())
	if r.failed == nil && (a.got != expected || !a.verdict.Clean()) {
		return errors.Join(errors.New("the deliveries are not what they ought to be"), c.refused())
	}
	return r.failed
}

// fanout opens the streams, publishes, and says what every delivery cost and
// how long it took. With a rate of 0 it is the saturation; with many properties
// the targeted row.
func fanout(p *plan) (err error) {
	o, err := p.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	before := o.server.usage()
	c, took, err := o.gather(p.messages*p.batch + 8)
	if err != nil {
		return err
	}
	time.Sleep(p.settle)
	connected := o.server.usage()
	warm, _ := o.load(3, "warm")
	warm.rate, warm.publishers = 10, 1
	if _, _, err := warm.publish(o.server.url); err != nil {
		c.close()
		return err
	}
	time.Sleep(p.settle / 4)
	r := o.round(c, "run")
	c.close()
	err = o.settled(c, r)
	fmt.Printf("  memory      %.1f KiB per stream connected (%.2f s), %.1f after the traffic; %.1f MiB before\n",
		float64(connected.rss-before.rss)/float64(p.streams), took.Seconds(), float64(r.after.rss-before.rss)/float64(p.streams), float64(before.rss)/1024)
	return err
}

// stalled makes the same load three times: to warm up, to compare with, and beside
// streams that are never read.
func stalled(p *plan) (err error) {
	o, err := p.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	c, _, err := o.gather(3*p.messages*p.batch + 8)
	if err != nil {
		return err
	}
	o.round(c, "warm")
	alone := o.round(c, "alone")
	asleep, err := c.stall(p.stalled, o.request(0, ""))
	beside := o.round(c, "beside")
	c.close()
	for _, fd := range asleep {
		syscall.Close(fd)
	}
	if err != nil {
		return err
	}
	fmt.Println("  alone")
	err = o.settled(c, alone)
	fmt.Printf("  beside %d that are never read\n", p.stalled)
	err = errors.Join(err, o.settled(c, beside))
	// The end of the log that the server holds grows with every event, read or not.
	more := (beside.after.rss - beside.before.rss) - (alone.after.rss - alone.before.rss)
	fmt.Printf("  memory      %.1f KiB more for each of them than the load took alone\n", float64(more)/float64(max(p.stalled, 1)))
	return err
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
