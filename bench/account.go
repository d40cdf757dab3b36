package main

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"baithaka/internal/oracle"
)

// account is what a run came to.
type account struct {
	expected, got int
	latency       []time.Duration // from the sending of a publish to every arrival, sorted
	ack           []time.Duration // to its answer, sorted
	late          time.Duration   // how far behind its schedule a publish was sent at the most
	first, last   int64           // from the first publish to the last arrival or answer
	verdict       *oracle.Verdict
}

func (a *account) window() time.Duration { return time.Duration(a.last - a.first) }

// settle accounts for every delivery. heard says which publish a stream is to
// hear, by its number; nil for all.
func settle(all []published, c *crowd, heard func(stream, publish int) bool) *account {
	a := &account{first: 1 << 62}
	history := &oracle.History{}
	sent := map[int64]int64{}   // by position
	publish := map[string]int{} // by name
	for _, p := range all {
		a.first, a.last = min(a.first, p.sent), max(a.last, p.answered)
		a.late = max(a.late, time.Duration(p.late))
		a.ack = append(a.ack, time.Duration(p.answered-p.sent))
		for _, position := range p.positions {
			name := strconv.FormatInt(position, 10)
			sent[position], publish[name] = p.sent, p.n
			history.Acked(oracle.Event{Position: position, Name: name}, began.Add(time.Duration(p.sent)), began.Add(time.Duration(p.answered)))
		}
	}
	for i, s := range c.streams {
		viewer := "everybody"
		if heard != nil {
			viewer = strconv.Itoa(i)
			history.Rights(viewer, 0, began, func(e oracle.Event) bool { return heard(i, publish[e.Name]) })
		}
		record := history.Stream("stream "+strconv.Itoa(i), viewer)
		record.Begin(s.begin)
		for _, d := range s.got {
			at, ours := sent[d.position]
			if !ours {
				continue // figures and warm-up
			}
			a.got++
			a.last = max(a.last, d.at)
			a.latency = append(a.latency, time.Duration(d.at-at))
			record.Got(oracle.Delivery{Position: d.position, At: began.Add(time.Duration(d.at))})
		}
		record.Reached(max(s.end, s.begin))
	}
	slices.Sort(a.latency)
	slices.Sort(a.ack)
	a.verdict = history.Judge()
	return a
}

// quantile of what is sorted.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f", d.Seconds()*1000) }

// times writes a distribution.
func times(sorted []time.Duration) string {
	return fmt.Sprintf("p50 %s p99 %s max %s ms", ms(quantile(sorted, .5)), ms(quantile(sorted, .99)), ms(quantile(sorted, 1)))
}
