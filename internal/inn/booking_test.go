package inn

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 12, 5, 12, 0, 0, 0, time.UTC)

// lifeOf is the table of a booking's life: what each type makes of a status. ""
// is an impossible step.
var lifeOf = map[Type]map[Status]Status{
	BookingNew:        {New: New, Confirmed: Confirmed, CheckedIn: CheckedIn, CheckedOut: CheckedOut, Cancelled: Cancelled, NoShow: NoShow},
	BookingModified:   {New: New, Confirmed: Confirmed, CheckedIn: CheckedIn, CheckedOut: CheckedOut, Cancelled: Cancelled, NoShow: NoShow},
	BookingConfirmed:  {New: Confirmed, Confirmed: Confirmed},
	BookingCheckedIn:  {New: CheckedIn, Confirmed: CheckedIn, CheckedIn: CheckedIn},
	BookingCheckedOut: {CheckedIn: CheckedOut, CheckedOut: CheckedOut},
	BookingCancelled:  {New: Cancelled, Confirmed: Cancelled, Cancelled: Cancelled},
	BookingNoShow:     {New: NoShow, Confirmed: NoShow, NoShow: NoShow},
	BookingReinstated: {Cancelled: Confirmed, NoShow: Confirmed, Confirmed: Confirmed},
}

func TestBookingLife(t *testing.T) {
	for et, goals := range lifeOf {
		for _, from := range Statuses {
			b := asha()
			b.Status, b.Changed = from, nil
			next, as, changed, err := b.Apply(et, BookingChange{ID: b.ID}, true, noon)
			goal, possible := goals[from]
			if !possible {
				require.Error(t, err, "%s from %s", et, from)
				assert.Equal(t, Conflict, CodeOf(err), "%s from %s", et, from)
				assert.Contains(t, TextOf(err), string(from), "the present status is named")
				assert.Equal(t, b, next, "nothing changes")
				continue
			}
			require.NoError(t, err, "%s from %s", et, from)
			assert.Equal(t, goal, next.Status, "%s from %s", et, from)
			assert.Equal(t, goal != from, changed, "%s from %s: a step that is no step changes nothing", et, from)
			if changed {
				assert.Equal(t, []Change{{"status", string(from), string(goal)}}, next.Changed)
				assert.Equal(t, et, as)
				assert.Equal(t, et, next.Last)
				assert.Equal(t, noon, next.ChangedAt)
			}
		}
	}
}

// An impossible step takes the fields that came with it along.
func TestImpossibleStepChangesNoField(t *testing.T) {
	b := asha()
	b.Status = CheckedOut
	next, _, changed, err := b.Apply(BookingCancelled, BookingChange{Title: Given("other")}, true, noon)
	assert.Equal(t, Conflict, CodeOf(err))
	assert.False(t, changed)
	assert.Equal(t, b, next)
}

// The type decides: a status that is reported beside a modification is the
// booking's own, or refused, and never thrown away.
func TestModificationLeavesTheStatus(t *testing.T) {
	for _, own := range Statuses {
		for _, reported := range Statuses {
			b := asha()
			b.Status = own
			c := BookingChange{Title: Given("Retitled"), Status: Given(reported)}
			next, _, changed, err := b.Apply(BookingModified, c, true, noon)
			if reported == own {
				require.NoError(t, err, own)
				assert.True(t, changed)
				assert.Equal(t, own, next.Status)
				continue
			}
			assert.Equal(t, []string{"status"}, pointers(err), "%s reported of one that is %s", reported, own)
			assert.Contains(t, err.Error(), "the booking is "+string(own))
			assert.Equal(t, b, next, "nothing changes")
			c.Version = Given(b.Version - 1)
			_, _, changed, err = b.Apply(BookingModified, c, true, noon)
			require.NoError(t, err, "what is older is passed over, not refused")
			assert.False(t, changed)
		}
	}
	first := BookingChange{ID: "BK-1", Category: Given(Car), Title: Given("Van"), Customer: Given("Tom"), Status: Given(New)}
	b, _, _, err := Booking{}.Apply(BookingModified, first, false, noon)
	require.NoError(t, err)
	assert.Equal(t, New, b.Status)
	first.Status = Given(Confirmed)
	_, _, _, err = Booking{}.Apply(BookingModified, first, false, noon)
	assert.Equal(t, []string{"status"}, pointers(err), "a modification does not confirm what nobody has heard of either")
	assert.True(t, BookingChange{ID: "BK-1", Status: Given(New)}.Bare(), "it says nothing else about the booking")
}

