package browser

import (
	"os"
	"testing"
	"time"
)

func TestZZ2(t *testing.T) {
	address := os.Getenv("NC")
	if address == "" {
		t.Skip()
	}
	b := launch(t)
	w, v := open(t, b, address), open(t, b, address)
	w.signIn("manager@demo.test", "baithaka-demo", "/")
	v.signIn("staff@demo.test", "baithaka-demo", "/")
	w.goTo("/notifications")
	w.wait(`document.getElementById('connection').dataset.state === 'live'`)
	v.wait(`document.getElementById('connection').dataset.state === 'live'`)
	w.text(`document.querySelector('[data-notification="alert:lake-house:boiler"] [data-action=ack]').click()`)
	w.wait(`document.querySelector('[data-notification="alert:lake-house:boiler"] .taken') !== null`)
	v.wait(`document.querySelector('[data-alert="alert:lake-house:boiler"]').dataset.status === 'acknowledged'`)
	v.take("/tmp/nc/shots", "dash-held", "", 1440, 900, "light")
	w.text(`document.querySelector('[data-notification="alert:lake-house:boiler"] details').open = true`)
	w.wait(`document.querySelector('[data-notification="alert:lake-house:boiler"] .story [data-event]') !== null`)
	w.take("/tmp/nc/shots", "centre-open", "", 1440, 900, "light")
	v.text(`document.querySelector('[data-alert="alert:lake-house:boiler"] [data-action=unack]').click()`)
	w.wait(`document.querySelector('.toast[data-priority=critical]') !== null`)
	w.text(`document.querySelector('[data-action=read-all]').click()`)
	w.wait(`document.querySelectorAll('.notification[data-read=false]').length === 0 && document.getElementById('unread').hidden`)
	w.goTo("/notifications?kind=booking_update")
	w.wait(`document.querySelector('#arrived i') !== null`)
	w.take("/tmp/nc/shots", "centre-arrived", "", 1440, 900, "dark")
	time.Sleep(100 * time.Millisecond)
	for _, x := range []*window{w, v} {
		x.mu.Lock()
		for _, line := range x.console {
			t.Log(line)
		}
		x.mu.Unlock()
	}
}
