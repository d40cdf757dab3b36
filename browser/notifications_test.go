package browser

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestMarksAndGotItReachEveryWindow: two windows of one person and one of
// another. What the one reads is read in both of theirs and in nobody else's;
// what they take in hand is theirs on every screen.
func TestMarksAndGotItReachEveryWindow(t *testing.T) {
	browser := launch(t)
	p := start(t)
	first, second, other := open(t, browser, p.address), open(t, browser, p.address), open(t, browser, p.address)
	first.signIn("admin@demo.test", password, "/")
	second.signIn("admin@demo.test", password, "/")
	other.signIn("owner@demo.test", password, "/")
	all := []*window{first, second, other}
	for _, w := range all {
		w.goTo("/notifications")
		w.text(`window.loaded = 'once'`)
	}
	p.book("BK-1", "lake-house", "Meera Iyer")
	p.publish(map[string]any{"type": "alert:raised", "property": "lake-house", "priority": "critical", "payload": map[string]any{"key": "boiler", "title": "Boiler off"}})
	const booking, boiler = `[data-notification="booking:BK-1"]`, `[data-notification="alert:lake-house:boiler"]`
	for _, w := range all {
		w.wait(`document.querySelector('` + booking + `').dataset.read === 'false'`)
		w.wait(`document.querySelector('.toast[data-priority=critical]') !== null`)
	}

	// What is open in a card stays open, whatever happens to the card.
	past := func(rows int) string {
		return fmt.Sprintf(`document.querySelector('%s details').open && document.querySelectorAll('%[1]s [data-event]').length === %d`, booking, rows)
	}
	first.click(booking + ` summary`)
	for _, w := range []*window{first, second} {
		w.wait(`document.querySelector('` + booking + `').dataset.read === 'true'`) // what is opened is read
	}
	first.wait(past(1))
	p.confirm("BK-1")
	first.wait(`document.querySelector('` + booking + `').dataset.read === 'false' && ` + past(2))
	first.text(`connection.refetch()`)
	first.live()
	first.wait(past(2))
	assert.Equal(t, "false", first.text(`document.querySelector('`+booking+`').dataset.read`), "the page read itself anew: nobody opened it")

	first.click(booking + ` [data-action=read]`)
	for _, w := range []*window{first, second} {
		took := w.wait(`document.querySelector('` + booking + `').dataset.read === 'true' && document.getElementById('unread').innerText.trim() === '1'`)
		t.Logf("read after %s", took)
	}
	first.click(booking + ` summary`)
	first.click(booking + ` summary`)
	first.wait(past(2))
	first.text(`document.querySelector('` + boiler + ` details.past').open = true`)
	first.wait(`document.querySelector('` + boiler + ` [data-event]') !== null`)

	other.click(boiler + ` [data-action=ack]`)
	for _, w := range all {
		w.wait(`document.querySelector('` + boiler + ` .taken') !== null && document.querySelector('.toast[data-priority=critical]') === null`)
	}
	assert.Equal(t, "false", other.text(`document.querySelector('`+booking+`').dataset.read`), "another person's marks are their own")
	assert.Equal(t, "true", first.text(`document.querySelector('`+boiler+` details.past').open`), "what is open stays open")

	first.click(`[data-action=read-all]`)
	for _, w := range []*window{first, second} {
		w.wait(`document.querySelector('.notification[data-read=false]') === null && document.getElementById('unread').hidden`)
	}
	other.click(boiler + ` [data-action=unack]`)
	first.wait(`document.querySelector('` + boiler + `').dataset.read === 'false' && document.querySelector('.toast[data-priority=critical]') !== null`)

	second.goTo("/notifications?kind=alert_update")
	p.book("BK-2", "lake-house", "J. Ferrari")
	second.wait(`document.querySelector('.arrived').checkVisibility()`)
	for _, w := range all {
		assert.Empty(t, w.errors())
	}
	assert.Equal(t, "once", other.text(`window.loaded`), "without reloading")
}