func TestFirstSight(t *testing.T) {
	full := BookingChange{ID: "BK-1", Category: Given(Car), Title: Given("Van"), Customer: Given("Tom")}
	for et := range lifeOf {
		b, as, changed, err := Booking{}.Apply(et, full, false, noon)
		require.NoError(t, err, et)
		want := map[Type]Status{BookingConfirmed: Confirmed, BookingCheckedIn: CheckedIn, BookingCheckedOut: CheckedOut, BookingCancelled: Cancelled, BookingNoShow: NoShow, BookingReinstated: Confirmed}[et]
		if want == "" {
			want = New
		}
		assert.Equal(t, want, b.Status, et)
		assert.Equal(t, et, as)
		assert.True(t, changed)
		assert.Equal(t, Desk, b.Property, "without a property the house sold it")
		assert.Equal(t, 1, b.Units)
		assert.Equal(t, noon, b.BookedAt)
		assert.Empty(t, b.Changed, "at first sight nothing changed")
	}
	for missing, pointer := range map[string]string{"type": "type", "title": "title", "customer": "customerName"} {
		c := full
		switch missing {
		case "type":
			c.Category = Field[Category]{}
		case "title":
			c.Title = Given("")
		case "customer":
			c.Customer = Field[string]{}
		}
		_, _, changed, err := Booking{}.Apply(BookingNew, c, false, noon)
		assert.Equal(t, Invalid, CodeOf(err), missing)
		assert.Equal(t, []string{pointer}, pointers(err))
		assert.False(t, changed)
		c.Short = true
		_, _, _, err = Booking{}.Apply(BookingNew, c, false, noon)
		assert.Equal(t, NotFound, CodeOf(err), "seed A's short form assumes a known booking")
	}
}

func pointers(err error) (all []string) {
	if e, ok := err.(*Error); ok {
		for _, f := range e.Fields {
			all = append(all, f.Field)
		}
	}
	return all
}

func TestOlderVersionsAndEmptyChangesAreNotApplied(t *testing.T) {
	b := asha() // version 4
	for name, c := range map[string]BookingChange{
		"nothing said":  {},
		"the same":      {Title: Given(b.Title), Amount: Given("14400.5"), CheckIn: Given(b.CheckIn), Units: Given(2), Version: Given(int64(4))},
		"older version": {Title: Given("Old title"), Version: Given(int64(3))},
		"older cancel":  {Version: Given(int64(0))},
	} {
		next, _, changed, err := b.Apply(BookingCancelled, c, true, noon)
		if name != "older version" && name != "older cancel" {
			next, _, changed, err = b.Apply(BookingNew, c, true, noon)
		}
		require.NoError(t, err, name)
		assert.False(t, changed, name)
		assert.Equal(t, b, next, name)
	}
	next, as, changed, err := b.Apply(BookingNew, BookingChange{Title: Given("New title"), Version: Given(int64(4))}, true, noon)
	require.NoError(t, err)
	assert.True(t, changed, "the version already known may still say something new")
	assert.Equal(t, BookingModified, as, "new for a known booking is a modification")
	assert.Equal(t, BookingModified, next.Last)
	next, _, changed, err = b.Apply(BookingModified, BookingChange{Version: Given(int64(5))}, true, noon)
	require.NoError(t, err)
	assert.True(t, changed, "a newer version must be remembered, or an older one would be taken for newer")
	assert.Equal(t, int64(5), next.Version)
	assert.Empty(t, next.Changed)
}

