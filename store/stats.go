package store

import (
	"os"
	"sort"
	"sync"
	"time"
)

// Queue returns how many writes wait for the writer.
func (s *Store) Queue() int { return len(s.jobs) } // who waits with a long one waits elsewhere

// Size returns the bytes of the database file and of the log that is written
// ahead of it; 0 for a file that is not there.
func (s *Store) Size() (database, wal int64) { return sizeOf(s.db.Path) }

func sizeOf(path string) (database, wal int64) {
	size := func(path string) int64 {
		info, err := os.Stat(path)
		if err != nil {
			return 0
		}
		return info.Size()
	}
	return size(path), size(path + "-wal")
}

// commits remembers when the newest events were committed. An event's own time
// will not do: a publisher may report one of its own.
type commits struct {
	mu   sync.RWMutex
	ring [512]committed
	next int
}

type committed struct {
	last int64 // the newest event of the commit
	at   time.Time
}

func (c *commits) note(last int64, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ring[c.next%len(c.ring)] = committed{last, at}
	c.next++
}

// Committed returns when this process committed an event; zero when that was too
// long ago, or when another process did.
func (s *Store) Committed(event int64) time.Time {
	c := &s.commits
	c.mu.RLock()
	defer c.mu.RUnlock()
	n := min(c.next, len(c.ring))
	oldest := c.next - n
	at := func(i int) committed { return c.ring[(oldest+i)%len(c.ring)] }
	i := sort.Search(n, func(i int) bool { return at(i).last >= event })
	// Before the oldest that is remembered there may have been others.
	if i == n || i == 0 && oldest > 0 {
		return time.Time{}
	}
	return at(i).at
}
