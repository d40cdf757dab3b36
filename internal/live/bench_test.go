package live

import (
	"testing"

	"baithaka/internal/inn"
)

func BenchmarkCursorReadsTheTail(b *testing.B) {
	f := newFake()
	l := shortLog(b, f, tailLength)
	for range tailLength {
		f.add("a", "b")
	}
	if err := l.catchUp(b.Context()); err != nil {
		b.Fatal(err)
	}
	for name, topics := range map[string][]inn.Topic{"everything": {inn.Everything}, "four topics": {"c", "d", "e", "a"}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			read := 0
			for b.Loop() {
				c := l.FromHead(topics...)
				c.pos = max(l.now.Load().first, l.Head()-100)
				events, err := c.Next(b.Context(), nil)
				if err != nil {
					b.Fatal(err)
				}
				read += len(events)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(read), "ns/event")
		})
	}
}

func BenchmarkPushIntoTheTail(b *testing.B) {
	l := shortLog(b, newFake(), tailLength)
	one := []inn.Event{{Topic: "a"}}
	b.ReportAllocs()
	for b.Loop() {
		one[0].ID++
		l.push([]inn.Event{one[0]}, one[0].ID)
	}
}

// Ten thousand wait, and one event comes: for everything, like programs; for
// topics that they share, and their own, like pages of one property; or each for
// a topic of its own, and it is for one of them.
func BenchmarkCallWhoWaits(b *testing.B) {
	shared := func(int64) inn.Topic { return "a" }
	for name, of := range map[string]struct {
		topics func(i int64) []inn.Topic
		event  func(id int64) inn.Topic
	}{
		"everything": {func(int64) []inn.Topic { return []inn.Topic{inn.Everything} }, shared},
		"shared":     {func(i int64) []inn.Topic { return []inn.Topic{inn.UserTopic(i), inn.System, "b", "c", "a"} }, shared},
		"their own":  {func(i int64) []inn.Topic { return []inn.Topic{inn.UserTopic(i)} }, func(id int64) inn.Topic { return inn.UserTopic(id % 10_000) }},
	} {
		b.Run(name, func(b *testing.B) {
			l := shortLog(b, newFake(), tailLength)
			called := make([]*Cursor, 0, 10_000)
			for i := range int64(10_000) {
				c := l.FromHead(of.topics(i)...)
				called = append(called, c)
			}
			b.ReportAllocs()
			var id int64
			for b.Loop() {
				for _, c := range called {
					c.Tail()
					for !c.Park(func() { called = append(called, c) }) {
						c.Tail()
					}
				}
				called = called[:0]
				id++
				l.push([]inn.Event{{ID: id, Topic: of.event(id)}}, id)
			}
		})
	}
}