func TestAbsentStaysAndNullClears(t *testing.T) {
	b := asha()
	b.Changed = nil
	null, noDate, none := Field[string]{Given: true}, Field[Date]{Given: true}, Field[int]{Given: true}
	next, _, changed, err := b.Apply(BookingModified, BookingChange{
		Property: null, Cleared: true, Currency: null, Country: null, CheckIn: noDate, CheckOut: noDate, Units: none, Guests: none,
		Source: null, ExternalID: null, Email: null, Phone: null, Notes: null,
	}, true, noon)
	require.NoError(t, err)
	require.True(t, changed)
	want := b
	want.Property, want.Price, want.Priced, want.Country, want.CheckIn, want.CheckOut = Desk, Money{}, false, "", "", ""
	want.Units, want.Guests, want.Source, want.ExternalID, want.Email, want.Phone, want.Notes = 1, 0, "", "", "", "", ""
	want.Changed, want.Last, want.ChangedAt, want.ConfirmedAt = next.Changed, BookingModified, noon, next.ConfirmedAt
	assert.Equal(t, want, next)
	fields := []string{}
	for _, c := range next.Changed {
		fields = append(fields, c.Field)
	}
	assert.Equal(t, []string{"propertyId", "checkIn", "checkOut", "units", "guests", "amount", "currency", "country", "source", "externalId",
		"customerEmail", "customerPhone", "notes"}, fields)
	for _, c := range []BookingChange{{Title: null}, {Customer: null}} {
		_, _, _, err := b.Apply(BookingModified, c, true, noon)
		assert.Equal(t, Invalid, CodeOf(err), "what a booking cannot be without is not cleared")
	}
}

func TestAmountAndCurrencyGoTogether(t *testing.T) {
	plain := asha()
	plain.Price, plain.Priced = Money{}, false
	inr := plain
	inr.Price.Currency = "INR"
	for name, c := range map[string]struct {
		from    Booking
		change  BookingChange
		want    Money
		priced  bool
		pointer string
	}{
		"both":                       {plain, BookingChange{Amount: Given("12.5"), Currency: Given("EUR")}, Money{1250, "EUR"}, true, ""},
		"amount without currency":    {plain, BookingChange{Amount: Given("12.5")}, Money{}, false, "currency"},
		"currency first":             {plain, BookingChange{Currency: Given("INR")}, Money{0, "INR"}, false, ""},
		"amount later":               {inr, BookingChange{Amount: Given("7")}, Money{700, "INR"}, true, ""},
		"zero is an amount":          {inr, BookingChange{Amount: Given("0")}, Money{0, "INR"}, true, ""},
		"other currency, same price": {asha(), BookingChange{Currency: Given("EUR")}, Money{}, false, "currency"},
		"other currency with amount": {asha(), BookingChange{Currency: Given("JPY"), Amount: Given("9000")}, Money{9000, "JPY"}, true, ""},
		"too many decimals":          {asha(), BookingChange{Currency: Given("JPY"), Amount: Given("9000.5")}, Money{}, false, "amount"},
		"cleared keeps the currency": {asha(), BookingChange{Cleared: true}, Money{0, "INR"}, false, ""},
		"cleared, other currency":    {asha(), BookingChange{Cleared: true, Currency: Given("EUR")}, Money{0, "EUR"}, false, ""},
	} {
		next, _, _, err := c.from.Apply(BookingModified, c.change, true, noon)
		if c.pointer != "" {
			assert.Equal(t, []string{c.pointer}, pointers(err), name)
			assert.Equal(t, c.from, next, name)
			continue
		}
		require.NoError(t, err, name)
		assert.Equal(t, c.want, next.Price, name)
		assert.Equal(t, c.priced, next.Priced, name)
	}
}

