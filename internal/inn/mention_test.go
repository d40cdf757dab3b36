package inn

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the search would find by a guest's name, address or number is taken out,
// however it is spelt; what it would not is left.
func TestMentionsAreFoundInEverySpelling(t *testing.T) {
	for _, c := range []struct {
		guest Booking
		texts map[string]string
	}{
		{Booking{Customer: "Zoë O’Connor-Łuczak", Email: "Zoë@Example.test", Phone: "+49 (0)30 1234567"}, map[string]string{
			"zoe oconnor luczak called":       "Erased guest called",
			"ZOE\u0308 O'CONNOR–ŁUCZAK’s bag": "Erased guest’s bag",
			"Ｚｏｅ OconnorLuczak":               "Erased guest",
			"Łuczak, Zoë O'Connor":            "Łuczak, Zoë O'Connor",
			"O’Connor-Łuczak Zoë":             "Erased guest",
			"mail ZOE@EXAMPLE.TEST":           "mail Erased guest",
			"mail jo.zoë@example.test":        "mail jo.zoë@example.test",
			"mail zoë@example.test.org":       "mail zoë@example.test.org",
			"call 0049 30 1234567, please":    "call Erased guest, please",
			"call 030/1234567":                "call Erased guest",
			"call +49 30 1234567 or 030 999":  "call Erased guest or 030 999",
			"call ٠٣٠ ١٢٣٤٥٦٧":                "call Erased guest",
			"order 91234567 and A301234567":   "order 91234567 and A301234567",
			"room 4 0301234567 12":            "room 4 Erased guest 12",
		}},
		{Booking{Customer: "Anne Marie Dupont"}, map[string]string{
			"Anne-Marie Dupont":   "Erased guest",
			"Annemarie Dupont":    "Annemarie Dupont",
			"Anne Marie Dupontel": "Anne Marie Dupontel",
			"Dupont Anne Marie":   "Erased guest",
		}},
		{Booking{Customer: "أحمد علی"}, map[string]string{"احمد على هنا": "Erased guest هنا"}},
		{Booking{Customer: "राम क़मर"}, map[string]string{"राम कमर आए": "Erased guest आए", "रीमा कमर आए": "रीमा कमर आए"}},
		{Booking{Customer: "Al Bo"}, map[string]string{"albo pretorio": "albo pretorio", "Al Bo": "Erased guest"}},
	} {
		g := guestOf(c.guest)
		for text, want := range c.texts {
			assert.Equal(t, want, g.Erase(text), "%s in %q", c.guest.Customer, text)
		}
	}
}

// One word may as well be a word of the language, and a placeholder is nobody's:
// only who has looked at the text can tell.
func TestOrdinaryWordsAreLeftUntilTheyAreTicked(t *testing.T) {
	for name, text := range map[string]string{
		"Sunny": "Sunny terrace: gas leak", "Reserved": "Reserved parking is flooded", "Not available": "Water not available", "Airbnb (Not available)": "Airbnb not available today",
		"Guest 2": "Guest 2 lost a key", "田中": "田中様の鍵", "O'Connor": "OConnor street is closed",
	} {
		g := guestOf(Booking{Customer: name})
		assert.Equal(t, text, g.Erase(text))
		assert.Equal(t, []string{name}, g.Doubtful(text), name)
		assert.True(t, g.Know(Recogniser{ByTicked, name}))
		assert.Contains(t, g.Erase(text), ErasedGuest)
		assert.Empty(t, g.Doubtful(text))
	}
	full := guestOf(Booking{Customer: "Sunny"}, Booking{Customer: "Sunny Rao"})
	assert.Equal(t, "Erased guest on the Sunny terrace", full.Erase("Sunny Rao on the Sunny terrace"))
	assert.Equal(t, []string{"Sunny"}, full.Doubtful("Sunny Rao on the Sunny terrace"))
	assert.Equal(t, []string{"Sunny"}, full.DoubtfulJSON([]byte(`{"note":["the sunny side"],"Asha":1}`)))
}

