package intake

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

func TestAmountsAreReadAsTheyAreWritten(t *testing.T) {
	for _, c := range []struct{ written, currency, want string }{
		{"14400", "INR", "14400"}, {"14,400.50", "INR", "14400.50"}, {"1,44,000.50", "INR", "144000.50"}, {"14.400,50", "EUR", "14400.50"},
		{"450,00", "EUR", "450.00"}, {"450.5", "EUR", "450.5"}, {"1.250", "EUR", "1250"}, {"1,250", "JPY", "1250"}, {"1.250", "KWD", "1.250"},
		{"12,345,678", "JPY", "12345678"}, {"1 250,75", "EUR", "1250.75"}, {"1’250.75", "CHF", "1250.75"}, {"", "EUR", ""},
		{"1.2.3", "EUR", "1.2.3"}, {"1,", "EUR", "1,"}, {".50", "EUR", ".50"}, {"free", "EUR", "free"},
	} {
		assert.Equal(t, c.want, Amount(c.written, c.currency), "%q in %s", c.written, c.currency)
	}
}

// What somebody types is checked as what a program sends.
func TestAFormIsReadAsAProgramsEvent(t *testing.T) {
	now := time.Date(2026, 11, 28, 14, 3, 0, 0, time.UTC)
	typed := map[string][]string{
		"property": {"lake-house"}, "type": {"property"}, "title": {"Three nights"}, "customerName": {" Asha Rao "}, "amount": {"14.400,50"}, "currency": {"EUR"},
		"checkIn": {"2026-12-12"}, "checkOut": {"2026-12-15"}, "unit": {"room-1"}, "guests": {"2"}, "notes": {""}, "once": {"x"},
	}
	p, err := Form(inn.BookingNew, "BK-1", typed, now)
	require.NoError(t, err)
	sent, err := JSON([]byte(`{"type": "booking:new", "property": "lake-house", "payload": {"id": "BK-1", "type": "property", "title": "Three nights",
		"customerName": "Asha Rao", "amount": 14400.50, "currency": "EUR", "checkIn": "2026-12-12", "checkOut": "2026-12-15", "unit": "room-1", "guests": 2, "notes": null}}`), now)
	require.NoError(t, err)
	assert.Equal(t, sent.Publications[0], p)

	typed["guests"], typed["amount"], typed["checkIn"], typed["startTime"] = []string{"two"}, []string{"a lot"}, []string{"31.2."}, []string{"9"}
	_, err = Form(inn.BookingNew, "BK-1", typed, now)
	var e *inn.Error
	require.ErrorAs(t, err, &e)
	var named []string
	for _, f := range e.Fields {
		named = append(named, f.Field)
	}
	assert.ElementsMatch(t, []string{"guests", "amount", "checkIn", "startTime"}, named)
}
