package store

import (
	"context"
	"slices"

	"baithaka/internal/inn"
)

// mostAtDesk is how many stays AtDesk reads of each kind; a house of that size has
// other screens than a list.
const mostAtDesk = 300

// AtDesk returns the stays that come, go or are in the house on the day of their
// property, which today says, as far as the viewer may see them: the late first,
// then by name. property narrows; "" is all of them.
func (s *Store) AtDesk(ctx context.Context, by inn.Viewer, property string, today func(property string) inn.Date) ([]inn.Booking, error) {
	// It is a day later in the east than in the west.
	first, last := today("").Add(-1), today("").Add(1)
	seen, args := visible(by, inn.BookingView, "b.property", []any{first.Add(-inn.LateArrival), first, last, mostAtDesk, property})
	stays := func(where string) string {
		return `SELECT * FROM (SELECT b.id AS id FROM bookings b WHERE b.category = 'property' AND ` + where +
			` AND ($5 = '' OR b.property = $5) AND ` + seen + ` LIMIT $4) found`
	}
	rows, err := s.read.QueryContext(ctx, `SELECT `+bookingColumns+bookingsFrom+`WHERE b.id IN (`+
		stays(`b.status IN ('new', 'confirmed') AND b.check_in BETWEEN $1 AND $3`)+` UNION ALL `+
		stays(`b.status = 'checked_in'`)+` UNION ALL `+
		stays(`b.status = 'checked_out' AND b.check_out BETWEEN $2 AND $3`)+`) ORDER BY b.customer, b.id`, args...)
	all, err := scanAll(rows, err, scanBooking)
	return slices.DeleteFunc(all, func(b inn.Booking) bool {
		_, found := b.AtDesk(today(b.Property))
		return !found
	}), err
}

// CountStays returns how many houses with rooms the viewer may see.
func (s *Store) CountStays(ctx context.Context, by inn.Viewer) (n int, err error) {
	where, args := visible(by, inn.PropertyView, "slug", []any{inn.Stay})
	err = s.read.QueryRowContext(ctx, `SELECT count(*) FROM properties WHERE category = $1 AND `+where, args...).Scan(&n)
	return n, err
}
