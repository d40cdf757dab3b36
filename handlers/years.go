package handlers

import (
	"context"
	"sync"
	"time"

	"baithaka/store"
)

// zonesKept is how long the zones of properties are taken to be as they were read.
const zonesKept = time.Minute

// years knows in which year it is at each property: dates of that year need not
// say it.
type years struct {
	store *store.Store
	mu    sync.Mutex
	zones map[string]*time.Location // of the properties
	read  time.Time                 // when they were
}

// at gives the year at a property, at an instant. By the zones it goes only around
// the turn of a year: on any other day it is the same year everywhere.
func (y *years) at(property string, now time.Time) int {
	now = now.UTC()
	if day := now.YearDay(); day > 1 && day < 365 || property == "" {
		return now.Year()
	}
	return now.In(y.zone(property, now)).Year()
}

// zone gives the zone of a property, UTC for what is none.
func (y *years) zone(property string, now time.Time) *time.Location {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.zones == nil || now.Sub(y.read).Abs() > zonesKept {
		properties, err := y.store.EveryProperty(context.Background())
		if err == nil {
			y.zones, y.read = map[string]*time.Location{}, now
		}
		for _, p := range properties {
			y.zones[p.Slug] = p.Location()
		}
	}
	if zone := y.zones[property]; zone != nil {
		return zone
	}
	return time.UTC
}
