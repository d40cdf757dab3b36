package inn

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWhereAStayStandsAtTheDesk(t *testing.T) {
	const today = Date("2026-11-28")
	for name, c := range map[string]struct {
		status  Status
		in, out Date
		want    Standing
		found   bool
	}{
		"comes today":                     {Confirmed, today, "2026-12-01", Standing{Board: Arrivals}, true},
		"is asked for today":              {New, today, "2026-12-01", Standing{Board: Arrivals}, true},
		"came today":                      {CheckedIn, today, "2026-12-01", Standing{Board: Arrivals, Done: true}, true},
		"was to come yesterday":           {Confirmed, "2026-11-27", "2026-12-01", Standing{Board: Arrivals, Late: true}, true},
		"did not come for long":           {Confirmed, "2026-11-25", "2026-12-01", Standing{}, false},
		"did not come and would be gone":  {Confirmed, "2026-11-27", today, Standing{}, false},
		"comes tomorrow":                  {Confirmed, "2026-11-29", "2026-12-01", Standing{}, false},
		"has no day":                      {Confirmed, "", "", Standing{}, false},
		"stays on":                        {CheckedIn, "2026-11-26", "2026-11-30", Standing{Board: InHouse}, true},
		"stays without a day of leaving":  {CheckedIn, "2026-11-20", "", Standing{Board: InHouse}, true},
		"leaves today":                    {CheckedIn, "2026-11-26", today, Standing{Board: Departures}, true},
		"came and leaves today":           {CheckedIn, today, today, Standing{Board: Departures}, true},
		"was to leave yesterday":          {CheckedIn, "2026-11-26", "2026-11-27", Standing{Board: Departures, Late: true}, true},
		"left today":                      {CheckedOut, "2026-11-26", today, Standing{Board: Departures, Done: true}, true},
		"left yesterday":                  {CheckedOut, "2026-11-26", "2026-11-27", Standing{}, false},
		"was to come today and cancelled": {Cancelled, today, "2026-12-01", Standing{}, false},
	} {
		got, found := Booking{Category: Stay, Status: c.status, CheckIn: c.in, CheckOut: c.out}.AtDesk(today)
		assert.Equal(t, c.want, got, name)
		assert.Equal(t, c.found, found, name)
	}
	_, found := Booking{Category: Tour, Status: Confirmed, CheckIn: today}.AtDesk(today)
	assert.False(t, found, "a tour arrives at no desk")
	_, found = Booking{Category: Stay, Status: CheckedIn}.AtDesk("")
	assert.False(t, found, "where the day is not known nobody is said to stay")
}
