package inn

// Night is what a property has to sell in one night. A stay that begins on the
// 12th and ends on the 15th is the nights of the 12th, 13th and 14th.
type Night struct {
	Date    Date `json:"date"`
	Units   int  `json:"units"`   // what there is
	Sold    int  `json:"sold"`    // what stands booked
	Blocked int  `json:"blocked"` // what is not for sale and not sold
	Free    int  `json:"free"`    // what is left; negative when more was sold than there is
}

// forever is the end of a stay that has no day of leaving.
const forever Date = "9999-12-31"

// Until returns the first day on which the booking takes no unit any more, as far
// as is known today: who has not left on the day they were to is there tonight,
// and who has no day of leaving stays until they do. It is the first day, and so
// no night, for what does not stand, or has no day to begin.
func (b Booking) Until(today Date) Date {
	switch {
	case b.CheckIn == "" || !b.Status.Stands():
		return b.CheckIn
	case !b.Category.Lasts():
		return b.CheckIn.Add(1)
	case b.CheckOut == "" && b.Status == CheckedOut:
		return b.CheckIn
	case b.CheckOut == "":
		return forever
	case b.Status == CheckedIn && b.CheckOut <= today:
		return today.Add(1)
	}
	return b.CheckOut
}

// Takes reports whether the booking takes a unit in a night.
func (b Booking) Takes(night, today Date) bool {
	return b.CheckIn != "" && b.CheckIn <= night && night < b.Until(today)
}

// Covers reports whether the block covers a night.
func (b Block) Covers(night Date) bool { return b.From <= night && night < b.To }

// Nights returns what a property has to sell from one date to another, exclusive:
// stays and blocks are those that reach into the span, whatever else they hold.
// A unit that is out of order is still one of the property's; what keeps it from
// being sold is a block.
func Nights(p Property, stays []Booking, blocks []Block, from, to, today Date) []Night {
	var nights []Night
	for night := from; night < to; night = night.Add(1) {
		n := Night{Date: night, Units: p.Units}
		taken := map[string]bool{}
		for _, b := range stays {
			if b.Takes(night, today) {
				n.Sold += b.Units
				taken[b.Unit] = true
			}
		}
		whole, blocked := false, map[string]bool{}
		for _, b := range blocks {
			if b.Covers(night) {
				whole = whole || b.Unit == ""
				if !taken[b.Unit] {
					blocked[b.Unit] = true
				}
			}
		}
		if n.Blocked = len(blocked); whole {
			n.Blocked = max(0, n.Units-n.Sold)
		}
		n.Free = n.Units - n.Sold - n.Blocked
		nights = append(nights, n)
	}
	return nights
}
