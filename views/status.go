package views

import (
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"baithaka/internal/inn"
)

// Status is how the server is at one moment.
type Status struct {
	Uptime          time.Duration
	Position        string
	Queue           int // writes waiting
	Pages, Programs int // streams open
	Lag             int64
	Rooms           map[string]int
	People          []string // by e-mail address
	PerMinute       float64  // events appended, over the last minute
	Delivered       uint64   // deliveries timed in it
	P50, P99        time.Duration
	Acked           bool // any publish was answered
	AckP50, AckP99  time.Duration
	Publishes       [4]int64 // applied, unchanged, replayed, rejected
	Database, WAL   int64    // bytes
	Goroutines      uint64
	Memory          uint64 // bytes
	Zones           string // the edition of the time zone database
}

// Rejected is a publish that was refused. It holds no value of what was sent.
type Rejected struct {
	At     time.Time
	Actor  string
	Status int
	Reason string
	Fields []inn.FieldError
	Shape  string // names of fields and kinds of values
	Times  int    // how often, the last time at At
}

// Same reports whether two refusals say the same to the same publisher.
func (r Rejected) Same(other Rejected) bool {
	return r.Actor == other.Actor && r.Status == other.Status && r.Reason == other.Reason && r.Shape == other.Shape &&
		slices.Equal(r.Fields, other.Fields)
}

// room is one line of who is connected where.
type room struct {
	Name    string
	Streams int
}

// rooms returns the rooms, the fullest first.
func (s Status) rooms() []room {
	var list []room
	for _, name := range slices.Sorted(maps.Keys(s.Rooms)) {
		list = append(list, room{name, s.Rooms[name]})
	}
	slices.SortStableFunc(list, func(a, b room) int { return b.Streams - a.Streams })
	return list
}

// latency writes a duration as short as its size deserves.
func latency(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	switch {
	case ms < 10:
		return strconv.FormatFloat(ms, 'f', 1, 64) + " ms"
	case ms < 1000:
		return strconv.FormatFloat(ms, 'f', 0, 64) + " ms"
	}
	return strconv.FormatFloat(ms/1000, 'f', 1, 64) + " s"
}

// size writes a number of bytes in the unit that fits it.
func size(bytes int64) string {
	units, at := []string{"B", "KiB", "MiB", "GiB", "TiB"}, 0
	n := float64(bytes)
	for n >= 1024 && at < len(units)-1 {
		n, at = n/1024, at+1
	}
	digits := 0
	if at > 0 && n < 100 {
		digits = 1
	}
	return strconv.FormatFloat(n, 'f', digits, 64) + " " + units[at]
}

// uptime writes how long the server has been up, in its two greatest units.
func uptime(d time.Duration) string {
	d = d.Truncate(time.Second)
	days, hours, minutes, seconds := int(d.Hours())/24, int(d.Hours())%24, int(d.Minutes())%60, int(d.Seconds())%60
	switch {
	case days > 0:
		return plural(days, "day") + " " + strconv.Itoa(hours) + " h"
	case hours > 0:
		return strconv.Itoa(hours) + " h " + strconv.Itoa(minutes) + " min"
	case minutes > 0:
		return strconv.Itoa(minutes) + " min " + strconv.Itoa(seconds) + " s"
	}
	return strconv.Itoa(seconds) + " s"
}

// rate writes events per minute.
func rate(perMinute float64) string {
	if perMinute > 0 && perMinute < 10 {
		return strings.TrimSuffix(strconv.FormatFloat(perMinute, 'f', 1, 64), ".0")
	}
	return count(int(perMinute + 0.5))
}

// rejectedID names a refusal as long as it says the same: what somebody opened
// there stays theirs when others come in above it.
func rejectedID(r Rejected) string {
	same := fnv.New64a()
	_, _ = fmt.Fprintf(same, "%q %d %q %q %q", r.Actor, r.Status, r.Reason, r.Shape, r.Fields) // a hash takes everything
	return fmt.Sprintf("rejected-%x", same.Sum64())
}
