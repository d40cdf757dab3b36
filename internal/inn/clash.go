package inn

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// ClashKey begins the keys of alerts about double bookings. Nobody outside may
// raise one.
const ClashKey = "double-booking:"

// Clash is something sold twice: two stays in one unit, a stay in nights that are
// not for sale, or more sold in a night than there is.
type Clash struct {
	Property Property
	Unit     string    // as shown; "" where it is about the property as a whole
	Stays    []Booking // the two that meet, or all of the first night of which too much was sold
	Block    *Block    // what one of them meets
	From, To Date      // the nights, the last one exclusive
	Over     int       // by how many too much was sold; 0 for two that meet
}

// Key names the clash: the same for the same two, whatever their order.
func (c Clash) Key() string {
	if c.Over > 0 {
		return ClashKey + "oversold"
	}
	var ids []string
	for _, b := range c.Stays {
		ids = append(ids, b.Subject())
	}
	if c.Block != nil {
		ids = append(ids, c.Block.Subject())
	}
	slices.Sort(ids)
	sum := sha256.Sum256([]byte(strings.Join(ids, "\n")))
	return ClashKey + hex.EncodeToString(sum[:12])
}

// Bookings returns the ids of the stays.
func (c Clash) Bookings() (ids []string) {
	for _, b := range c.Stays {
		ids = append(ids, b.ID)
	}
	return ids
}

// Title puts the clash into a few words.
func (c Clash) Title() string {
	where := cmp.Or(c.Unit, c.Property.Name)
	switch {
	case c.Over > 0:
		return fmt.Sprintf("%s is overbooked by %d", where, c.Over)
	case c.Block != nil:
		return where + " is booked while it is blocked"
	}
	return where + " is booked twice"
}

// SoldTwice returns what the alert about it holds.
func (c Clash) SoldTwice() *SoldTwice { return &SoldTwice{c.Bookings(), c.From, c.To} }

// mostListed is how many stays a clash names.
const mostListed = 4

// Detail says who meets whom, and when.
func (c Clash) Detail() string {
	var parts []string
	for i, b := range c.Stays {
		if i == mostListed {
			parts = append(parts, fmt.Sprintf("and %d more", len(c.Stays)-i))
			break
		}
		parts = append(parts, fmt.Sprintf("%s, %s to %s (%s)", b.Customer, b.CheckIn, cmp.Or(string(b.CheckOut), "open"), b.ID))
	}
	if c.Block != nil {
		parts = append(parts, fmt.Sprintf("blocked %s to %s", c.Block.From, c.Block.To))
	}
	nights := "the night of " + string(c.From)
	if c.From.Add(1) != c.To {
		nights = fmt.Sprintf("the nights from %s to %s", c.From, c.To.Add(-1))
	}
	text := strings.Join(parts, " · ") + ". They meet in " + nights + "."
	if c.Over > 0 {
		text = strings.Join(parts, " · ") + ". Too much is sold for " + nights + "."
	}
	return text
}

// MostClashes is how many clashes of one property are told at once.
const MostClashes = 50

// Clashes returns what is sold twice at a property, from today on: stays are those
// that stand and reach into the days to come, blocks those that do. Who leaves and
// who comes on one day do not clash. It is pure.
func Clashes(p Property, units []Unit, stays []Booking, blocks []Block, today Date) (all []Clash) {
	if !p.Category.Lasts() {
		return nil
	}
	names := map[string]string{}
	for _, u := range units {
		names[u.Slug] = u.Name
	}
	stays = slices.DeleteFunc(slices.Clone(stays), func(b Booking) bool {
		return b.CheckIn == "" || b.CheckIn >= b.Until(today) || b.Until(today) <= today || b.Status == CheckedOut
	})
	slices.SortFunc(stays, func(a, b Booking) int { return cmp.Or(cmp.Compare(a.CheckIn, b.CheckIn), cmp.Compare(a.ID, b.ID)) })
	met := map[Date]bool{} // nights that two are told of already
	meet := func(c Clash) {
		for night := c.From; night < c.To && c.From.Days(night) < 1000; night = night.Add(1) {
			met[night] = true
		}
		all = append(all, c)
	}
	for i, a := range stays {
		for _, b := range stays[i+1:] {
			if b.CheckIn >= a.Until(today) {
				break
			}
			if a.Unit != "" && a.Unit == b.Unit {
				meet(Clash{Property: p, Unit: names[a.Unit], Stays: []Booking{a, b}, From: max(b.CheckIn, today), To: min(a.Until(today), b.Until(today))})
			}
		}
		for _, k := range blocks {
			from, to := max(a.CheckIn, k.From, today), min(a.Until(today), k.To)
			if from < to && (k.Unit == "" || k.Unit == a.Unit) {
				meet(Clash{Property: p, Unit: names[a.Unit], Stays: []Booking{a}, Block: &k, From: from, To: to})
			}
		}
		if len(all) >= MostClashes {
			return all[:MostClashes]
		}
	}
	if over, found := oversold(p, stays, blocks, met, today); found {
		all = append(all, over)
	}
	return all
}

// oversold finds the first nights in which more is sold than there is, and that are
// told of in no other way.
func oversold(p Property, stays []Booking, blocks []Block, told map[Date]bool, today Date) (c Clash, found bool) {
	changes := map[Date]int{}
	for _, b := range stays {
		changes[max(b.CheckIn, today)] += b.Units
		changes[b.Until(today)] -= b.Units
	}
	days := make([]Date, 0, len(changes))
	for day := range changes {
		days = append(days, day)
	}
	slices.Sort(days)
	sold := 0
	for i, day := range days {
		sold += changes[day]
		switch {
		case found && sold <= p.Units:
			return c, true
		case found:
			c.To = days[min(i+1, len(days)-1)]
		case sold > p.Units && !told[day]:
			found = true
			c = Clash{Property: p, From: day, To: days[min(i+1, len(days)-1)], Over: sold - p.Units}
			for _, b := range stays {
				if b.Takes(day, today) {
					c.Stays = append(c.Stays, b)
				}
			}
		}
	}
	return c, found
}
