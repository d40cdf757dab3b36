package live

import (
	"testing"

	"baithaka/inn"
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
