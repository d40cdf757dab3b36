package intake

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// What the domain says of a field is answered as a pointer into what was sent.
func TestErrorsAreLocatedWhereTheFieldStood(t *testing.T) {
	const (
		native = `{"type": "booking:new", "property": "lake-house", "payload": {"id": "A"}}`
		within = `{"type": "booking:new", "payload": {"id": "A", "propertyId": "lake-house"}}`
		short  = `{"type": "booking_update", "data": {"bookingId": "A", "status": "confirmed"}}`
	)
	for _, c := range []struct {
		body, field string
		item        int
		pointer     string
	}{
		{native, "amount", 1, "/payload/amount"},
		{native, "type", 1, "/payload/type"},
		{native, "property", 1, "/property"},
		{within, "property", 1, "/payload/propertyId"},
		{short, "amount", 1, "/data/amount"},
		{native, "rooms/2", 1, "/rooms/2"},
		{native, "affectedUsers/0", 1, "/affectedUsers/0"},
		{"[" + native + "," + short + "]", "amount", 1, "/0/payload/amount"},
		{"[" + native + "," + short + "]", "amount", 2, "/1/data/amount"},
		{"[" + native + "," + short + "]", "rooms/0", 2, "/1/rooms/0"},
	} {
		d, err := JSON([]byte(c.body), time.Now())
		require.NoError(t, err, c.body)
		located := d.Located((&inn.Error{Code: inn.Invalid, Fields: []inn.FieldError{{Field: c.field, Detail: "is wrong"}}}).Of(c.item - 1))
		var e *inn.Error
		require.ErrorAs(t, located, &e)
		assert.Equal(t, c.pointer, e.Fields[0].Pointer(), c.body)
	}

	d, err := JSON([]byte("["+native+","+short+"]"), time.Now())
	require.NoError(t, err)
	var e *inn.Error
	require.ErrorAs(t, d.Located(inn.NoSuch("booking").Of(1)), &e)
	assert.Equal(t, []inn.FieldError{{Field: "/1", Detail: "No such booking."}}, e.Fields, "what names no field is told where it stands")
	assert.Equal(t, assert.AnError, d.Located(assert.AnError))
}
