//go:build soak

package browser

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// What takes its time by the clock on the wall: `make soak`.

// TestServerGoneForTwentySeconds is TestServerGoneAndBack with the pause that
// makes every page try again several times.
func TestServerGoneForTwentySeconds(t *testing.T) { serverGone(t, 20*time.Second) }

// TestSilenceIsNoticedByTheClock is TestSilenceIsNoticed without touching the
// page's clock: a connection that dies without a word is noticed within 45 s.
func TestSilenceIsNoticedByTheClock(t *testing.T) {
	browser := launch(t)
	p := start(t)
	line := newProxy(t, p.address)
	w := open(t, browser, line.listener.Addr().String())
	w.signIn("admin@demo.test", password, "/")
	w.live()
	line.hush(true)
	took := w.within(50*time.Second, `document.querySelector('#connection').dataset.state === 'stale'`)
	t.Logf("noticed after %s", took.Round(time.Millisecond))
	assert.LessOrEqual(t, took, 46*time.Second, "and a second for this test to see it")
	p.book("BK-1", "lake-house", "Unheard")
	line.hush(false)
	line.cut()
	line.mend()
	w.within(60*time.Second, `document.querySelector('[data-booking="BK-1"]') !== null`)
	w.live()
}

// TestReadingReachesTheOtherTabWithinASecond measures what
// TestMarksAndGotItReachEveryWindow only waits for.
func TestReadingReachesTheOtherTabWithinASecond(t *testing.T) {
	browser := launch(t)
	p := start(t)
	first, second, other := open(t, browser, p.address), open(t, browser, p.address), open(t, browser, p.address)
	first.signIn("admin@demo.test", password, "/notifications")
	second.signIn("admin@demo.test", password, "/notifications")
	other.signIn("owner@demo.test", password, "/notifications")
	const card = `[data-notification="booking:BK-1"]`
	p.book("BK-1", "lake-house", "Meera Iyer")
	for _, w := range []*window{first, second, other} {
		w.live()
		w.wait(`document.querySelector('` + card + `').dataset.read === 'false'`)
	}
	first.click(card + ` [data-action=read]`)
	took := second.wait(`document.querySelector('` + card + `').dataset.read === 'true' && document.getElementById('unread').hidden`)
	t.Logf("read in the other tab after %s", took.Round(time.Millisecond))
	assert.Less(t, took, time.Second)
	assert.Equal(t, "false", other.text(`document.querySelector('`+card+`').dataset.read`))
}
