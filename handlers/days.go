package handlers

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"baithaka/internal/inn"
	"baithaka/store"
)

// zonesKept is how long the zones of properties are taken to be as they were read.
const zonesKept = time.Minute

// days knows which date it is at each property: of that year dates need not say
// theirs, and on that day guests come and go. It is asked for every event on every
// page, and then takes no lock.
type days struct {
	store   *store.Store
	reading sync.Mutex // held by whoever reads the zones anew
	known   atomic.Pointer[knownZones]
}

// knownZones are the zones of the properties as they were read at some time.
type knownZones struct {
	read time.Time
	of   map[string]*zoneDay
}

// zoneDay is a zone and the day that it has.
type zoneDay struct {
	zone  *time.Location
	today atomic.Pointer[today]
}

type today struct {
	date        inn.Date
	from, until time.Time
}

// at returns the date at a property, at an instant; that of UTC for what is none.
func (d *days) at(property string, now time.Time) inn.Date {
	known := d.zones(now)
	one := known.of[property]
	if one == nil {
		one = known.of[""]
	}
	if t := one.today.Load(); t != nil && !now.Before(t.from) && now.Before(t.until) {
		return t.date
	}
	t := &today{inn.DateOf(now, one.zone), now, inn.EndOfDay(now, one.zone)}
	one.today.Store(t)
	return t.date
}

// zones returns the zones of all properties, and under "" that of what is none.
func (d *days) zones(now time.Time) *knownZones {
	fresh := func() *knownZones {
		if k := d.known.Load(); k != nil && now.Sub(k.read).Abs() <= zonesKept {
			return k
		}
		return nil
	}
	if k := fresh(); k != nil {
		return k
	}
	d.reading.Lock()
	defer d.reading.Unlock()
	if k := fresh(); k != nil {
		return k // somebody was quicker
	}
	properties, err := d.store.EveryProperty(context.Background())
	old := d.known.Load()
	if err != nil && old != nil {
		return old
	}
	next := &knownZones{read: now, of: map[string]*zoneDay{"": {zone: time.UTC}}}
	for _, p := range properties {
		next.of[p.Slug] = &zoneDay{zone: p.Location()}
	}
	d.known.Store(next)
	return next
}

// ends returns when the first of the days that it is at the properties ends.
func (d *days) ends(now time.Time) (first time.Time) {
	for _, one := range d.zones(now).of {
		if end := inn.EndOfDay(now, one.zone); first.IsZero() || end.Before(first) {
			first = end
		}
	}
	return first
}
