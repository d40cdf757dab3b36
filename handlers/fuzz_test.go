package handlers

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
	"baithaka/internal/intake"
)

// Whatever is posted is refused in order, or is publications that hold only
// what may be stored.
func FuzzBind(f *testing.F) {
	for _, b := range badBodies() {
		if len(b.body) < 2000 {
			f.Add([]byte(b.body))
		}
	}
	for _, good := range []string{native, seedA, seedB, "[" + native + "," + seedA + "]", with("units", "null"), with("version", "7"), top("rooms", `["system"]`)} {
		f.Add([]byte(good))
	}
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body []byte) {
		if err := intake.WellFormed(body); err != nil {
			assert.Equal(t, inn.Malformed, inn.CodeOf(err))
			return
		}
		batch, err := intake.JSON(body, now)
		if err != nil {
			assert.Contains(t, []inn.Code{inn.Invalid, inn.Malformed}, inn.CodeOf(err))
			return
		}
		require.NotEmpty(t, batch.Publications)
		require.LessOrEqual(t, len(batch.Publications), intake.MaxItems)
		for _, p := range batch.Publications {
			require.True(t, p.Type.Publishable(), p.Type)
			require.True(t, p.Priority == "" || p.Priority.Valid())
			require.False(t, p.At.After(now), "what is ahead counts as now")
			set := 0
			if c := p.Booking; c != nil {
				set++
				require.True(t, inn.IsIdentifier(c.ID), "%q", c.ID)
				require.True(t, !c.Category.Given || c.Category.Value.Valid())
				require.True(t, !c.Status.Given || p.Type == inn.BookingModified && c.Status.Value.Valid())
				require.True(t, !c.Currency.Given || c.Currency.Value == "" || inn.WasCurrency(c.Currency.Value))
				require.True(t, c.Units.Value >= 0 && c.Guests.Value >= 0 && c.Version.Value >= 0)
				for _, text := range []string{c.Title.Value, c.Customer.Value, c.Source.Value, c.Email.Value} {
					require.Equal(t, inn.CleanText(text, false), text)
				}
			}
			if c := p.Alert; c != nil {
				set++
				require.True(t, inn.IsIdentifier(c.Key), "%q", c.Key)
				require.NotEqual(t, inn.Desk, c.Property)
			}
			if c := p.Property; c != nil {
				set++
				require.True(t, inn.IsIdentifier(c.Slug))
				require.NotEmpty(t, c.Status)
			}
			if p.Report != nil {
				set++
				require.Equal(t, string(p.Report.Payload), string(cleaned(t, p.Report.Payload)), "it is clean")
			}
			require.Equal(t, 1, set)
		}
	})
}

// cleaned is a document with the control characters in its texts and names as
// spaces.
func cleaned(t *testing.T, raw json.RawMessage) json.RawMessage {
	var document any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&document))
	var clean func(any) any
	clean = func(v any) any {
		switch v := v.(type) {
		case string:
			return inn.CleanText(v, true)
		case []any:
			for i := range v {
				v[i] = clean(v[i])
			}
		case map[string]any:
			again := map[string]any{}
			for name, value := range v {
				again[inn.CleanText(name, false)] = clean(value)
			}
			return again
		}
		return v
	}
	written, err := json.Marshal(clean(document))
	require.NoError(t, err)
	return written
}

func FuzzSafeNext(f *testing.F) {
	for _, next := range hostileNext {
		f.Add(next)
	}
	f.Add("/bookings?status=new&property=lake-house")
	f.Fuzz(func(t *testing.T, next string) {
		got := safeNext(next)
		require.True(t, got == "/" || got == next)
		require.True(t, strings.HasPrefix(got, "/"))
		for _, part := range []string{"//", "\\", "@", "\n", "\r", "\t", " ", "<", "\"", "#"} {
			require.NotContains(t, got, part)
		}
	})
}
