package store

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// datedBookings publishes bookings of every kind around a day, some without dates.
func datedBookings(t *testing.T, s *Store, today inn.Date, properties ...string) {
	t.Helper()
	for i := range 240 {
		p := sold(fmt.Sprintf("BK-%d", i), properties[i%len(properties)])
		c := p.Booking
		c.Category = inn.Given(inn.Categories[i*7%4])
		c.Source = inn.Given([]string{"website", "airbnb", "", "walk-in"}[i*5%4])
		c.CheckIn = inn.Given(today.Add(i*11%60 - 30))
		c.CheckOut = inn.Given(c.CheckIn.Value.Add(i % 5))
		p.At = time.Now().Add(-time.Duration(i*13%90) * 24 * time.Hour)
		c.At = p.At
		switch i % 12 {
		case 3:
			c.CheckOut = inn.Given(inn.Date(""))
		case 5:
			c.CheckIn, c.CheckOut = inn.Given(inn.Date("")), inn.Given(inn.Date(""))
		}
		publish(t, s, website, p)
		if next := []inn.Type{inn.BookingConfirmed, inn.BookingCancelled, inn.BookingCheckedIn, ""}[i%4]; next != "" {
			publish(t, s, website, step(c.ID, next))
		}
	}
}

// listedByDates is what a filter lists, as it is written down and not as it is asked.
func listedByDates(all []inn.Booking, f BookingFilter) []inn.Booking {
	within := func(d inn.Date) bool { return d != "" && (f.From == "" || d >= f.From) && (f.To == "" || d <= f.To) }
	leaves := func(b inn.Booking) inn.Date {
		if b.CheckOut == "" && b.CheckIn != "" && b.Category.Lasts() {
			return "9999-12-31"
		}
		return cmp.Or(b.CheckOut, b.CheckIn)
	}
	found := slices.DeleteFunc(slices.Clone(all), func(b inn.Booking) bool {
		matches := (f.Property == "" || b.Property == f.Property) && (f.Status == "" || b.Status == f.Status) && (f.Category == "" || b.Category == f.Category) &&
			(f.Source == "" || b.Source == f.Source) && (!f.Standing || b.Status.Stands()) &&
			(!f.Active || b.Status == inn.CheckedIn || b.Status == inn.Confirmed && (leaves(b) == "" || leaves(b) >= f.Today))
		if f.From != "" || f.To != "" {
			switch f.By {
			case Arriving:
				matches = matches && within(b.CheckIn)
			case Leaving:
				matches = matches && within(leaves(b))
			case Here:
				matches = matches && b.CheckIn != "" && (f.To == "" || b.CheckIn <= f.To) && (f.From == "" || leaves(b) >= f.From)
			case Made:
				matches = matches && within(inn.DateOf(b.BookedAt, f.Zone))
			}
		}
		return !matches
	})
	slices.SortFunc(found, func(a, b inn.Booking) int {
		if !f.Sorted {
			return cmp.Compare(b.Event, a.Event)
		}
		days := map[Dates]func(inn.Booking) inn.Date{Arriving: func(b inn.Booking) inn.Date { return b.CheckIn }, Leaving: leaves, Here: leaves}[f.By]
		if f.By == Made {
			return cmp.Compare(DatePlace(Made, b), DatePlace(Made, a))
		}
		rank := func(b inn.Booking) int {
			switch d := days(b); {
			case d == "":
				return 1
			case d >= f.Today || f.By == Here:
				return 0
			}
			return 2
		}
		if by := cmp.Compare(rank(a), rank(b)); by != 0 {
			return by
		}
		by := cmp.Or(cmp.Compare(days(a), days(b)), cmp.Compare(a.Event, b.Event))
		if rank(a) == 0 {
			return by
		}
		return -by
	})
	return found
}

