package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// fillLog makes a house that has been at work for years, unless it has been
// made before: ten thousand bookings, and the rest of the log their changes.
func (o *opened) fillLog() error {
	const bookings, step = 10_000, 500
	head, err := o.head()
	if err != nil || head >= int64(o.events) {
		return err
	}
	fmt.Printf("  filling the log from %d to %d events\n", head, o.events)
	l := &load{publishers: 2, head: o.server.asks("POST", "/api/v1/events", o.server.authorised(), "Content-Type: application/json")}
	l.requests = (o.events-int(head))/step + 1
	l.body = func(i int) []byte {
		var b strings.Builder
		for item := range step {
			n := i*step + item
			b.WriteByte("[,"[min(item, 1)])
			kind := "new"
			if n >= bookings {
				kind = "modified"
			}
			fmt.Fprintf(&b, `{"type":"booking:%s","property":%q,"payload":{"id":"BK-%d","type":"property","title":"Stay %d","customerName":"Guest %d","amount":%d,"currency":"INR","checkIn":"2026-%02d-%02d","checkOut":"2026-%02d-%02d"}}`,
				kind, ours(n%bookings%o.properties), n%bookings, n, n%bookings, 1000+n%9000, 1+n%12, 1+n%20, 1+n%12, 3+n%20)
		}
		return []byte(b.String() + "]")
	}
	_, took, err := l.publish(o.server.url)
	if err == nil {
		fmt.Printf("  filled      %.0f events/s\n", float64(l.requests*step)/took.Seconds())
	}
	return err
}

// head returns the position of the newest event.
func (o *opened) head() (int64, error) {
	answer, err := o.get("/api/v1/events?limit=1", o.server.authorised())
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(answer), `"id":"`)
	id, _, _ := strings.Cut(rest, `"`)
	return max(0, number([]byte(id[strings.LastIndexByte(id, '-')+1:]))), nil
}

// pages asks for the dashboard at a rate and says how long it takes.
func pages(p *plan) (err error) {
	p.page = true
	o, err := p.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	if err := o.fillLog(); err != nil {
		return err
	}
	for _, path := range []string{"/", "/bookings", "/history"} {
		from := o.server.usage()
		took, err := o.ask(path, int(p.rate)*p.seconds)
		if err != nil {
			return err
		}
		fmt.Printf("  %-11s %s at %.0f/s; %.2f ms of CPU each\n", path, times(took), p.rate,
			(o.server.usage().cpu-from.cpu).Seconds()*1000/float64(len(took)))
	}
	return nil
}

// ask sends requests for a page at the plan's rate, whatever the answers take,
// and returns how long each took from when it was due.
func (o *opened) ask(path string, n int) ([]time.Duration, error) {
	type answered struct {
		took time.Duration
		err  error
	}
	came := make(chan answered, n)
	transport := &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}
	defer transport.CloseIdleConnections()
	start := time.Now()
	for i := range n {
		due := start.Add(time.Duration(float64(i) / o.rate * float64(time.Second)))
		time.Sleep(time.Until(due))
		go func() {
			req, err := http.NewRequest(http.MethodGet, o.server.url+path, nil)
			if err != nil {
				came <- answered{err: err}
				return
			}
			req.Header.Set("Cookie", o.cookies[i%len(o.cookies)])
			res, err := transport.RoundTrip(req)
			if err == nil {
				_, err = io.Copy(io.Discard, res.Body)
				res.Body.Close()
				if res.StatusCode != http.StatusOK {
					err = fmt.Errorf("%s was answered %s", path, res.Status)
				}
			}
			came <- answered{time.Since(due), err}
		}()
	}
	all := make([]time.Duration, n)
	for i := range all {
		a := <-came
		if a.err != nil {
			return nil, a.err
		}
		all[i] = a.took
	}
	slices.Sort(all)
	return all, nil
}

// starts says how long the program takes from its start to ready, on a log of
// the size asked for, and what it needs when nobody asks anything.
func starts(p *plan) (err error) {
	o, err := p.open()
	if err != nil {
		return err
	}
	if err := o.fillLog(); err != nil {
		return errors.Join(err, o.close())
	}
	head, err := o.head()
	if err := errors.Join(err, o.server.stop()); err != nil {
		return errors.Join(err, o.house.remove())
	}
	var took []time.Duration
	var idle usage
	for range 5 {
		s, err := o.house.start()
		if err != nil {
			return errors.Join(err, o.house.remove())
		}
		took = append(took, s.took)
		time.Sleep(p.settle)
		idle = s.usage()
		if err := s.stop(); err != nil {
			return errors.Join(err, o.house.remove())
		}
	}
	slices.Sort(took)
	fmt.Printf("  ready       after %s ms (the median of 5), %s at the most, with %d events; idle %.1f MiB\n",
		ms(took[2]), ms(took[4]), head, float64(idle.rss)/1024)
	return o.house.remove()
}
