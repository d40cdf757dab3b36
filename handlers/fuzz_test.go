package handlers

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
	"baithaka/internal/oracle"
)

// decode reads what appendMessage wrote as the specification of event streams
// has it, and refuses what an encoder of ours must never write.
func decode(t *testing.T, stream []byte) []message {
	t.Helper()
	require.NotContains(t, string(stream), "\r")
	var all []message
	err := oracle.Read(bytes.NewReader(stream), func(m message) { all = append(all, m) })
	require.EqualError(t, err, "EOF", "%q", stream)
	return all
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func FuzzMessage(f *testing.F) {
	for _, seed := range [][3]string{
		{"k7f2-4812", "booking:new", `{"id":"k7f2-4812"}`}, {"", "", ""}, {"", "", "a\nb"}, {"", "", "a\r\nb\rc\n"}, {"", "", "\n\n"}, {"", "", "\r"},
		{"a\nid: b", "bye\ndata: x", "data: x\nevent: bye\n\nid: 7"}, {"\r", "\r\n", "\r\n\r\n"}, {"\x00", "\x7f", "\x00"}, {"\u2028", "\u2029", "\u2028\u0085"},
		{"a", "b", "\xff\xfe"}, {"a: b", "c: d", ": comment"}, {"1", "e", "\ufeffdata: x"}, {"1", "e", "retry: 5"}, {"1", "e", strings.Repeat("x\n", 5000)},
	} {
		f.Add(seed[0], seed[1], []byte(seed[2]))
	}
	f.Fuzz(func(t *testing.T, id, event string, data []byte) {
		before := appendMessage(nil, "1", "before", []byte("x"))
		whole := appendMessage(appendMessage(before, id, event, data), "2", "after", []byte("y"))
		got := decode(t, whole)
		require.Len(t, got, 3, "one message stays one message: %q", whole)
		assert.Equal(t, message{ID: "1", HasID: true, Event: "before", Data: "x"}, got[0])
		assert.Equal(t, message{ID: "2", HasID: true, Event: "after", Data: "y"}, got[2])
		assert.Equal(t, lineEnds.Replace(string(data)), got[1].Data)
		assert.Equal(t, oneLine(id), got[1].ID)
		assert.Equal(t, oneLine(event), got[1].Event)
		assert.Empty(t, got[1].Retry)
		for _, control := range []string{"\n", "\r", "\x00"} {
			assert.NotContains(t, got[1].ID+got[1].Event, control)
		}
	})
}

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
		if err := wellFormed(body); err != nil {
			assert.Equal(t, inn.Malformed, inn.CodeOf(err))
			return
		}
		batch, err := bindBatch(body, now)
		if err != nil {
			assert.Contains(t, []inn.Code{inn.Invalid, inn.Malformed}, inn.CodeOf(err))
			return
		}
		require.NotEmpty(t, batch.Publications)
		require.LessOrEqual(t, len(batch.Publications), maxItems)
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
				require.Equal(t, string(p.Report.Payload), string(cleaned(p.Report.Payload)), "it is clean")
			}
			require.True(t, p.Where == "" || strings.HasSuffix(p.Where, "/property") || strings.HasSuffix(p.Where, "/propertyId"))
			require.Equal(t, 1, set)
		}
	})
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
