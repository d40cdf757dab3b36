package browser

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestPropertiesAreLookedFor is a house with too many properties to list: one is
// found inside a form, which stores nothing and keeps what was typed and ticked,
// and only the form's own button sends it.
func TestPropertiesAreLookedFor(t *testing.T) {
	browser := launch(t)
	p := start(t)
	for i := range 50 { // with the two there are, and the desk
		p.run("", "property", "add", fmt.Sprintf("villa-%02d", i), "--name", fmt.Sprintf("Villa %02d", i), "--units", "2", "--currency", "EUR", "--timezone", "Europe/Rome", "--country", "IT")
	}
	admin := open(t, browser, p.address)
	admin.signIn("admin@demo.test", password, "/team")
	admin.live()
	admin.wait(`document.querySelector('#find-property') !== null && document.querySelectorAll('[name=property]').length === 0`)

	admin.text(`document.querySelector('#name').value = 'Zoë Martin'`)
	admin.text(`document.querySelector('#email').value = 'zoe@demo.test'`)
	find := func(words, slug string) {
		t.Helper()
		admin.text(fmt.Sprintf(`document.querySelector('#find-property').value = %q`, words))
		admin.click(`#property-boxes [name=look]`)
		admin.wait(fmt.Sprintf(`document.querySelector('[name=property][value="%s"]') !== null`, slug))
		admin.text(fmt.Sprintf(`document.querySelector('[name=property][value="%s"]').click()`, slug))
	}
	find("villa 17", "villa-17")
	find("lake", "lake-house")
	admin.wait(`document.querySelector('[name=property][value="villa-17"]').checked && document.querySelector('[name=property][value="lake-house"]').checked`)
	assert.Equal(t, "Zoë Martin", admin.text(`document.querySelector('#name').value`), "what was typed stays")
	assert.Equal(t, "false", admin.text(`String(document.querySelector('[data-email="zoe@demo.test"]') !== null || document.querySelector('#once .secret') !== null)`), "nobody was invited by looking")

	admin.text(`document.querySelector('#find-property').value = ''`)
	admin.click(`form.stack .main`)
	admin.wait(`document.querySelector('#once .secret') !== null`)
	admin.wait(`document.querySelector('[data-email="zoe@demo.test"]')?.innerText.includes('Lake House, Villa 17')`)

	admin.goTo("/settings")
	admin.text(`document.querySelector('#own-tables summary').click()`)
	admin.text(`document.querySelector('#find-property').value = 'villa 33'`)
	admin.click(`#own-tables [name=look]`)
	admin.wait(`document.querySelector('[name=own][value="villa-33"]') !== null && document.querySelector('#own-tables').open`)
	admin.text(`document.querySelector('[name=own][value="villa-33"]').click()`)
	admin.click(`form.stack .main`)
	admin.wait(`document.querySelector('[data-saved]').innerText !== ''`)
	admin.goTo("/settings")
	admin.wait(`document.querySelector('[name=own][value="villa-33"]')?.checked`)

	admin.goTo("/history?property=villa")
	admin.wait(`document.querySelector('.which a[href*="property=villa-00"]') !== null`)
	assert.Empty(t, admin.errors())
}
