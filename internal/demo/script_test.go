package demo

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// moment is one step of a script and when it happens.
type moment struct {
	at time.Duration
	inn.Publication
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func play(seed uint64, today []due, steps int) []moment {
	s := newScript(seed, today)
	var moments []moment
	var at time.Duration
	for range steps {
		wait, p := s.next(noon)
		at += wait
		moments = append(moments, moment{at, p})
	}
	return moments
}

func TestSameSeedPlaysTheSameScript(t *testing.T) {
	today := []due{{id: "BK-1500", leaves: true}, {id: "BK-1501", arrived: true}}
	assert.Equal(t, play(1, today, 500), play(1, today, 500))
	assert.NotEqual(t, play(1, today, 500), play(2, today, 500))
}

// Until it has sold many, and then it calms down: see
// TestALongDemonstrationStaysBelievable.
func TestScriptKeepsThePaceOfSeedB(t *testing.T) {
	sold, confirmed, cancelled := 0, 0, 0
	for seed := range uint64(16) {
		booked, answered := map[string]time.Duration{}, map[string]bool{}
		var last time.Duration
		for _, m := range play(seed, nil, 600) {
			switch m.Type {
			case inn.BookingNew:
				if len(booked) == many {
					break
				}
				assert.NotContains(t, booked, m.Booking.ID, "an id is used once")
				assertWithin(t, betweenBookings, m.at-last)
				last, booked[m.Booking.ID] = m.at, m.at
			case inn.BookingConfirmed, inn.BookingCancelled:
				at, ours := booked[m.Booking.ID]
				if !ours || answered[m.Booking.ID] {
					break
				}
				answered[m.Booking.ID] = true
				assertWithin(t, untilAnswered, m.at-at)
				if m.Type == inn.BookingConfirmed {
					confirmed++
				} else {
					cancelled++
				}
			}
		}
		require.Len(t, booked, many)
		sold += len(booked)
	}
	assert.Equal(t, sold, confirmed+cancelled, "each new booking is answered")
	assert.InDelta(t, 0.8, float64(confirmed)/float64(confirmed+cancelled), 0.04)
}

func assertWithin(t *testing.T, s span, d time.Duration) {
	t.Helper()
	assert.GreaterOrEqual(t, d, s.from)
	assert.LessOrEqual(t, d, s.to)
}

func TestScriptIsPossibleAndHasEverything(t *testing.T) {
	bookings := map[string]inn.Booking{}
	alerts := map[string]inn.Alert{}
	types, categories, properties := map[inn.Type]int{}, map[inn.Category]int{}, map[string]int{}
	currencies, countries := map[string]int{}, map[string]int{}
	mistakes := 0
	for _, m := range play(4, nil, 2000) {
		types[m.Type]++
		if c := m.Alert; c != nil {
			was, known := alerts[c.Key]
			a, changed, err := was.Apply(m.Type, *c, known, "simulator", noon)
			require.NoError(t, err)
			require.True(t, changed)
			alerts[c.Key] = a
			continue
		}
		was, known := bookings[m.Booking.ID]
		require.NotEqual(t, known, m.Type == inn.BookingNew)
		b, _, changed, err := was.Apply(m.Type, *m.Booking, known, noon)
		if inn.CodeOf(err) == inn.Invalid {
			mistakes++ // for the inspector: nothing of it is stored
			continue
		}
		require.NoError(t, err)
		require.True(t, changed)
		bookings[b.ID] = b
		categories[b.Category]++
		properties[b.Property]++
		currencies[b.Price.Currency]++
		countries[b.Country]++
	}
	assert.Positive(t, mistakes)
	for _, want := range []inn.Type{
		inn.BookingNew, inn.BookingConfirmed, inn.BookingCancelled, inn.BookingModified, inn.BookingCheckedIn,
		inn.BookingCheckedOut, inn.AlertRaised, inn.AlertResolved,
	} {
		assert.Positive(t, types[want], want)
	}
	assert.Len(t, categories, len(inn.Categories))
	assert.Len(t, properties, len(houses()))
	assert.Len(t, currencies, 4)
	assert.Len(t, countries, len(nations))
}

func TestScriptReceivesWhoIsDue(t *testing.T) {
	var told []inn.Type
	for _, m := range play(5, []due{{id: "BK-1001", arrived: true}, {id: "BK-1002"}, {id: "BK-1003", leaves: true}}, 200) {
		if m.Booking != nil && m.Booking.ID < "BK-1004" {
			told = append(told, m.Type)
		}
	}
	assert.Equal(t, []inn.Type{inn.BookingCheckedOut, inn.BookingCheckedIn, inn.BookingCheckedIn, inn.BookingCheckedOut}, told)
}
