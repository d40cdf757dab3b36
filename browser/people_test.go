package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAdministratorInvitesSomebody goes from the form to the face on the
// dashboard: the link appears once and outlives the page reading itself anew,
// a refused form keeps what was typed, and who comes in is on line.
func TestAdministratorInvitesSomebody(t *testing.T) {
	browser := launch(t)
	p := start(t)
	admin, guest := open(t, browser, p.address), open(t, browser, p.address)
	admin.signIn("admin@demo.test", password, "/team")
	admin.live()

	admin.text(`document.querySelector('#name').value = 'Zoë Martin'`)
	admin.text(`document.querySelector('#email').type = 'text'`)
	admin.text(`document.querySelector('#email').value = 'no address'`)
	admin.click(`form.stack .main`)
	admin.wait(`document.querySelector('#email-wrong')?.innerText.includes('e-mail address')`)
	assert.Equal(t, "Zoë Martin", admin.text(`document.querySelector('#name').value`))
	admin.text(`document.querySelector('#email').value = 'zoe@demo.test'`)
	admin.text(`document.querySelector('[name=property][value=lake-house]').click()`)
	admin.click(`form.stack .main`)
	admin.wait(`document.querySelector('#once .secret') !== null`)
	admin.wait(`document.querySelector('[data-email="zoe@demo.test"]') !== null`)
	admin.wait(`document.querySelector('#name').value === '' && !document.querySelector('[name=property]:checked')`)
	link := admin.text(`document.querySelector('#once .secret').value`)
	admin.text(`htmx.trigger(document.body, 'refetch')`)
	admin.wait(`document.querySelector('#connection').dataset.state === 'live'`)
	assert.Equal(t, link, admin.text(`document.querySelector('#once .secret').value`))

	// What is said afterwards stands beside it.
	admin.text(`document.querySelector('#email').value = 'ines@demo.test'`)
	admin.text(`document.querySelector('#name').value = 'Inês'`)
	admin.text(`document.querySelector('[name=property][value=lake-house]').click()`)
	admin.click(`form.stack .main`)
	admin.wait(`document.querySelectorAll('#once .secret').length === 2`)
	admin.text(`document.querySelector('#email').value = 'ines@demo.test'`)
	admin.text(`document.querySelector('#name').value = 'Inês'`)
	admin.text(`document.querySelector('[name=property][value=lake-house]').click()`)
	admin.click(`form.stack .main`)
	admin.wait(`document.querySelector('#email-wrong')?.innerText.includes("somebody's already")`)
	assert.Equal(t, link, admin.text(`document.querySelectorAll('#once .secret')[1].value`))
	admin.click(`#once [data-close]`)
	assert.Equal(t, link, admin.text(`document.querySelector('#once .secret').value`), "the newest stood above, and was closed")

	admin.goTo("/")
	require.NoError(t, guest.visit(link[len(guest.origin):]))
	guest.wait(`document.querySelector('#name').value === 'Zoë Martin'`)
	guest.text(`document.querySelector('#password').value = 'a password of mine'`)
	guest.click(`form.stack .main`)
	guest.wait(`document.querySelector('#connection')?.dataset.state === 'live'`)
	admin.wait(`document.querySelector('#on-line [title="Zoë Martin"]') !== null`)
	admin.wait(`document.querySelector('#feed').innerText.includes('accepted the invitation')`)

	admin.goTo("/keys")
	admin.text(`document.querySelector('#name').value = 'channel-manager'`)
	admin.text(`document.querySelector('[value="events:read"]').click()`)
	admin.click(`form.stack .main`)
	admin.wait(`document.querySelector('#once .secret').value.startsWith('bk_')`)
	admin.wait(`document.querySelector('[data-key="channel-manager"]') !== null`)
	admin.click(`[data-key="channel-manager"] [popovertarget]`)
	admin.click(`[data-key="channel-manager"] [data-action=revoke]`)
	admin.wait(`document.querySelector('[data-key="channel-manager"]').innerText.includes('Revoked')`)
	assert.Empty(t, append(admin.errors()[2:], guest.errors()...), "but for the 422 and the 409 that were asked for")
}

// TestPeoplePictures pictures the pages about people.
func TestPeoplePictures(t *testing.T) {
	if *pictures == "" || !*every {
		t.Skip("SKIPPED: pictures are made with -screenshots DIR -every")
	}
	dir, err := filepath.Abs(*pictures)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(dir, 0o755))
	browser, address := launch(t), demonstration(t)
	super, staff := open(t, browser, address), open(t, browser, address)
	super.signIn("super@demo.test", "baithaka-demo", "/team")
	staff.signIn("staff@demo.test", "baithaka-demo", "/")
	super.live()
	super.text(`document.querySelector('#name').value = 'Zoë Martin'`)
	super.text(`document.querySelector('#email').value = 'zoe@demo.test'`)
	super.text(`document.querySelector('[name=property]').click()`)
	super.click(`form.stack .main`)
	super.wait(`document.querySelector('#once .secret') !== null`)
	for _, scheme := range []string{"light", "dark"} {
		super.take(dir, "made-link-1440", "", 1440, 900, scheme)
		super.take(dir, "made-link-360", "", 360, 900, scheme)
	}
	super.goTo("/keys")
	super.text(`document.querySelector('#name').value = 'till'`)
	super.text(`document.querySelector('[value="events:write"]').click()`)
	super.click(`form.stack .main`)
	super.wait(`document.querySelector('#once .secret') !== null`)
	super.take(dir, "made-key-1440", "", 1440, 900, "light")
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{320, 360, 768, 1440, 1920} {
			for name, path := range map[string]string{"dashboard": "/", "team": "/team", "person": "/team/5", "keys": "/keys", "activity": "/activity", "audit": "/activity/audit"} {
				super.take(dir, fmt.Sprintf("%s-%d", name, width), path, width, 900, scheme)
			}
		}
	}
}