// A list by dates holds what matches and is of the viewer's properties, what is to
// come first, however it is paged.
func TestBookingsAreListedByTheirDates(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	const today = inn.Date("2026-11-28")
	datedBookings(t, s, today, "lake", "hill", inn.Desk)
	admin := person(t, s, "admin", inn.Admin)
	all, err := s.Bookings(ctx, admin, BookingFilter{Limit: 1000})
	require.NoError(t, err)
	require.Len(t, all, 240)
	zone := inn.Location("Asia/Kolkata")
	made := inn.DateOf(time.Now(), zone)

	for _, by := range []inn.Viewer{admin, person(t, s, "owner", inn.Owner, "lake"), person(t, s, "staff", inn.Staff, "lake", inn.Desk), person(t, s, "nobody", inn.User)} {
		theirs := slices.DeleteFunc(slices.Clone(all), func(b inn.Booking) bool { return !by.May(inn.BookingView, b.Property) })
		for _, f := range []BookingFilter{
			{}, {Property: "lake"}, {Status: inn.Confirmed}, {Property: "hill", Status: inn.Cancelled}, {Category: inn.Tour}, {Source: "airbnb"}, {Standing: true},
			{Active: true}, {Active: true, Category: inn.Car, Source: "walk-in"}, {Status: inn.NoShow},
		} {
			for _, f.By = range []Dates{Arriving, Leaving, Here, Made} {
				around := today
				if f.By == Made {
					around = made
				}
				for _, days := range [][2]inn.Date{{}, {around, around}, {around.Add(1), around.Add(1)}, {around.Add(-2), around.Add(5)}, {around, ""}, {"", around.Add(-1)}} {
					f.From, f.To = days[0], days[1]
					for _, f.Sorted = range []bool{true, false} {
						f.Today, f.Zone, f.Limit, f.After, f.Before = today, zone, 7, 0, 0
						if f.By == Here && f.From == "" && f.Sorted {
							f.From = today
						}
						var paged []inn.Booking
						for {
							page, err := s.Bookings(ctx, by, f)
							require.NoError(t, err)
							if paged = append(paged, page...); len(page) < f.Limit {
								break
							}
							last := page[len(page)-1]
							f.After, f.Before = 0, last.Event
							if f.Sorted {
								f.After, f.Before = DatePlace(f.By, last), 0
							}
						}
						require.Equal(t, bookingIDs(listedByDates(theirs, f)), bookingIDs(paged), "%s %+v", by.Name, f)
					}
				}
			}
		}
	}
}

func bookingIDs(bookings []inn.Booking) []string {
	list := []string{}
	for _, b := range bookings {
		list = append(list, b.ID)
	}
	return list
}

func TestSourcesAreThoseOfTheViewersBookings(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	from := func(id, property, source string) {
		p := sold(id, property)
		p.Booking.Source = inn.Given(source)
		publish(t, s, website, p)
	}
	from("BK-1", "lake", "website")
	from("BK-2", "lake", "airbnb")
	from("BK-3", "lake", "airbnb")
	from("BK-4", "hill", "agent of the hill")
	from("BK-5", "hill", "")
	for who, want := range map[*inn.Viewer][]string{
		new(person(t, s, "admin", inn.Admin)):         {"agent of the hill", "airbnb", "website"},
		new(person(t, s, "owner", inn.Owner, "lake")): {"airbnb", "website"},
		new(person(t, s, "hill", inn.Staff, "hill")):  {"agent of the hill"},
		new(person(t, s, "user", inn.User)):           nil,
	} {
		sources, err := s.Sources(ctx, *who)
		require.NoError(t, err)
		assert.Equal(t, want, sources, who.Name)
	}
}

func TestBookingsBesideAreThoseOfTheSameNights(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	stay := func(id, property string, in, out inn.Date) {
		p := sold(id, property)
		p.Booking.CheckIn, p.Booking.CheckOut = inn.Given(in), inn.Given(out)
		publish(t, s, website, p)
	}
	stay("BK-this", "lake", "2026-12-12", "2026-12-15")
	stay("leaves that morning", "lake", "2026-12-10", "2026-12-12")
	stay("there the first night", "lake", "2026-12-10", "2026-12-13")
	stay("around it", "lake", "2026-12-01", "2026-12-30")
	stay("kept open", "lake", "2026-12-14", "")
	stay("comes when it leaves", "lake", "2026-12-15", "2026-12-16")
	stay("elsewhere", "hill", "2026-12-12", "2026-12-15")
	stay("cancelled", "lake", "2026-12-12", "2026-12-15")
	publish(t, s, website, step("cancelled", inn.BookingCancelled))
	staff := person(t, s, "staff", inn.Staff, "lake")
	this, err := s.Booking(ctx, staff, "BK-this")
	require.NoError(t, err)
	beside, err := s.BookingsBeside(ctx, staff, this, 12)
	require.NoError(t, err)
	assert.Equal(t, []string{"there the first night", "around it", "kept open"}, bookingIDs(beside))
	beside, err = s.BookingsBeside(ctx, person(t, s, "hill", inn.Staff, "hill"), this, 12)
	require.NoError(t, err)
	assert.Empty(t, beside)
}
