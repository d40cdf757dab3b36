package store

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

func named(id, name string) inn.Publication {
	p := sold(id, "lake")
	p.Booking.Customer = inn.Given(name)
	return p
}

// Whatever keyboard a name was typed on, and however much of it: it is found in the
// log, among the bookings and the cards, and in the register, indexed or not yet.
func TestNamesAreFoundHoweverTheyAreTyped(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	admin := person(t, s, "admin", inn.Admin)
	names := []string{
		"Łukasz Żółć", "Sørensen", "Straßer", "Kadıköylü", "Æthelred Œuvrard", "Þór Đorđević", "Seán O’Connor", "Anne-Marie Dupont", "ﬁona", "ｶﾞﾝﾀﾞﾑ",
		"李", "李明", "田中太郎", "김민준", "𠮷田", "أحمد", "क़मर", "राम", "रीमा", "Ｆｕｌｌ Ｗｉｄｔｈ", "می\u200cخواهم", "Łuczak-O'Brien",
	}
	for n, name := range names {
		publish(t, s, website, named(fmt.Sprint("BK-", 1001+n), name))
	}
	want := map[string][]string{
		"lukasz": {"Łukasz Żółć"}, "ŁUKASZ zolc": {"Łukasz Żółć"}, "sorensen": {"Sørensen"}, "SØREN": {"Sørensen"}, "strasser": {"Straßer"}, "STRAẞER": {"Straßer"},
		"kadikoylu": {"Kadıköylü"}, "aethelred oeuvrard": {"Æthelred Œuvrard"}, "thor dordevic": {"Þór Đorđević"},
		"oconnor": {"Seán O’Connor"}, "O'Connor": {"Seán O’Connor"}, "o’con": {"Seán O’Connor"}, "connor": {"Seán O’Connor"}, "oc": {"Seán O’Connor"},
		"annemarie": {"Anne-Marie Dupont"}, "anne-marie": {"Anne-Marie Dupont"}, "anne marie": {"Anne-Marie Dupont"}, "annemariedupont": nil,
		"obrien": {"Łuczak-O'Brien"}, "luczakobrien": {"Łuczak-O'Brien"},
		"fiona": {"ﬁona"}, "ガンダム": {"ｶﾞﾝﾀﾞﾑ"}, "ガ": {"ｶﾞﾝﾀﾞﾑ"}, "カ": nil,
		"李": {"李", "李明"}, "李明": {"李明"}, "明": {"李明"}, "田中": {"田中太郎"}, "太郎": {"田中太郎"}, "田中太郎": {"田中太郎"}, "田仲": nil, "김": {"김민준"}, "민준": {"김민준"}, "𠮷田": {"𠮷田"}, "𠮷": {"𠮷田"},
		"احمد": {"أحمد"}, "أحمد": {"أحمد"}, "कमर": {"क़मर"}, "राम": {"राम"}, "रीमा": {"रीमा"}, "full width": {"Ｆｕｌｌ Ｗｉｄｔｈ"}, "میخواهم": {"می\u200cخواهم"},
		"bk1003": {"Straßer"}, "BK-1003": {"Straßer"}, "1003": {"Straßer"}, "bk-1003": {"Straßer"}, "bk10035": nil,
	}
	for _, indexed := range []bool{false, true} {
		if indexed {
			require.NoError(t, s.Index(ctx))
		}
		for typed, want := range want {
			bookings, err := s.Bookings(ctx, admin, BookingFilter{Search: typed, Limit: 50})
			require.NoError(t, err)
			var got []string
			for _, b := range bookings {
				got = append(got, b.Customer)
			}
			assert.ElementsMatch(t, want, got, "%q among the bookings, indexed: %t", typed, indexed)
			assert.Len(t, found(t, s, admin, EventFilter{Words: typed}), len(want), "%q in the log, indexed: %t", typed, indexed)
			cards, err := s.Notifications(ctx, admin, NotificationFilter{Search: typed, Limit: 50})
			require.NoError(t, err)
			assert.Len(t, cards, len(want), "%q among the cards, indexed: %t", typed, indexed)
			guests, err := s.FindGuests(ctx, admin, typed, 50)
			require.NoError(t, err)
			got = nil
			for _, b := range guests {
				got = append(got, b.Customer)
			}
			for _, name := range want {
				assert.Contains(t, got, name, "%q in the register", typed)
			}
		}
	}
}