func TestOwnTextsGoWithOneWordOfTheName(t *testing.T) {
	for name, titles := range map[string][]string{
		"Łukasz Żółć":   {"Lukasz, 3 nights", "ZOLC party"},
		"Anne-Marie":    {"Annemarie's stay", "For Anne"},
		"O’Connor":      {"Oconnor, one week", "The O'Connor family"},
		"田中太郎":          {"田中様 3泊", "太郎"},
		"李":             {"李 2 nights"},
		"Al":            {"Al, 3 nights"},
		"Sunny":         {"Sunny, 2 nights"},
		"नमिता क़ुरैशी": {"कुरैशी, दो रात"},
	} {
		g := guestOf(Booking{Customer: name})
		for _, title := range titles {
			assert.Equal(t, "Stay", Booking{Title: title, Category: Stay}.Erase(g, time.UnixMilli(1)).Title, "%s in %q", name, title)
		}
	}
	g := guestOf(Booking{Customer: "Reserved"}, Booking{Customer: "Asha Rao"})
	kept := Booking{Title: "Three nights, reserved", Source: "website", ExternalID: "HM123"}.Erase(g, time.UnixMilli(1))
	assert.Equal(t, "Three nights, reserved", kept.Title)
	assert.Equal(t, "website", kept.Source)
	assert.Equal(t, "HM123", kept.ExternalID)
	gone := Booking{Title: "x", Source: "asha's agent", ExternalID: "asha-rao-1",
		Changed: []Change{{"source", "asha's agent", "x"}, {"externalId", "asha-rao-1", "x"}, {"checkIn", "", "2026-01-01"}}}.Erase(g, time.UnixMilli(1))
	assert.Empty(t, gone.Source+gone.ExternalID)
	assert.Len(t, gone.Changed, 1)
}

func TestTheBookingOfSomebodyElseKeepsTheirName(t *testing.T) {
	g := guestOf(Booking{Customer: "Asha Rao", Email: "asha@rao.test"})
	b := Booking{ID: "B", Customer: "Vikram Shah", Title: "Transfer for ASHA RAO", Notes: "pays for Asha Rao, asha@rao.test", Source: "web", ExternalID: "asha-rao",
		Changed: []Change{{"notes", "", "pays for Asha Rao"}, {"customerName", "Asha Rao", "Vikram Shah"}}}
	other := b.Mention(g)
	assert.Equal(t, "Transfer for Erased guest", other.Title)
	assert.Equal(t, "pays for Erased guest, Erased guest", other.Notes)
	assert.Empty(t, other.ExternalID)
	assert.Equal(t, "Vikram Shah", other.Customer)
	assert.Equal(t, "pays for Asha Rao", b.Changed[0].To, "the one it was made of stays")
	namesake := Booking{Customer: "ASHA  Rao", Title: "Asha Rao, 3 nights"}
	assert.Equal(t, namesake.Title, namesake.Mention(g).Title, "who has the same name and was not ticked is another")
}

// The cost of a text is its own length, however many names are looked for.
func TestTheCostOfATextDoesNotGrowWithTheNames(t *testing.T) {
	text := strings.Repeat("Boiler off since the morning; Zoe Quill7 has the key. ", 20)
	steps := func(names int) int {
		g := NewGuest()
		for i := range names {
			g.Note(Booking{Customer: fmt.Sprintf("Zoe Quill%d", i)})
		}
		require.Contains(t, g.Erase(text), ErasedGuest)
		return int(testing.AllocsPerRun(5, func() { g.Erase(text) }))
	}
	assert.Equal(t, steps(10), steps(2000))
}

func TestPhoneNumbersHaveOneKey(t *testing.T) {
	for number, want := range map[string]string{
		"+49 (0)30 1234567": "49301234567", "0049 30-1234567": "49301234567", "030 1234567": "301234567", "+49 30 1234567 ext. 5": "49301234567",
		"०९८४५०१७०१७": "9845017017", "＋９１ 98450": "9198450", "": "", "desk": "",
	} {
		assert.Equal(t, want, phoneKey(number), number)
	}
	assert.True(t, samePhone("919845017017", "9845017017"))
	assert.False(t, samePhone("919845017017", "5017017"), "too little of it")
	assert.False(t, samePhone("12345", "12345"))
}

func FuzzErasingTakesWholeWords(f *testing.F) {
	for _, seed := range [][2]string{{"Zoë O’Connor", "zoe oconnor called +49 30 1234567"}, {"田中太郎", "田中太郎様"}, {"अ ब", "अ ब\u093c"}, {"a b", "a\u0301b a b"}, {"\xff a", "\xffa"}, {"1 2", "1234567 (0) 12"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, name, said string) {
		name, said = CleanText(name, false), CleanText(said, true)
		g := guestOf(Booking{Customer: name, Email: name + "@x.test", Phone: "+49 30 " + name})
		g.Know(Recogniser{ByTicked, name})
		erased := g.Erase(said)
		require.True(t, utf8.ValidString(erased))
		if erased == said {
			return
		}
		rest := said // what stays stands in the text, in its order
		for part := range strings.SplitSeq(erased, ErasedGuest) {
			at := strings.Index(rest, part)
			require.GreaterOrEqual(t, at, 0, "%q of %q", part, said)
			rest = rest[at+len(part):]
		}
		g.Doubtful(said)
		g.Named(said)
	})
}
