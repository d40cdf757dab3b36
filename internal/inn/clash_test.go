package inn

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func stayIn(id, unit string, from, to Date, status Status) Booking {
	return Booking{ID: id, Customer: "Guest " + id, Category: Stay, Unit: unit, Units: 1, CheckIn: from, CheckOut: to, Status: status}
}

func TestWhatIsSoldTwice(t *testing.T) {
	lake := Property{Slug: "lake", Name: "Lake House", Category: Stay, Units: 2}
	rooms := []Unit{{Slug: "room-1", Name: "Room 1"}, {Slug: "room-2", Name: "Room 2"}}
	const today Date = "2026-12-10"
	a := stayIn("A", "room-1", "2026-12-12", "2026-12-15", Confirmed)
	for _, c := range []struct {
		what   string
		stays  []Booking
		blocks []Block
		titles []string
	}{
		{"two in one room", []Booking{a, stayIn("B", "room-1", "2026-12-14", "2026-12-16", New)}, nil, []string{"Room 1 is booked twice"}},
		{"one goes, one comes", []Booking{a, stayIn("B", "room-1", "2026-12-15", "2026-12-16", New)}, nil, nil},
		{"another room", []Booking{a, stayIn("B", "room-2", "2026-12-14", "2026-12-16", New)}, nil, nil},
		{"cancelled", []Booking{a, stayIn("B", "room-1", "2026-12-14", "2026-12-16", Cancelled)}, nil, nil},
		{"over", []Booking{stayIn("A", "room-1", "2026-12-01", "2026-12-05", Confirmed), stayIn("B", "room-1", "2026-12-02", "2026-12-05", Confirmed)}, nil, nil},
		{"who has not left", []Booking{stayIn("A", "room-1", "2026-12-07", "2026-12-09", CheckedIn), stayIn("B", "room-1", today, "2026-12-12", New)}, nil, []string{"Room 1 is booked twice"}},
		{"who has left early", []Booking{stayIn("A", "room-1", "2026-12-07", "2026-12-14", CheckedOut), stayIn("B", "room-1", today, "2026-12-12", New)}, nil, nil},
		{"without a day of leaving", []Booking{stayIn("A", "room-1", "2026-12-07", "", CheckedIn), stayIn("B", "room-1", "2027-03-01", "2027-03-03", New)}, nil, []string{"Room 1 is booked twice"}},
		{"blocked room", []Booking{a}, []Block{{ID: "K", Unit: "room-1", From: "2026-12-14", To: "2026-12-20"}}, []string{"Room 1 is booked while it is blocked"}},
		{"blocked from the day of leaving", []Booking{a}, []Block{{ID: "K", Unit: "room-1", From: "2026-12-15", To: "2026-12-20"}}, nil},
		{"blocked other room", []Booking{a}, []Block{{ID: "K", Unit: "room-2", From: "2026-12-14", To: "2026-12-20"}}, nil},
		{"blocked house", []Booking{stayIn("A", "", "2026-12-12", "2026-12-15", New)}, []Block{{ID: "K", From: "2026-12-14", To: "2026-12-20"}}, []string{"Lake House is booked while it is blocked"}},
		{"too many", []Booking{stayIn("A", "", "2026-12-12", "2026-12-15", New), stayIn("B", "", "2026-12-13", "2026-12-15", New), stayIn("C", "", "2026-12-14", "2026-12-16", New)},
			nil, []string{"Lake House is overbooked by 1"}},
		{"full", []Booking{stayIn("A", "", "2026-12-12", "2026-12-15", New), stayIn("B", "", "2026-12-13", "2026-12-15", New), stayIn("C", "", "2026-12-15", "2026-12-16", New)}, nil, nil},
	} {
		var titles []string
		for _, clash := range Clashes(lake, rooms, c.stays, c.blocks, today) {
			titles = append(titles, clash.Title())
		}
		assert.Equal(t, c.titles, titles, c.what)
	}
	assert.Empty(t, Clashes(Property{Category: Tour, Units: 1}, nil, []Booking{a, a}, nil, today), "seats of a tour are no rooms")
}

func TestAClashIsTheSameWhoeverStandsFirst(t *testing.T) {
	a, b := stayIn("A", "room-1", "2026-12-12", "2026-12-15", New), stayIn("B", "room-1", "2026-12-12", "2026-12-15", New)
	one, other := Clash{Stays: []Booking{a, b}}, Clash{Stays: []Booking{b, a}}
	assert.Equal(t, one.Key(), other.Key())
	assert.True(t, IsIdentifier(one.Key()))
	long := stayIn(fmt.Sprintf("%064d", 7), "room-1", "2026-12-12", "2026-12-15", New)
	assert.True(t, IsIdentifier(Clash{Stays: []Booking{a, long}}.Key()), "ids of any length make a key")
}

// Whatever is booked, moved and blocked, the clashes are those that looking at every
// night of every room finds.
func TestClashesAreWhatEveryNightShows(t *testing.T) {
	const today Date = "2026-12-10"
	for seed := range uint64(300) {
		draw := rand.New(rand.NewPCG(seed, 1))
		lake := Property{Slug: "lake", Name: "Lake House", Category: Stay, Units: 3}
		rooms := []Unit{{Slug: "1", Name: "1"}, {Slug: "2", Name: "2"}, {Slug: "3", Name: "3"}}
		var stays []Booking
		for i := range draw.IntN(9) {
			from := today.Add(draw.IntN(14) - 5)
			b := stayIn(fmt.Sprint(i), []string{"", "1", "2", "3"}[draw.IntN(4)], from, from.Add(draw.IntN(5)), Statuses[draw.IntN(len(Statuses))])
			stays = append(stays, b)
		}
		var blocks []Block
		for i := range draw.IntN(3) {
			from := today.Add(draw.IntN(12) - 3)
			blocks = append(blocks, Block{ID: fmt.Sprint(i), Unit: []string{"", "1", "2"}[draw.IntN(3)], From: from, To: from.Add(1 + draw.IntN(3))})
		}
		want := map[string]bool{}
		over := false
		for i := range 30 {
			night := today.Add(i)
			sold, told := 0, false
			for x, a := range stays {
				if a.Status == CheckedOut || !a.Takes(night, today) {
					continue
				}
				sold++
				for _, b := range stays[x+1:] {
					if b.Status != CheckedOut && b.Takes(night, today) && a.Unit != "" && a.Unit == b.Unit {
						want[Clash{Stays: []Booking{a, b}}.Key()], told = true, true
					}
				}
				for _, k := range blocks {
					if k.Covers(night) && (k.Unit == "" || k.Unit == a.Unit) {
						want[Clash{Stays: []Booking{a}, Block: &k}.Key()], told = true, true
					}
				}
			}
			over = over || sold > lake.Units && !told
		}
		if over {
			want[Clash{Over: 1}.Key()] = true
		}
		var got []string
		for _, c := range Clashes(lake, rooms, stays, blocks, today) {
			require.Less(t, c.From, c.To, "seed %d", seed)
			got = append(got, c.Key())
		}
		var keys []string
		for key := range want {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		slices.Sort(got)
		require.Equal(t, keys, got, "seed %d", seed)
	}
}
