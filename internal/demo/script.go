package demo

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"baithaka/internal/inn"
)

// span is a time between two bounds, both included.
type span struct{ from, to time.Duration }

// The pace of the simulator at speed 1. The first two are seed B's; the rest is
// what else happens in a house, at a lower rate.
var (
	betweenBookings = span{8 * time.Second, 15 * time.Second}
	untilAnswered   = span{5 * time.Second, 10 * time.Second}
	untilChanged    = span{20 * time.Second, 60 * time.Second}
	betweenGuests   = span{40 * time.Second, 80 * time.Second} // who arrive or leave
	betweenAlerts   = span{100 * time.Second, 200 * time.Second}
	untilSolved     = span{45 * time.Second, 120 * time.Second}
	betweenMistakes = span{70 * time.Second, 140 * time.Second}
)

// firstSimulated is the number of the simulator's first booking, well beyond
// those of the history.
const firstSimulated = 5001

// due is a booking whose guest arrives or leaves today.
type due struct {
	id      string
	arrived bool
	leaves  bool // today as well
}

// script is the simulator's story: what happens next and how long after what
// came before. It waits for nothing and reads no clock, so that the same seed
// always tells the same.
type script struct {
	rng    *rand.Rand
	houses []house
	clock  time.Duration // of the story, at speed 1
	cues   []cue         // what is to come
	due    []due
	number int // of the next booking
	alerts int // how many there were
	last   sale
	sold   []*trade // what the simulator has sold and nobody has been received for
}

// trade is a booking of the simulator's, and where it stands.
type trade struct {
	sale
	answered, cancelled bool
}

// cue is something that happens at its time: play gives the publication and sets
// further cues. found is false when there was nothing to do.
type cue struct {
	at   time.Duration
	play func(now time.Time) (p inn.Publication, found bool)
}

func newScript(seed uint64, today []due) *script {
	s := &script{
		rng: rand.New(rand.NewPCG(seed, simulatorStream)), houses: houses(), due: today,
		number: firstSimulated,
	}
	s.after(betweenBookings, s.book)
	s.after(betweenGuests, s.receive)
	s.after(betweenAlerts, s.alarm)
	s.after(betweenMistakes, s.mistake)
	return s
}

// after sets a cue.
func (s *script) after(d span, play func(time.Time) (inn.Publication, bool)) {
	s.cues = append(s.cues, cue{s.clock + between(s.rng, d.from, d.to), play})
}

// next returns what happens next and how long after what came before. Of now only
// the dates of stays depend.
func (s *script) next(now time.Time) (wait time.Duration, p inn.Publication) {
	began := s.clock
	for {
		i := 0
		for j, c := range s.cues {
			if c.at < s.cues[i].at {
				i = j
			}
		}
		c := s.cues[i]
		s.cues = slices.Delete(s.cues, i, i+1)
		s.clock = c.at
		if p, found := c.play(now); found {
			return s.clock - began, p
		}
	}
}

// mix is how often each category is sold.
var mix = []inn.Category{inn.Stay, inn.Stay, inn.Stay, inn.Stay, inn.Car, inn.Car, inn.Transfer, inn.Transfer, inn.Tour, inn.Tour}

// The simulator sells at its full pace until it has sold many. Afterwards one in
// seldom is new and the others come back to what they have: houses of this size do
// not sell a thousand nights on a day, however long and fast the demonstration runs.
// kept is how many of those that were sold stand in the end.
const many, seldom, kept = 120, 30, 40

// book makes a new booking and sets the cue for its answer, or, when many have been
// sold, lets somebody come back to theirs.
func (s *script) book(now time.Time) (inn.Publication, bool) {
	s.after(betweenBookings, s.book)
	if s.number-firstSimulated >= many && s.rng.IntN(seldom) > 0 {
		return s.again()
	}
	h, o := s.offer(pick(s.rng, mix))
	lead, nights := 1+s.rng.IntN(240), pick(s.rng, stays)
	if o.category != inn.Stay && o.category != inn.Car {
		// Rides are often wanted today; rooms never, lest houses overflow.
		lead, nights = s.rng.IntN(6), 0
	}
	b := sell(s.rng, h, o, inn.DateOf(now, h.zone).Add(lead), nights, lead == 0)
	if len(s.sold) > kept && s.rng.IntN(2) == 0 {
		b.guest = pick(s.rng, s.sold).guest // who liked it comes again
	}
	b.id = bookingID(s.number)
	s.number++
	s.last = b
	sold := &trade{sale: b}
	if lead > 0 {
		s.sold = append(s.sold, sold)
	}
	s.after(untilAnswered, func(time.Time) (inn.Publication, bool) { return s.answer(sold, lead == 0) })
	return b.publication(inn.BookingNew, time.Time{}), true
}

// offer draws something of a category.
func (s *script) offer(c inn.Category) (house, offer) {
	type choice struct {
		house house
		offer offer
	}
	var choices []choice
	for _, h := range s.houses {
		for _, o := range h.offers {
			if o.category == c {
				choices = append(choices, choice{h, o})
			}
		}
	}
	chosen := pick(s.rng, choices)
	return chosen.house, chosen.offer
}

