package demo

import (
	"math/rand/v2"
	"slices"
	"time"

	"baithaka/internal/inn"
)

const (
	// days is how far back the history goes, horizon how far ahead people book.
	days    = 90
	horizon = 60
	// firstID is the number of the oldest booking.
	firstID = 1001
	// told is for how long back it is known who did what; before, the reception's
	// program did everything, because every change of author is a transaction.
	told = 3 * 24 * time.Hour
)

// action is something that somebody did.
type action struct {
	by string
	inn.Publication
}

// story draws what was sold and what became of it. The calendar of every room is
// drawn first, far beyond now, and what had not been booked by now is left out:
// so the past is as full as houses are, and the weeks ahead fill up as they do.
type story struct {
	rng   *rand.Rand
	now   time.Time
	sales []life
}

// life is a sale with the instants of its steps; the zero time for one that it
// does not reach.
type life struct {
	sale
	booked, confirmed, changed, arrived, left, cancelled, missed time.Time
	before                                                       sale // as it was before it was changed
}

// tell returns everything that happened in the ninety days before now, in its
// order.
func tell(seed uint64, now time.Time) []action {
	s := &story{rng: rand.New(rand.NewPCG(seed, fillStream)), now: now}
	for _, h := range houses() {
		s.ask(h)
		for _, o := range h.offers {
			if h.Slug != inn.Desk && h.Category != inn.Tour {
				s.let(h, o)
			} else {
				s.guide(h, o)
			}
		}
	}
	slices.SortStableFunc(s.sales, func(a, b life) int { return a.booked.Compare(b.booked) })
	actions := troubles(now)
	for i, b := range s.sales {
		b.id, b.before.id = bookingID(firstID+i), bookingID(firstID+i)
		actions = append(actions, b.actions(now)...)
	}
	actions = slices.DeleteFunc(actions, func(d action) bool { return d.At.After(now) })
	slices.SortStableFunc(actions, func(a, b action) int { return a.At.Compare(b.At) })
	return actions
}

// The lengths of stays and of the gaps between them, as often as they stand
// here: some seven nights in ten are sold.
var (
	stays = []int{1, 2, 2, 2, 3, 3, 3, 4, 5, 7}
	gaps  = []int{0, 0, 1, 1, 1, 1, 2, 3}
	leads = []int{0, 1, 2, 3, 4, 6, 8, 11, 15, 21, 28, 40} // days from booking to arrival
)

// let fills the calendar of a room or a car.
func (s *story) let(h house, o offer) {
	today := inn.DateOf(s.now, h.zone)
	for day := 1 - days + pick(s.rng, gaps); day < horizon; {
		nights := pick(s.rng, stays)
		if s.rng.IntN(8) == 0 {
			s.fail(h, o, today.Add(day), nights)
		}
		s.add(s.book(h, o, today.Add(day), nights))
		day += nights + pick(s.rng, gaps) + s.slack(day)
	}
}

// guide sells a ride or tour: once in five days, on the average.
func (s *story) guide(h house, o offer) {
	today := inn.DateOf(s.now, h.zone)
	nights := 0
	if o.category == inn.Car {
		nights = 1
	}
	for day := 2 - days; day < horizon; day += 2 + s.rng.IntN(7) + 2*s.slack(day) {
		s.add(s.book(h, o, today.Add(day), nights))
	}
}

// slack is what stood empty more until two weeks ago: trade has picked up.
func (s *story) slack(day int) int {
	if day > -14 {
		return 0
	}
	return s.rng.IntN(2)
}

// book draws a booking and its whole life as if it went well.
func (s *story) book(h house, o offer, in inn.Date, nights int) life {
	today := inn.DateOf(s.now, h.zone)
	// Nothing is booked before the history begins, and a ride or tour not on the day.
	lead := min(pick(s.rng, leads), days-1+today.Days(in))
	if nights == 0 {
		lead = max(lead, 1)
	}
	b := life{sale: sell(s.rng, h, o, in, nights, lead == 0)}
	b.booked = s.at(b, in.Add(-lead), 7, 22)
	b.confirmed = b.booked.Add(s.within(2*time.Minute, 6*time.Hour))
	b.arrived = s.at(b, in, 14, 20)
	switch {
	case lead == 0:
		b.booked = s.at(b, in, 7, 12)
		b.confirmed = b.booked.Add(s.within(2*time.Minute, 40*time.Minute))
	case lead >= 3 && nights >= 2 && s.rng.IntN(8) == 0:
		b.lengthen(s, nights)
	}
	if nights > 0 {
		b.left = s.at(b, b.out, 8, 11)
	} else {
		b.arrived = s.at(b, in, 8, 15)
		b.left = b.arrived.Add(s.within(time.Hour, 4*time.Hour))
	}
	return b
}

