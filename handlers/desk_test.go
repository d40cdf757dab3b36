package handlers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baithaka/internal/inn"
)

// stayFrom is a stay at a house that begins some days from today and lasts
// three nights.
func (s *site) stayFrom(days int, at string) string {
	in := s.days.at(at, time.Now()).Add(days)
	return fmt.Sprintf(`,"checkIn":%q,"checkOut":%q,"guests":2`, in, in.Add(3))
}

// board returns the part of a page that is one of the boards.
func board(page string, b inn.Board) string {
	_, rest, _ := strings.Cut(page, fmt.Sprintf(`data-board="%s"`, b))
	part, _, _ := strings.Cut(rest, "</section>")
	return part
}

func TestWhoWorksAtADeskSeesTodayFirst(t *testing.T) {
	s := newSite(t)
	key := s.key("events:write")
	key.publish(booking("confirmed", "BK-comes", "lake-house", s.stayFrom(0, "lake-house")))
	key.publish(booking("confirmed", "BK-late", "lake-house", s.stayFrom(-1, "lake-house")))
	key.publish(booking("confirmed", "BK-goes", "lake-house", s.stayFrom(-3, "lake-house")))
	key.publish(`{"type":"booking:checked_in","payload":{"id":"BK-goes"}}`)
	key.publish(booking("confirmed", "BK-stays", "lake-house", s.stayFrom(-2, "lake-house")))
	key.publish(`{"type":"booking:checked_in","payload":{"id":"BK-stays"}}`)
	key.publish(booking("confirmed", "BK-foreign", "hill-cottage", s.stayFrom(0, "hill-cottage")))
	key.publish(booking("confirmed", "BK-later", "lake-house", s.stayFrom(9, "lake-house")))

	for _, who := range []string{"staff", "manager", "admin"} {
		page := s.as(who).get("/").Body
		arrivals := board(page, inn.Arrivals)
		assert.Contains(t, arrivals, `data-due="BK-comes"`, who)
		assert.Less(t, strings.Index(arrivals, "BK-late"), strings.Index(arrivals, "BK-comes"), "the late first")
		assert.Contains(t, arrivals, "due since", who)
		assert.Contains(t, board(page, inn.Departures), `data-due="BK-goes"`, who)
		assert.Contains(t, board(page, inn.InHouse), `data-due="BK-stays"`, who)
		assert.NotContains(t, page, `data-due="BK-later"`, who)
		assert.Equal(t, who == "admin", strings.Contains(page, `data-due="BK-foreign"`), who)
		assert.Less(t, strings.Index(page, `data-board="arrivals"`), strings.Index(page, `id="figures-`), "%s: before the figures", who)
	}
	assert.NotContains(t, s.as("owner").get("/").Body, "data-board", "an owner works at no desk")
	assert.NotContains(t, s.as("user").get("/").Body, "data-board")
}

// What happens to a stay moves its row from board to board, by a message that is
// one with the page's own row.
func TestTheBoardsFollowWhatHappens(t *testing.T) {
	s := newSite(t)
	key := s.key("events:write")
	key.publish(booking("confirmed", "BK-1", "lake-house", s.stayFrom(0, "lake-house")))
	staff := s.stream("/live", s.as("staff"), "").live()
	key.publish(`{"type":"booking:checked_in","payload":{"id":"BK-1"}}`)
	m := staff.saying(`id="arrivals-BK-1" class="due done inside"`)
	assert.Contains(t, m, `hx-target="[id=&#34;in_house-BK-1&#34;]" hx-swap="delete"`)
	assert.Contains(t, board(s.as("staff").get("/").Body, inn.Arrivals), `class="due done inside"`)

	moved := s.days.at("lake-house", time.Now()).Add(9)
	key.publish(booking("new", "BK-2", "lake-house", s.stayFrom(0, "lake-house")))
	staff.saying(`id="arrivals-BK-2"`)
	key.publish(fmt.Sprintf(`{"type":"booking:modified","payload":{"id":"BK-2","checkIn":%q,"checkOut":%q}}`, moved, moved.Add(1)))
	m = staff.saying(`hx-target="[id=&#34;arrivals-BK-2&#34;]" hx-swap="delete"`)
	assert.NotContains(t, m, `data-due="BK-2"`, "it comes another day")
}

// Two spans of days are told apart: the usual one is kept current, another is that
// of when the page was opened.
func TestFiguresOverAnotherSpan(t *testing.T) {
	s := newSite(t)
	s.key("events:write").publish(booking("confirmed", "BK-1", "lake-house", `,"amount":100,"currency":"INR"`))
	owner := s.as("owner")
	page := owner.get("/?window=90d")
	require.Equal(t, 200, page.Status)
	assert.Contains(t, page.Body, `href="/properties/lake-house?window=90d" aria-current="true"`, "the owner's one property")
	assert.Contains(t, page.Body, `id="figures-property-lake-house-90"`, "no message of the stream changes these")
	assert.Contains(t, owner.get("/").Body, `id="figures-property-lake-house"`)
	assert.Equal(t, 422, owner.get("/?window=bogus").Status)
}

func TestAnOwnerComparesTheirProperties(t *testing.T) {
	s := newSite(t)
	s.key("events:write").publish(booking("confirmed", "BK-1", "hill-cottage", `,"amount":100,"currency":"EUR"`))
	assert.NotContains(t, s.as("owner").get("/").Body, "side by side", "one property has nothing beside it")
	require.NoError(t, s.store.ChangeMember(t.Context(), inn.Viewer{Name: "test"}, s.member("owner").ID, inn.Owner, []string{"hill-cottage", "lake-house"}))
	page := s.as("owner").get("/").Body
	_, table, found := strings.Cut(page, "side by side")
	require.True(t, found)
	assert.Contains(t, table, "Lake House")
	assert.Contains(t, table, "€\u202f100")
	assert.NotContains(t, s.as("manager").get("/").Body, "side by side")
}

// A new house says what its figures wait for, and calls nothing zero.
func TestAnEmptyHouseSaysWhatFiguresWaitFor(t *testing.T) {
	s := newSite(t)
	admin := s.as("admin")
	assert.Contains(t, admin.get("/").Body, "Figures begin with the first booking")
	s.key("events:write").publish(booking("confirmed", "BK-1", "lake-house", ""))
	require.Eventually(t, func() bool {
		page := admin.get("/").Body
		return !strings.Contains(page, "Figures begin") && strings.Contains(page, "1 stay has no dates")
	}, soon, 20*time.Millisecond)
}
