package store

import (
	"context"

	"baithaka/internal/inn"
)

// Stays returns the bookings of a property that stand and take a unit in at least
// one night from one date to another, exclusive, by the day they begin: those that
// say so by their days, and whoever is still there or has no day of leaving. It
// reads no more than there are in the span, however many were before.
func (s *Store) Stays(ctx context.Context, by inn.Viewer, property string, from, to inn.Date) ([]inn.Booking, error) {
	where, args := visible(by, inn.BookingView, "b.property", []any{property, from, to, mostStays})
	return s.stays(ctx, where, args)
}

// stays is Stays with the condition that holds what may be seen, and the arguments
// of both.
func (s *Store) stays(ctx context.Context, where string, args []any) ([]inn.Booking, error) {
	const standing = `b.status IN ('new', 'confirmed', 'checked_in', 'checked_out') AND b.check_in <> '' AND b.check_in < $3`
	rows, err := s.read.QueryContext(ctx, `
		SELECT `+bookingColumns+`
		FROM (
			SELECT b.id FROM bookings b WHERE b.property = $1 AND b.check_out > $2 AND `+standing+`
			UNION ALL
			SELECT b.id FROM bookings b WHERE b.property = $1 AND b.check_out = '' AND `+standing+`
			UNION ALL
			SELECT b.id FROM bookings b WHERE b.property = $1 AND b.status = 'checked_in' AND b.check_out <> '' AND b.check_out <= $2 AND b.check_in < $3
			LIMIT $4
		) found
		JOIN bookings b ON b.id = found.id JOIN properties p ON p.slug = b.property
		WHERE `+where+` ORDER BY b.check_in, b.id`, args...)
	return scanAll(rows, err, scanBooking)
}