// What was sold in money that is no more can be imported, with its date.
func TestWithdrawnCurrenciesComeWithTheirDate(t *testing.T) {
	long := time.Date(2022, 8, 1, 10, 0, 0, 0, time.UTC)
	first := func(in Date, at time.Time) BookingChange {
		return BookingChange{ID: "BK-1", Category: Given(Stay), Title: Given("Room"), Customer: Given("Iva"), Amount: Given("750.50"), Currency: Given("HRK"),
			CheckIn: Field[Date]{Given: in != "", Value: in}, At: at}
	}
	for name, c := range map[string]struct {
		change BookingChange
		ok     bool
	}{
		"a stay of then":                  {first("2022-08-12", time.Time{}), true},
		"its last night":                  {first("2022-12-31", time.Time{}), true},
		"a stay of now":                   {first("2026-12-12", time.Time{}), false},
		"the first day of the new money":  {first("2023-01-01", time.Time{}), false},
		"no dates at all":                 {first("", time.Time{}), false},
		"made then":                       {first("", long), true},
		"made then for a stay afterwards": {first("2023-06-01", long), true},
		"made now for a stay afterwards":  {first("2023-06-01", noon), false},
	} {
		b, _, _, err := Booking{}.Apply(BookingNew, c.change, false, noon)
		if !c.ok {
			assert.Equal(t, []string{"currency"}, pointers(err), name)
			assert.ErrorContains(t, err, "HRK was replaced by EUR on 1 January 2023", name)
			continue
		}
		require.NoError(t, err, name)
		assert.Equal(t, Money{75050, "HRK"}, b.Price, name)
	}
	b, _, _, err := Booking{}.Apply(BookingNew, first("2022-08-12", time.Time{}), false, noon)
	require.NoError(t, err)
	b, _, changed, err := b.Apply(BookingModified, BookingChange{Amount: Given("700"), CheckIn: Given(Date("2026-12-12"))}, true, noon)
	require.NoError(t, err, "what is in it stays in it")
	assert.True(t, changed)
	assert.Equal(t, Money{70000, "HRK"}, b.Price)
}

// The clocks of senders are not ours: what is ahead counts as now, and nothing
// ends, or is confirmed, before it was made.
func TestStepsByOtherClocks(t *testing.T) {
	b, _, _, err := Booking{}.Apply(BookingNew, BookingChange{ID: "B", Category: Given(Stay), Title: Given("t"), Customer: Given("c"), At: noon.Add(20 * time.Hour)}, false, noon)
	require.NoError(t, err)
	assert.Equal(t, noon, b.BookedAt)
	before := noon.Add(-48 * time.Hour)
	b, _, _, err = b.Apply(BookingConfirmed, BookingChange{At: before}, true, noon.Add(time.Hour))
	require.NoError(t, err)
	assert.Equal(t, noon, b.ConfirmedAt)
	assert.Equal(t, before, b.ChangedAt, "that is when they say it was")
	b, _, _, err = b.Apply(BookingCancelled, BookingChange{At: before}, true, noon.Add(time.Hour))
	require.NoError(t, err)
	assert.Equal(t, noon, b.EndedAt)
}

// Who is in the house, or may be, is not past, however long ago that began.
func TestWhatIsOver(t *testing.T) {
	const day = Date("2026-12-05")
	for name, c := range map[string]struct {
		booking Booking
		over    bool
	}{
		"a stay that has ended":                 {Booking{Category: Stay, Status: CheckedOut, CheckIn: "2026-12-01", CheckOut: "2026-12-04"}, true},
		"one that ended early":                  {Booking{Category: Stay, Status: CheckedOut, CheckIn: "2026-12-01", CheckOut: "2026-12-09"}, false},
		"one that nobody checked in":            {Booking{Category: Stay, Status: Confirmed, CheckIn: "2026-12-01", CheckOut: "2026-12-05"}, true},
		"one that is overdue":                   {Booking{Category: Stay, Status: CheckedIn, CheckIn: "2025-12-01", CheckOut: "2025-12-05"}, false},
		"an open one":                           {Booking{Category: Stay, Status: CheckedIn, CheckIn: "2025-12-01"}, false},
		"an open one, not arrived":              {Booking{Category: Stay, Status: Confirmed, CheckIn: "2025-12-01"}, false},
		"an open request":                       {Booking{Category: Stay, Status: New, CheckIn: "2025-12-01"}, false},
		"one without any dates":                 {Booking{Category: Stay, Status: Confirmed}, false},
		"an open one that ended":                {Booking{Category: Stay, Status: CheckedOut, CheckIn: "2025-12-01"}, true},
		"an open one that came to nothing":      {Booking{Category: Stay, Status: Cancelled, CheckIn: "2025-12-01"}, true},
		"a car that is not back":                {Booking{Category: Car, Status: CheckedIn, CheckIn: "2025-12-01", CheckOut: "2025-12-05"}, false},
		"a car without a day of return":         {Booking{Category: Car, Status: Confirmed, CheckIn: "2025-12-01"}, false},
		"a ride, which is over with its day":    {Booking{Category: Transfer, Status: CheckedIn, CheckIn: "2025-12-01"}, true},
		"a tour to come":                        {Booking{Category: Tour, Status: Confirmed, CheckIn: "2026-12-06"}, false},
		"a stay to come that came to nothing":   {Booking{Category: Stay, Status: Cancelled, CheckIn: "2026-12-06", CheckOut: "2026-12-09"}, false},
		"a day of leaving without one to begin": {Booking{Category: Stay, Status: Confirmed, CheckOut: "2026-12-01"}, true},
	} {
		assert.Equal(t, c.over, c.booking.Over(day), name)
	}
}

