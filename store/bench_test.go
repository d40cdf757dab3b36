package store

import (
	"fmt"
	"sync/atomic"
	"testing"

	"baithaka/internal/inn"
)

func BenchmarkPublish(b *testing.B) {
	s := newStore(b)
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		publish(b, s, website, sold(fmt.Sprint("BK-", n), "lake"))
	}
}

// Eight publishers share a commit, and so a sync.
func BenchmarkPublishTogether(b *testing.B) {
	s := newStore(b)
	var n atomic.Int64
	b.SetParallelism(4)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := tryPublish(s, website, sold(fmt.Sprint("BK-", n.Add(1)), "lake")); err != nil {
				b.Error(err)
			}
		}
	})
}

func BenchmarkPublishBatchOf100(b *testing.B) {
	s := newStore(b)
	n := 0
	batch := make([]inn.Publication, 100)
	for b.Loop() {
		for i := range batch {
			n++
			batch[i] = sold(fmt.Sprint("BK-", n), "lake")
		}
		publish(b, s, website, batch...)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkBadgeWith10000Cards(b *testing.B) {
	s := newStore(b)
	maria := person(b, s, "maria", inn.Manager, "lake")
	for n := range 100 {
		batch := make([]inn.Publication, 100)
		for i := range batch {
			batch[i] = sold(fmt.Sprint("BK-", n*100+i), "lake")
		}
		publish(b, s, website, batch...)
	}
	for b.Loop() {
		if unread(b, s, maria) != 10_000 {
			b.Fatal("miscounted")
		}
	}
}

// The number of one who has read nearly everything, which is everybody's most of
// the time.
func BenchmarkBadgeOfWhoHasRead(b *testing.B) {
	s := newStore(b)
	maria := person(b, s, "maria", inn.Manager, "lake")
	publish(b, s, website, sold("BK-1", "lake"))
	b.ReportAllocs()
	for b.Loop() {
		if unread(b, s, maria) != 1 {
			b.Fatal("miscounted")
		}
	}
}
