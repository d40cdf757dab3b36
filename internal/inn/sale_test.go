package inn

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// Letting go of what is past changes no figure, and what is not over stays.
func TestSalesForgetOnlyWhatMakesNoDifference(t *testing.T) {
	long, open := sale(Confirmed, "2026-06-01", "2026-12-20", "2026-05-01", 5000, "long"), sale(New, "", "", "2026-05-01", 5000, "open")
	past := sale(CheckedOut, "2026-11-01", "2026-11-05", "2026-10-20", 9000, "past")
	sales := sold(append(decemberAtTheLake(), long, open, past)...)
	before := Measure("", []Property{lake}, nil, sales, tenth, 10)
	sales.Forget(tenth, 10)
	assert.Len(t, sales["lake"], 8, "all but the one that is past")
	assert.True(t, before.Same(Measure("", []Property{lake}, nil, sales, tenth, 10)))
	sales.Forget(tenth.AddDate(1, 0, 0), 10)
	assert.Len(t, sales["lake"], 1, "whose end is not known")
}

// The figures need to know guests apart, and not who they are.
func TestASaleKnowsGuestsApart(t *testing.T) {
	same := sold(Booking{Customer: "Asha Rao"}, Booking{Customer: " asha  RAO "}, Booking{Customer: "Ben"})[""]
	assert.Equal(t, same[0].guest, same[1].guest)
	assert.NotEqual(t, same[0].guest, same[2].guest)
}

// A day is counted where the property is, before and after midnight there, and
// before 1970 too.
func TestDaysAreCountedInTheirZone(t *testing.T) {
	for zone, want := range map[string]Date{"UTC": "2026-12-10", "Asia/Kolkata": "2026-12-11", "America/New_York": "2026-12-10"} {
		at := time.Date(2026, 12, 10, 19, 0, 0, 0, time.UTC)
		assert.Equal(t, dayOf(want), dayIn(at.UnixMilli(), Location(zone)), zone)
		assert.Equal(t, want, DateOf(at, Location(zone)), zone)
	}
	assert.Equal(t, day(-1), dayIn(-1, time.UTC))
	assert.Equal(t, day(-1), dayOf("1969-12-31"))
}