func TestDatesThatCannotBe(t *testing.T) {
	for out, ok := range map[Date]bool{"2026-12-11": false, "2026-12-12": true, "2026-12-13": true, "2036-12-12": true, "2037-01-01": false} {
		_, _, _, err := asha().Apply(BookingModified, BookingChange{CheckOut: Given(out)}, true, noon)
		assert.Equal(t, ok, err == nil, out)
		if !ok {
			assert.Equal(t, []string{"checkOut"}, pointers(err))
		}
	}
}

// The figures ask since when a booking was confirmed and when it ended.
func TestInstantsThatTheFiguresNeed(t *testing.T) {
	at := func(hour int) time.Time { return noon.Add(time.Duration(hour) * time.Hour) }
	b, _, _, err := Booking{}.Apply(BookingNew, BookingChange{ID: "B", Category: Given(Stay), Title: Given("t"), Customer: Given("c")}, false, at(0))
	require.NoError(t, err)
	for i, step := range []struct {
		t                Type
		confirmed, ended time.Time
	}{
		{BookingConfirmed, at(1), time.Time{}},
		{BookingModified, at(1), time.Time{}},
		{BookingCancelled, at(1), at(3)},
		{BookingReinstated, at(4), time.Time{}},
		{BookingNoShow, at(4), at(5)},
		{BookingReinstated, at(6), time.Time{}},
		{BookingCheckedIn, at(6), time.Time{}},
		{BookingCheckedOut, at(6), at(8)},
	} {
		// The reported time wins over the clock.
		b, _, _, err = b.Apply(step.t, BookingChange{At: at(i + 1), Title: Given(string(step.t))}, true, at(99))
		require.NoError(t, err, step.t)
		assert.Equal(t, step.confirmed, b.ConfirmedAt, step.t)
		assert.Equal(t, step.ended, b.EndedAt, step.t)
		assert.Equal(t, at(0), b.BookedAt)
	}
}

func TestBookingSnapshotReadsBack(t *testing.T) {
	bare := Booking{ID: "B", Property: Desk, Category: Car, Title: "t", Customer: "c", Status: New, Units: 1, BookedAt: noon, ChangedAt: noon}
	yen := asha()
	yen.Price = Money{9000, "JPY"}
	free := asha()
	free.Price, free.Changed = Money{0, "KWD"}, nil
	for _, b := range []Booking{asha(), bare, yen, free} {
		text, err := json.Marshal(b)
		require.NoError(t, err)
		e := &Event{ID: 9, Type: BookingModified, By: "Tom", Data: text}
		got, err := e.Booking()
		require.NoError(t, err)
		b.Last, b.Event, b.By = BookingModified, 9, "Tom"
		b.ConfirmedAt, b.EndedAt = time.Time{}, time.Time{} // for the figures only; the row keeps them
		assert.Equal(t, b, got)
	}
	text, err := json.Marshal(bare)
	require.NoError(t, err)
	assert.JSONEq(t, `{"id":"B","type":"car","title":"t","customerName":"c","timestamp":"2026-12-05T12:00:00Z","status":"new","propertyId":"desk","units":1,"bookedAt":"2026-12-05T12:00:00Z"}`,
		string(text), "what is not known is absent")
}
