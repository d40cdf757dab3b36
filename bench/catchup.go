package main

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// catchup publishes while nobody listens, then lets all streams come back at
// once from the position before, and says when the last had everything.
func catchup(p *plan) (err error) {
	o, err := p.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	anchor, _ := o.load(1, "anchor")
	anchor.publishers = 1
	first, _, err := anchor.publish(o.server.url)
	if err != nil {
		return err
	}
	l, _ := o.load(p.behind, "missed")
	all, _, err := l.publish(o.server.url)
	if err != nil {
		return err
	}
	after, err := o.position(first[0].positions[0])
	if err != nil {
		return err
	}
	time.Sleep(p.settle)
	c, err := newCrowd(o.server.url, p.streams)
	if err != nil {
		return err
	}
	before, start := o.server.usage(), sinceBegan()
	if err := c.connect(64, p.behind+8, func(i int) string { return o.request(i, after) }); err != nil {
		return err
	}
	c.await(10*time.Second, func() bool { return c.live.Load() == int64(p.streams) })
	c.await(300*time.Millisecond, func() bool { return false })
	cpu := o.server.usage().cpu - before.cpu
	c.close()
	a := settle(all, c, nil)
	a.expected = p.streams * p.behind * p.batch
	fmt.Printf("  deliveries  %d of %d; %s\n", a.got, a.expected, a.verdict)
	fmt.Printf("  catch-up    all %d had all %d after %.3f s; %.2f CPU-s per 1M deliveries\n",
		p.streams, p.behind, time.Duration(a.last-start).Seconds(), cpu.Seconds()/float64(max(a.got, 1))*1e6)
	if a.got != a.expected || !a.verdict.Clean() {
		return errors.Join(errors.New("the deliveries are not what they ought to be"), c.refused())
	}
	return nil
}

// position returns a position in the log as the server writes it.
func (o *opened) position(position int64) (string, error) {
	answer, err := o.get("/api/v1/events?limit=1", o.server.authorised())
	if err != nil {
		return "", err
	}
	_, rest, _ := strings.Cut(string(answer), `"id":"`)
	epoch, _, found := strings.Cut(rest, "-")
	if !found {
		return "", fmt.Errorf("no position in %s", answer)
	}
	return fmt.Sprintf("%s-%d", epoch, position), nil
}

func (o *opened) get(path, who string) ([]byte, error) {
	c, err := call(o.server.url)
	if err != nil {
		return nil, err
	}
	defer c.conn.Close()
	status, answer, err := c.do(o.server.asks("GET", path, who), nil)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("%s was answered %d: %s", path, status, answer)
	}
	return answer, err
}
