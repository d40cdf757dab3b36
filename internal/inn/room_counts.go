package inn

// RoomCounts is how many units properties had before they changed, by slug, the
// earliest change first. Figures count a night with what there was that night.
type RoomCounts map[string][]RoomsBefore

// RoomsBefore says that a property had so many units to sell in every night before
// a date, back to the change before.
type RoomsBefore struct {
	Date  Date
	Units int
}

// on returns how many units a property had in a night.
func (r RoomCounts) on(p Property, night day) int {
	for _, before := range r[p.Slug] {
		if night < dayOf(before.Date) {
			return before.Units
		}
	}
	return p.Sellable()
}
