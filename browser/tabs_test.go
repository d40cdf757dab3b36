package browser

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTenTabsOverOneProtocol opens ten tabs of one person over HTTP/1.1, where a
// browser keeps six connections to a server: each loads, and each is current
// when it is looked at.
func TestTenTabsOverOneProtocol(t *testing.T) {
	browser := launch(t)
	p := start(t)
	tabs := []*window{open(t, browser, p.address)}
	tabs[0].signIn("admin@demo.test", password, "/")
	tabs[0].live()
	require.Equal(t, "http/1.1", tabs[0].text(`performance.getEntriesByType('navigation')[0].nextHopProtocol`))
	for len(tabs) < 10 {
		tab := tabs[0].tab(t)
		tab.goTo("/")
		tabs = append(tabs, tab)
		require.Equal(t, "true", tabs[len(tabs)-2].text(`document.hidden`), "the tab before is hidden")
	}
	p.book("BK-1", "lake-house", "Meera Iyer")
	for i, tab := range tabs {
		tab.look()
		took := tab.wait(`document.querySelector('[data-booking="BK-1"]') !== null`)
		tab.live()
		assert.Equal(t, "1", tab.text(`document.querySelector('#unread').textContent.trim()`), "tab %d", i)
		t.Logf("tab %d was current after %s", i, took)
	}
	for i, tab := range tabs {
		assert.Empty(t, tab.errors(), fmt.Sprintf("tab %d", i))
	}
}