// lengthen makes a guest ask for the last night a day or two after booking.
func (b *life) lengthen(s *story, nights int) {
	b.before = b.sale
	b.before.out = b.out.Add(-1)
	b.before.amount = b.price(nights-1, 100)
	b.changed = b.booked.Add(s.within(12*time.Hour, 40*time.Hour))
}

// fail draws a booking that came to nothing, for dates that were sold to
// somebody else afterwards; one still to be cancelled would be sold twice.
func (s *story) fail(h house, o offer, in inn.Date, nights int) {
	b := s.book(h, o, in, nights)
	if b.source == "walk-in" {
		return // who stands at the desk neither cancels nor stays away
	}
	if s.rng.IntN(5) == 0 {
		b.missed = s.at(b, in, 21, 23)
	} else {
		b.cancelled = b.confirmed.Add(s.within(0, max(b.arrived.Sub(b.confirmed), time.Hour)))
	}
	b.changed, b.arrived, b.left = time.Time{}, time.Time{}, time.Time{}
	if !b.missed.After(s.now) && !b.cancelled.After(s.now) {
		s.add(b)
	}
}

// requests are what came in within the last two hours and waits for an answer.
var requests = []struct {
	house  string
	offer  int
	ago    time.Duration
	ahead  int // days to the arrival
	nights int
}{
	{inn.Desk, 0, 97 * time.Minute, 2, 0},
	{"casa-do-rio", 2, 52 * time.Minute, 33, 3},
	{"lake-house", 4, 11 * time.Minute, 19, 4},
}

// ask adds the requests at a house.
func (s *story) ask(h house) {
	for _, r := range requests {
		if r.house == h.Slug {
			in := inn.DateOf(s.now, h.zone).Add(r.ahead)
			s.add(life{sale: sell(s.rng, h, h.offers[r.offer], in, r.nights, false), booked: s.now.Add(-r.ago)})
		}
	}
}

// add keeps what had been booked by now.
func (s *story) add(b life) {
	if !b.booked.After(s.now) {
		s.sales = append(s.sales, b)
	}
}

// actions tells the life of a booking, step by step.
func (b life) actions(now time.Time) []action {
	var actions []action
	do := func(at time.Time, p inn.Publication, by string) {
		switch {
		case at.IsZero():
			return
		case at.Before(now.Add(-told)):
			by = frontOffice
		case by == "":
			by = b.house.keeper()
		}
		actions = append(actions, action{by, p})
	}
	first := b.sale
	if !b.changed.IsZero() {
		first = b.before
	}
	do(b.booked, first.publication(inn.BookingNew, b.booked), b.author())
	do(b.confirmed, step(inn.BookingConfirmed, b.id, b.confirmed), b.author())
	if !b.changed.IsZero() {
		p := step(inn.BookingModified, b.id, b.changed)
		p.Booking.CheckOut, p.Booking.Amount = inn.Given(b.out), inn.Given(b.amount)
		do(b.changed, p, b.author())
	}
	do(b.cancelled, step(inn.BookingCancelled, b.id, b.cancelled), b.author())
	do(b.missed, step(inn.BookingNoShow, b.id, b.missed), "")
	do(b.arrived, step(inn.BookingCheckedIn, b.id, b.arrived), "")
	do(b.left, step(inn.BookingCheckedOut, b.id, b.left), "")
	return actions
}

// keeper returns who writes down what happens at a house.
func (h house) keeper() string {
	switch h.Slug {
	case "lake-house":
		return manager
	case inn.Desk:
		return admin
	}
	return frontOffice
}

// at draws an instant on a date, between two full hours of the house's day.
func (s *story) at(b life, day inn.Date, from, to int) time.Time {
	minutes := s.rng.IntN((to - from) * 60)
	return day.At(from*60+minutes, b.house.zone).Add(time.Duration(s.rng.IntN(60)) * time.Second)
}

func (s *story) within(from, to time.Duration) time.Duration { return between(s.rng, from, to) }

// between draws a duration, both ends included.
func between(rng *rand.Rand, from, to time.Duration) time.Duration {
	return from + time.Duration(rng.Int64N(int64(to-from)+1))
}

func pick[T any](rng *rand.Rand, from []T) T { return from[rng.IntN(len(from))] }