// After an upgrade that folds otherwise, what was in the index is made anew, the
// newest first; the words of the folding before go, which are guests' names.
func TestTheIndexIsMadeAnewAfterAnUpgrade(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	admin := person(t, s, "admin", inn.Admin)
	for n := range 2*refoldStep + 5 {
		publish(t, s, website, named(fmt.Sprint("BK-", n), "Łukasz O'Connor"))
	}
	require.NoError(t, s.Index(ctx))
	require.NoError(t, s.Trim(ctx, s.head(t)-refoldStep), "of some bookings only the row is left")
	old := func(x *tx) error { // as the version before entered them
		for _, query := range []string{
			`DELETE FROM event_words WHERE word IN ('lukasz', 'lu*', 'luk*', 'oconnor', 'oc*', 'oco*')`,
			`INSERT INTO event_words (word, times, last) VALUES ('łukasz', 133, 1000), ('łu*', 133, 1000)`,
			`UPDATE event_words SET refolded = 0`,
			`UPDATE meta SET value = (SELECT value FROM meta WHERE name = 'searched') WHERE name = 'refold'`,
		} {
			if err := x.exec(query); err != nil {
				return err
			}
		}
		rows, err := x.rows(`SELECT id FROM bookings`)
		ids, err := scanAll(rows, err, scanWord)
		for _, id := range ids {
			if err != nil {
				return err
			}
			b, _, err := x.booking(id)
			if err != nil {
				return err
			}
			e, err := lastOf(b)
			if err != nil {
				return err
			}
			one := entryOf(&e, map[string]int{})
			one.words, one.starts = "łukasz o connor", "łu łuk co con"
			if err := x.exec(`{search remove}`, one.id); err != nil {
				return err
			}
			if err := x.enter(&one); err != nil {
				return err
			}
		}
		return err
	}
	require.NoError(t, s.write(ctx, old))
	count := func(words string) int {
		got, err := s.Bookings(ctx, admin, BookingFilter{Search: words, Limit: 500})
		require.NoError(t, err)
		return len(got)
	}
	all := 2*refoldStep + 5
	require.Equal(t, all, count("connor"), "what was found before is found meanwhile")
	require.Zero(t, count("lukasz"))
	require.NoError(t, s.write(ctx, func(x *tx) error { _, err := x.refold(); return err }))
	assert.Positive(t, count("lukasz"), "one step makes some of the newest anew")
	assert.LessOrEqual(t, count("lukasz"), refoldStep)

	require.NoError(t, s.Refold(ctx))
	for _, words := range []string{"lukasz", "łukasz", "oconnor", "connor", "lu", "bk7"} {
		want := all
		if words == "bk7" {
			want = 11
		}
		assert.Equal(t, want, count(words), words)
	}
	var stale, times int
	require.NoError(t, s.read.QueryRowContext(ctx, `SELECT count(*) FROM event_words WHERE word >= 'łu' AND word < 'łv'`).Scan(&stale))
	assert.Zero(t, stale)
	require.NoError(t, s.read.QueryRowContext(ctx, `SELECT times FROM event_words WHERE word = 'lukasz'`).Scan(&times))
	assert.Equal(t, all, times)
	before := contents(t, s)
	require.NoError(t, s.Refold(ctx))
	assert.Equal(t, before, contents(t, s), "there is nothing left to do")
}

// What changes nothing to the eye is no change, and is stored in one form.
func TestTheSameLettersInAnotherEncodingAreNoChange(t *testing.T) {
	s := newStore(t)
	const composed, apart = "Zoë", "Zoe\u0308"
	admin := person(t, s, "admin", inn.Admin)
	p := named("BK-1", composed)
	p.Booking.Title, p.Booking.Notes = inn.Given(composed), inn.Given(composed)
	publish(t, s, website, p, alarm("lake", "a", composed), inn.Publication{Type: inn.PropertyStatus, Property: &inn.PropertyChange{Slug: "lake", Status: composed, Title: composed}})
	again := []inn.Publication{p, alarm("lake", "a", composed), {Type: inn.PropertyStatus, Property: &inn.PropertyChange{Slug: "lake", Status: composed, Title: composed}}}
	for _, what := range []string{"stored composed", "stored apart, by a version before"} {
		for i, e := range publish(t, s, website, again...) {
			assert.Nil(t, e, "%s: %d", what, i)
		}
		require.NoError(t, s.write(ctx, func(x *tx) error {
			for _, query := range []string{
				`UPDATE bookings SET customer = $1, title = $1, notes = $1`, `UPDATE alerts SET title = $1`, `UPDATE properties SET title = $1, status = $1 WHERE slug = 'lake'`,
			} {
				if err := x.exec(query, apart); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	b, err := s.Booking(ctx, admin, "BK-1")
	require.NoError(t, err)
	require.Equal(t, apart, b.Customer)
	found, err := s.FindGuests(ctx, admin, composed, 9)
	require.NoError(t, err)
	assert.Len(t, found, 1)
}
