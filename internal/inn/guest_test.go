package inn

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func guestOf(bookings ...Booking) *Guest {
	g := NewGuest()
	for _, b := range bookings {
		g.Note(b)
	}
	return g
}

func TestMentionsOfAGuestAreTakenOut(t *testing.T) {
	g := guestOf(Booking{Customer: "Asha  Rao", Email: "asha@rao.test", Phone: "+91 98450-12345",
		Changed: []Change{{"customerName", "Asha Rao-Menon", "Asha Rao"}, {"title", "Somebody Else", "x"}}})
	for text, want := range map[string]string{
		"Asha Rao lost a key":                  "Erased guest lost a key",
		"ask ASHA RAO, or asha rao-menon.":     "ask Erased guest, or Erased guest.",
		"write to Asha@Rao.test":               "write to Erased guest",
		"call 919845012345 or +91 98450 12345": "call Erased guest or Erased guest",
		"Natasha Raoul and asha@rao.testing":   "Natasha Raoul and asha@rao.testing",
		"Asha Raoul":                           "Asha Raoul",
		"Somebody Else":                        "Somebody Else",
		"":                                     "",
	} {
		assert.Equal(t, want, g.Erase(text), text)
		assert.Equal(t, want != text, g.In(text), text)
	}
	short := guestOf(Booking{Customer: "Al", Phone: "12"})
	assert.Equal(t, "Also Al has 12", short.Erase("Also Al has 12"), "what is that short is everywhere")
	cyrillic := guestOf(Booking{Customer: "Ольга Иванова"})
	assert.Equal(t, "Erased guest тут", cyrillic.Erase("ОЛЬГА ИВАНОВА тут"))
	assert.Equal(t, "Ольга Ивановановна", cyrillic.Erase("Ольга Ивановановна"))
}

func TestEraseJSON(t *testing.T) {
	g := guestOf(Booking{Customer: "Asha & Rao"})
	erased, changed := g.EraseJSON([]byte(`{"who":["Asha \u0026 Rao",1.50],"Asha & Rao":{"n":12345678901234567890}}`))
	assert.True(t, changed)
	assert.JSONEq(t, `{"who":["Erased guest",1.50],"Erased guest":{"n":12345678901234567890}}`, string(erased))
	assert.Contains(t, string(erased), "12345678901234567890", "numbers stay as they were")
	same := []byte(`{"b": 1, "a":"Asha"}`)
	kept, changed := g.EraseJSON(same)
	assert.False(t, changed)
	assert.Equal(t, same, kept)
}

func TestABookingWithoutItsGuest(t *testing.T) {
	b := Booking{ID: "BK-1", Category: Car, Title: "Jeep for the Raos", Customer: "Asha Rao", Email: "a@b.test", Phone: "1", Notes: "late", Guests: 3,
		Country: "IN", Status: Confirmed, Changed: []Change{{"customerName", "A", "B"}, {"notes", "", "late"}, {"checkIn", "2026-01-01", "2026-01-02"}}}
	g := guestOf(b, Booking{Customer: "The Raos"})
	erased := b.Erase(g, time.UnixMilli(7))
	assert.Equal(t, Booking{ID: "BK-1", Category: Car, Title: "Car", Customer: ErasedGuest, Guests: 3, Country: "IN", Status: Confirmed,
		Changed: []Change{{"checkIn", "2026-01-01", "2026-01-02"}}, ErasedAt: time.UnixMilli(7)}, erased)
	assert.Len(t, b.Changed, 3, "the one it was made of stays")

	data, err := json.Marshal(erased)
	require.NoError(t, err)
	assert.NotContains(t, string(data), "Rao")
	n := Notification{Title: "Asha Rao", Body: "Three nights"}
	assert.Equal(t, Notification{Title: ErasedGuest, Body: "Three nights"}, n.Erase(g))
}

