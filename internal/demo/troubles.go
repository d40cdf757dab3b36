package demo

import (
	"time"

	"baithaka/internal/inn"
)

// trouble is an alert: what is wrong where, and how long ago it was raised, taken
// in hand and solved; 0 for what did not happen yet.
type trouble struct {
	property, key, title, detail string
	priority                     inn.Priority
	raised, taken, solved        time.Duration
	by, keeper                   string // who raised it, who took it
}

const day = 24 * time.Hour

// past are the alerts of the ninety days. The boiler is for whoever signs in
// first.
var past = []trouble{
	{property: "casa-do-rio", key: "lift", title: "The lift stands still", detail: "Between the first and second floor, nobody inside.", priority: inn.High,
		raised: 71*day + 5*time.Hour, solved: 71 * day, by: frontOffice},
	{property: "spice-garden", key: "water", title: "No water in the tree house", detail: "The pump runs but nothing comes.", priority: inn.Critical,
		raised: 44*day + 3*time.Hour, taken: 44*day + 2*time.Hour, solved: 44 * day, by: frontOffice, keeper: frontOffice},
	{property: "gion-machiya", key: "key-box", title: "The key box does not open", detail: "Guests of the garden house wait outside.", priority: inn.High,
		raised: 23*day + time.Hour, solved: 23 * day, by: frontOffice},
	{property: "harbour-rooms", key: "smoke", title: "Smoke detector in room 3 needs a battery", priority: inn.Medium,
		raised: 9*day + 4*time.Hour, solved: 8 * day, by: sensors},
	{property: "lakeside-cars", key: "tyre", title: "Open jeep has a flat tyre", detail: "At the lake road, two guests with it.", priority: inn.High,
		raised: 5*day + 2*time.Hour, taken: 5*day + 100*time.Minute, solved: 5 * day, by: frontOffice, keeper: frontOffice},
	{property: "casa-do-rio", key: "wifi", title: "Wi-Fi is slow on the top floor", detail: "Measured 2 Mbit/s in the attic since the morning.", priority: inn.Medium,
		raised: 26 * time.Hour, by: sensors},
	{property: "lake-house", key: "power", title: "No power on the upper floor", detail: "The generator feeds the kitchen and the pump.", priority: inn.High,
		raised: 200 * time.Minute, taken: 188 * time.Minute, by: sensors, keeper: manager},
	{key: "payments", title: "Card payments are slow", detail: "The bank answers after a minute; cash and UPI work.", priority: inn.Medium,
		raised: 85 * time.Minute, solved: 38 * time.Minute, by: frontOffice},
	{property: "lake-house", key: "boiler", title: "Boiler off", detail: "No hot water upstairs since the pressure fell.", priority: inn.Critical,
		raised: 24 * time.Minute, by: sensors},
}

// troubles tells the alerts and the works at the houses before now.
func troubles(now time.Time) []action {
	var actions []action
	for _, t := range past {
		actions = append(actions, action{t.by, t.publication(inn.AlertRaised, now.Add(-t.raised))})
		if t.taken > 0 {
			actions = append(actions, action{t.keeper, t.publication(inn.AlertAcknowledged, now.Add(-t.taken))})
		}
		if t.solved > 0 {
			actions = append(actions, action{t.by, t.publication(inn.AlertResolved, now.Add(-t.solved))})
		}
	}
	works := func(t inn.Type, ago time.Duration, c inn.PropertyChange) {
		actions = append(actions, action{frontOffice, inn.Publication{Type: t, At: now.Add(-ago), Property: &c}})
	}
	works(inn.PropertyMaintenance, 31*day, inn.PropertyChange{Slug: "casa-do-rio", Status: "maintenance", Title: "Painting the staircase", Detail: "Two days, rooms stay open."})
	works(inn.PropertyStatus, 29*day, inn.PropertyChange{Slug: "casa-do-rio", Status: "open"})
	works(inn.PropertyMaintenance, 2*day+2*time.Hour, inn.PropertyChange{Slug: "harbour-rooms", Status: "maintenance", Title: "New windows in the loft", Detail: "Workmen from 10:00 to 16:00 until the end of the week."})
	return actions
}

// publication tells one step of an alert. Only its raising says what it is.
func (t trouble) publication(as inn.Type, at time.Time) inn.Publication {
	c := &inn.AlertChange{Key: t.key, Property: t.property}
	p := inn.Publication{Type: as, At: at, Alert: c}
	if as == inn.AlertRaised {
		c.Title, c.Detail, p.Priority = inn.Given(t.title), inn.Given(t.detail), t.priority
	}
	return p
}