// answer confirms four bookings in five and cancels the fifth. Some of those
// confirmed are changed afterwards; who comes today is received.
func (s *script) answer(b *trade, today bool) (inn.Publication, bool) {
	b.answered = true
	if s.rng.IntN(5) == 0 {
		b.cancelled = true
		return b.publication(inn.BookingCancelled, time.Time{}), true
	}
	switch {
	case today:
		s.due = append(s.due, due{id: b.id, leaves: true})
	case b.out != "" && s.rng.IntN(6) == 0:
		s.after(untilChanged, func(time.Time) (inn.Publication, bool) { return s.change(b) })
	}
	return b.publication(inn.BookingConfirmed, time.Time{}), true
}

// again lets somebody change their mind about a booking: they want other days, give
// it up, or want it after all.
func (s *script) again() (inn.Publication, bool) {
	b := pick(s.rng, s.sold)
	switch {
	case !b.answered:
		return inn.Publication{}, false
	case b.cancelled:
		if s.standing() >= kept {
			return inn.Publication{}, false
		}
		b.cancelled = false
		return step(inn.BookingReinstated, b.id, time.Time{}), true
	case b.out != "" && s.standing() <= kept && s.rng.IntN(3) > 0:
		return s.change(b)
	}
	b.cancelled = true
	return step(inn.BookingCancelled, b.id, time.Time{}), true
}

// standing is how many of the simulator's bookings are not cancelled.
func (s *script) standing() (n int) {
	for _, b := range s.sold {
		if !b.cancelled {
			n++
		}
	}
	return n
}

// change moves a stay by some days, or makes it a night longer.
func (s *script) change(b *trade) (inn.Publication, bool) {
	if b.cancelled {
		return inn.Publication{}, false
	}
	p := step(inn.BookingModified, b.id, time.Time{})
	if days := s.rng.IntN(4); days > 0 {
		b.in, b.out = b.in.Add(days), b.out.Add(days)
		p.Booking.CheckIn = inn.Given(b.in)
	} else {
		b.out = b.out.Add(1)
		p.Booking.Amount = inn.Given(b.price(b.in.Days(b.out), 100))
	}
	p.Booking.CheckOut = inn.Given(b.out)
	return p, true
}

// receive lets the next guest who is due arrive or leave.
func (s *script) receive(time.Time) (inn.Publication, bool) {
	s.after(betweenGuests, s.receive)
	if len(s.due) == 0 {
		return inn.Publication{}, false
	}
	d := s.due[0]
	s.due = s.due[1:]
	if d.arrived {
		return step(inn.BookingCheckedOut, d.id, time.Time{}), true
	}
	if d.leaves {
		s.due = append(s.due, due{id: d.id, arrived: true})
	}
	return step(inn.BookingCheckedIn, d.id, time.Time{}), true
}

// mishaps are what goes wrong at any house.
var mishaps = []trouble{
	{key: "wifi", title: "Wi-Fi is down", detail: "The router does not answer.", priority: inn.High},
	{key: "drain", title: "The shower does not drain", detail: "On the ground floor.", priority: inn.Medium},
	{key: "smoke", title: "Smoke in the kitchen", detail: "The detector rings; nobody has looked yet.", priority: inn.Critical},
	{key: "lock", title: "The front door lock is stuck", detail: "It opens from inside only.", priority: inn.High},
	{key: "linen", title: "Linen has not come", detail: "The laundry says tomorrow morning.", priority: inn.Medium},
	{key: "noise", title: "Neighbours complain of noise", priority: inn.Low},
}

// So many alerts are raised at the full pace, and afterwards one in rare.
const mostTroubles, rare = 8, 8

// alarm raises an alert and sets the cue for its end. Its key is new each time:
// a trouble that comes back is another one. They become rarer, as bookings do.
func (s *script) alarm(time.Time) (inn.Publication, bool) {
	s.after(betweenAlerts, s.alarm)
	if s.alerts >= mostTroubles && s.rng.IntN(rare) > 0 {
		return inn.Publication{}, false
	}
	t := pick(s.rng, mishaps)
	h, _ := s.offer(inn.Stay)
	s.alerts++
	t.property, t.key = h.Slug, t.key+"-"+strconv.Itoa(s.alerts)
	s.after(untilSolved, func(time.Time) (inn.Publication, bool) {
		return t.publication(inn.AlertResolved, time.Time{}), true
	})
	return t.publication(inn.AlertRaised, time.Time{}), true
}

// mistake lets a stay end before it begins, as programs do that mix up day and
// month. The house refuses it and says why, on its page of status.
func (s *script) mistake(time.Time) (inn.Publication, bool) {
	s.after(betweenMistakes, s.mistake)
	if s.last.id == "" {
		return inn.Publication{}, false
	}
	p := step(inn.BookingModified, s.last.id, time.Time{})
	p.Booking.CheckIn, p.Booking.CheckOut = inn.Given(s.last.in), inn.Given(s.last.in.Add(-27))
	return p, true
}