// Who is erased stays erased: the figures still tell guests apart who were
// erased at different times, and count those of one erasure once.
func TestErasedGuestsAreStillCounted(t *testing.T) {
	one, other := Booking{Customer: ErasedGuest, ErasedAt: time.UnixMilli(1)}, Booking{Customer: ErasedGuest, ErasedAt: time.UnixMilli(2)}
	assert.Equal(t, one.guest(), Booking{ErasedAt: time.UnixMilli(1)}.guest())
	assert.NotEqual(t, one.guest(), other.guest())
	_, sure := SameGuest(one, other)
	assert.False(t, sure)
	assert.False(t, one.FoundBy(ErasedGuest))
}

func TestLimits(t *testing.T) {
	h := DefaultSettings()
	require.NoError(t, h.Validate())
	assert.Equal(t, 400*24*time.Hour, h.Lasts(KeepLog))
	assert.Equal(t, 30*time.Minute, h.Lasts(GotCritical))
	next := DefaultSettings()
	next.Zone, next.Limits[KeepLog] = "Asia/Kolkata", 365
	assert.Equal(t, []Change{{"zone", "UTC", "Asia/Kolkata"}, {"keep_log_days", "400", "365"}}, h.Changes(next))
	next = HouseSettings{Zone: "Local", Currency: "XXQ", Limits: map[Limit]int{KeepLog: 29, CleanLow: -1, GotHigh: 10081}}
	var e *Error
	require.ErrorAs(t, next.Validate(), &e)
	assert.Len(t, e.Fields, 2+6, "zone, currency and every limit but the one that may be 0: %v", e.Fields)
}

func TestGuestsAreComparedAsTheSearchFolds(t *testing.T) {
	a := Booking{Customer: "Zoë O’Connor", Email: "zoe@x.test", Phone: "+49 (0)30 1234567"}
	for _, c := range []struct {
		b    Booking
		by   string
		sure bool
	}{
		{Booking{Customer: "ZOE OCONNOR", Email: "ZOË@x.test"}, "name", true},
		{Booking{Customer: "O'Connor Zoe\u0308", Phone: "030 1234567"}, "name", true},
		{Booking{Customer: "Zoe O'Connor"}, "name", false}, // nothing but the name
		{Booking{Customer: "Zoe O'Connor", Email: "other@x.test"}, "name", false},
		{Booking{Customer: "Vikram", Email: "zoe@x.test"}, "e-mail", false},
		{Booking{Customer: "Vikram", Phone: "0049301234567"}, "phone", false},
		{Booking{Customer: "Zoe Connor"}, "", false},
	} {
		by, sure := SameGuest(a, c.b)
		assert.Equal(t, c.by, by, c.b)
		assert.Equal(t, c.sure, sure, c.b)
	}
	channel := Booking{Customer: "Reserved", Email: "noreply@channel.test"}
	by, sure := SameGuest(channel, Booking{Customer: "reserved", Email: "noreply@channel.test"})
	assert.Equal(t, "", by, "a placeholder joins nobody")
	assert.False(t, sure)
	by, sure = SameGuest(Booking{Customer: "Reserved", Email: "a@b.test"}, Booking{Customer: "Reserved", Email: "a@b.test"})
	assert.Equal(t, "e-mail", by)
	assert.False(t, sure)

	for words, found := range map[string]bool{
		"oconnor": true, "zoë": true, "ZOE oconn": true, "zoe@X.test": true, "030 1234567": true, "1234567": true, "+49301234567": true, "bk1003": true, "BK-1003": true,
		"1003": true, "zoe x": false, "100": false, "": false, "—": false,
	} {
		b := a
		b.ID = "BK-1003"
		assert.Equal(t, found, b.FoundBy(words), words)
	}
	one, other := a, Booking{Customer: "somebody else", Email: "ZOË@X.TEST"}
	assert.Equal(t, one.guest(), other.guest(), "the figures count them once")
	one.Email, other = "", Booking{Customer: "zoe oconnor"}
	assert.Equal(t, one.guest(), other.guest())
}
