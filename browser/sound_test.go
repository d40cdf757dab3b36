package browser

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// neverSounds lets no sound start, as a browser does before somebody touches the page.
const neverSounds = `window.AudioContext = class { state = 'suspended'; resume() { return new Promise(() => {}) }; async suspend() {} }`

// TestSoundIsAskedForOnce opens page after page on a device that was never asked: the
// first offers to turn the sound on, the others only say how it stands. Only where
// there are fingers it speaks of a tap.
func TestSoundIsAskedForOnce(t *testing.T) {
	browser := launch(t)
	p := start(t)
	for touch, word := range map[bool]string{false: "click", true: "tap"} {
		w := open(t, browser, p.address)
		w.first(neverSounds)
		require.NoError(t, chromedp.Do(w.ctx, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "pointer", Value: map[bool]string{false: "fine", true: "coarse"}[touch]}},
			})
			return err
		})))
		if touch {
			require.NoError(t, chromedp.Do(w.ctx, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
				_, err := chromedp.Call(ctx, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true})
				return err
			})))
		}
		w.signIn("admin@demo.test", password, "/")
		w.wait(`document.querySelector('#sound').dataset.state === 'waits'`)
		assert.Equal(t, "Turn sound on", w.text(`document.querySelector('#sound .ask').innerText`))
		for _, path := range []string{"/bookings", "/settings"} {
			w.goTo(path)
			w.wait(`document.querySelector('#sound').dataset.state === 'waits'`)
			assert.Equal(t, "false", w.text(`document.querySelector('#sound .ask').checkVisibility()`), path)
			assert.Equal(t, fmt.Sprintf("Sound: The browser waits for a %s.", word), w.text(`document.querySelector('#sound').title`), path)
		}
		w.wait(`document.querySelector('#main [data-sound-state]').textContent === 'The browser waits for a ` + word + `.'`)
		w.click(`#main [data-sound="off"]`)
		w.wait(`document.querySelector('#sound').dataset.state === 'off'`)
		w.goTo("/")
		w.wait(`document.querySelector('#sound').dataset.state === 'off' && document.querySelector('#sound').title === 'Sound: Off on this device.'`)
		assert.Empty(t, w.errors())
	}
}

// TestQuietIsSeenInTheHeader mutes for an hour from the header: it says until when, at
// every width, on every page of the person, until the hour is over.
func TestQuietIsSeenInTheHeader(t *testing.T) {
	browser := launch(t)
	p := start(t)
	w, other := open(t, browser, p.address), open(t, browser, p.address)
	w.clocked()
	for _, page := range []*window{w, other} {
		page.signIn("admin@demo.test", password, "/bookings")
		page.live()
	}
	w.click(`#sound`)
	if w.text(`document.querySelector('#sound-menu').matches(':popover-open')`) == "false" {
		w.click(`#sound`) // the first click was the answer to the question
	}
	w.click(`#mute button`)
	for _, page := range []*window{w, other} {
		page.wait(`document.querySelector('#sound').dataset.state === 'quiet'`)
		assert.Regexp(t, `^to \d\d:\d\d$`, page.text(`document.querySelector('#sound .until').innerText`))
	}
	require.NoError(t, chromedp.Do(w.ctx, chromedp.EmulateViewport(360, 800)))
	w.goTo("/")
	w.wait(`document.querySelector('#sound').dataset.state === 'quiet' && document.querySelector('#sound').checkVisibility()`)
	assert.Equal(t, "true", w.text(`document.documentElement.scrollWidth <= innerWidth`))
	w.later(3601)
	w.wait(`document.querySelector('#sound').dataset.state !== 'quiet'`)
	assert.Empty(t, w.errors())
}

// TestPausedPageLetsItsNewsLeave pauses while there is news in the header: its time
// runs on, and it leaves.
func TestPausedPageLetsItsNewsLeave(t *testing.T) {
	browser := launch(t)
	p := start(t)
	w := open(t, browser, p.address)
	w.signIn("admin@demo.test", password, "/")
	w.live()
	p.book("BK-1", "lake-house", "Meera Iyer")
	w.wait(front + ` !== null`)
	w.click(`[data-control="pause"]`)
	w.state("paused")
	w.pointAt(5, 5)
	w.wait(front + `.querySelector('.line').getAnimations()[0].playState === 'running'`)
	w.text(front + `.querySelector('.line').getAnimations()[0].finish()`)
	w.wait(`document.querySelector('#toasts').childElementCount === 0`)
	p.book("BK-2", "lake-house", "While paused")
	w.wait(`document.querySelector('#connection').innerText.includes('1 new')`)
	assert.Equal(t, "0", w.text(`document.querySelector('#toasts').childElementCount`))
}
