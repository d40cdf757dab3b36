package browser

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

const gone = `document.querySelector('.status')?.innerText === '404' && !document.body.innerText.includes('Meera')`

// TestWhatIsTakenFromSomebodyLeavesTheirScreen takes a property from somebody who
// has it open: the page makes room for the one that says so.
func TestWhatIsTakenFromSomebodyLeavesTheirScreen(t *testing.T) {
	browser := launch(t)
	p := start(t)
	p.book("BK-1", "lake-house", "Meera Iyer")
	staff := open(t, browser, p.address)
	staff.signIn("staff@demo.test", password, "/properties/lake-house")
	staff.live()
	staff.wait(`document.querySelector('[data-booking="BK-1"]') !== null`)

	p.run("", "user", "set", "staff@demo.test", "--property", "desk")
	staff.wait(gone)
	assert.Equal(t, "/properties/lake-house", staff.text(`location.pathname`))
}

// TestBookingThatMovesAwayLeavesItsPage moves a booking to another house: who has
// its page open and may not see it there keeps nothing of it, who may keeps all.
func TestBookingThatMovesAwayLeavesItsPage(t *testing.T) {
	browser := launch(t)
	p := start(t)
	p.book("BK-1", "lake-house", "Meera Iyer")
	owner, admin := open(t, browser, p.address), open(t, browser, p.address)
	owner.signIn("owner@demo.test", password, "/bookings/BK-1")
	admin.signIn("admin@demo.test", password, "/bookings/BK-1")
	owner.live()
	admin.live()
	owner.wait(`document.querySelector('.facts').innerText.includes('14,400')`)

	p.publish(map[string]any{"type": "booking:modified", "payload": map[string]any{"id": "BK-1", "propertyId": "hill-cottage"}})
	owner.wait(gone)
	admin.wait(`document.querySelector('.facts').innerText.includes('14,400') && document.querySelector('[data-booking="BK-1"]').innerText.includes('Hill Cottage')`)
	admin.live()
	assert.Empty(t, admin.errors())
}
