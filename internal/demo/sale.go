package demo

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"baithaka/internal/inn"
)

// sale is a booking as it is told: what, to whom, for when.
type sale struct {
	id       string
	house    house
	offer    offer
	guest    guest
	party    int // guests
	in, out  inn.Date
	amount   string
	source   string
	external string
	wish     string
}

// sell draws who books an offer, for how many and through whom. A ride or tour
// has one day and nights 0.
func sell(rng *rand.Rand, h house, o offer, in inn.Date, nights int, walkIn bool) sale {
	b := sale{house: h, offer: o, guest: meet(rng, h.Country), party: 1 + rng.IntN(o.guests), in: in}
	if nights > 0 {
		b.out = in.Add(nights)
	}
	b.source, b.external = sourceOf(rng, o.category, walkIn)
	// The price of a season, or of a good or bad day: 90 to 115 percent.
	b.amount = b.price(nights, 90+rng.IntN(26))
	if rng.IntN(4) == 0 {
		b.wish = wishes[rng.IntN(len(wishes))]
	}
	return b
}

// price returns what a booking costs, as round as its currency's prices are.
func (b sale) price(nights, percent int) string {
	times := max(nights, 1)
	if b.offer.category == inn.Tour {
		times = b.party
	}
	step := 1
	switch b.offer.currency {
	case "INR":
		step = 50
	case "JPY":
		step = 500
	}
	total := b.offer.price * times * percent / 100
	if step == 1 && total%8 == 0 {
		return strconv.Itoa(total) + ".50"
	}
	return strconv.Itoa(total / step * step)
}

// sourceOf draws where a booking comes from and its number there.
func sourceOf(rng *rand.Rand, c inn.Category, walkIn bool) (source, external string) {
	n := rng.IntN(100)
	number := rng.IntN(1e9)
	switch {
	case walkIn && n < 60:
		return "walk-in", ""
	case n < 34:
		return "website", ""
	case n < 52:
		return "phone", ""
	case n < 62 || c != inn.Stay:
		return "partner", fmt.Sprintf("P-%05d", number%1e5)
	case n < 84:
		return "Booking.com", fmt.Sprintf("4%09d", number)
	}
	return "Airbnb", fmt.Sprintf("HM%08X", number)
}

// author returns the program through which a booking of this source arrives; ""
// when somebody at the house writes it down.
func (b sale) author() string {
	switch b.source {
	case "website":
		return website
	case "Booking.com", "Airbnb":
		return channelManager
	case "partner":
		return partnerPortal
	}
	return ""
}

// publication tells of the whole booking, as seed B's events do: one that was
// lost on the way is made good by the next.
func (b sale) publication(t inn.Type, at time.Time) inn.Publication {
	c := &inn.BookingChange{
		ID:       b.id,
		Property: inn.Given(b.house.Slug),
		Category: inn.Given(b.offer.category),
		Title:    inn.Given(b.offer.title),
		Customer: inn.Given(b.guest.name),
		Amount:   inn.Given(b.amount),
		Currency: inn.Given(b.offer.currency),
		Country:  inn.Given(b.guest.country),
		CheckIn:  inn.Given(b.in),
		CheckOut: inn.Given(b.out),
		Units:    inn.Given(1),
		Guests:   inn.Given(b.party),
		Source:   inn.Given(b.source),
		Email:    inn.Given(b.guest.email),
		Phone:    inn.Given(b.guest.phone),
		At:       at,
	}
	if b.external != "" {
		c.ExternalID = inn.Given(b.external)
	}
	if b.wish != "" {
		c.Notes = inn.Given(b.wish)
	}
	return inn.Publication{Type: t, At: at, Booking: c}
}

// step tells of a known booking only what happened to it.
func step(t inn.Type, id string, at time.Time) inn.Publication {
	return inn.Publication{Type: t, At: at, Booking: &inn.BookingChange{ID: id, At: at}}
}

// bookingID returns the public id of the n-th booking.
func bookingID(n int) string { return "BK-" + strconv.Itoa(n) }
