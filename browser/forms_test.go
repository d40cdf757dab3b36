package browser

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// described lists what is wrong with how the forms of a page say their mistakes:
// each word of one belongs to a control that is marked and refers to it, each
// marked control has its word, the summary leads to it, and nobody reads a pointer.
const described = `(() => {
	const wrong = [];
	for (const said of document.querySelectorAll('.wrong')) {
		if (!document.querySelector('[aria-invalid=true][aria-describedby~="' + CSS.escape(said.id) + '"]')) wrong.push('nobody is described by ' + said.id);
	}
	for (const field of document.querySelectorAll('[aria-invalid=true]')) {
		const ids = (field.getAttribute('aria-describedby') ?? '').split(' ');
		if (!ids.some((id) => document.getElementById(id)?.matches('.wrong'))) wrong.push(field.name + ' does not say what is wrong');
	}
	for (const link of document.querySelectorAll('[data-summary] a')) {
		if (document.getElementById(link.hash.slice(1))?.getAttribute('aria-invalid') !== 'true') wrong.push(link.hash + ' leads to nothing wrong');
	}
	for (const said of document.querySelectorAll('.wrong, [data-summary]')) {
		if (/(^|\s)\/[a-z]/.test(said.innerText)) wrong.push('a pointer: ' + said.innerText);
	}
	return wrong.join('; ');
})()`

// TestEveryFieldErrorIsAtItsField sends every form with mistakes, past what the
// browser itself would refuse: each mistake is said at its field, the focus goes to
// the first, and what was typed is kept.
func TestEveryFieldErrorIsAtItsField(t *testing.T) {
	browser := launch(t)
	p := start(t)
	p.run(password, "user", "add", "super@demo.test", "--name", "Mira Sen", "--role", "SUPER_ADMIN")
	w := open(t, browser, p.address)
	w.signIn("super@demo.test", password, "/settings")
	for _, form := range []struct{ name, path, id, fill, first, kept string }{
		{"settings", "/settings", "settings-form",
			`seconds: '1', zone: 'Mars/Olympus'`, "seconds", "Mars/Olympus"},
		{"nights", "/settings", "settings-form", `zone: 'Nowhere'`, "zone", "Nowhere"},
		{"house", "/settings", "house-form", `housezone: 'Mars/Base', currency: 'ABC', keep_log_days: '1'`, "housezone", "Mars/Base"},
		{"password", "/settings", "password-form", `present: 'not mine', password: 'a fine long one'`, "present", ""},
		{"two-step", "/settings/twostep", "begin-form", `present: 'not mine'`, "present", ""},
		{"invitation", "/team", "person-form", `name: '', email: 'no address'`, "name", "no address"},
		{"person", "/team/3", "person-form", ``, "property", ""},
		{"key", "/keys", "key-form", `name: 'no name!'`, "scope", "no name!"},
	} {
		t.Run(form.name, func(t *testing.T) {
			w.goTo(form.path)
			require.Equal(t, "true", w.text(`(() => {
				const form = document.getElementById('`+form.id+`');
				form.noValidate = true;
				for (const box of form.querySelectorAll('[name=property]:checked')) box.click();
				for (const [name, value] of Object.entries({`+form.fill+`})) {
					const field = form.elements[name];
					if (field.type === 'email' || field.type === 'number') field.type = 'text';
					field.value = value;
				}
				form.requestSubmit();
				return true;
			})()`))
			w.wait(`document.querySelector('#` + form.id + ` [data-summary]') !== null`)
			assert.Empty(t, w.text(described))
			w.wait(`document.activeElement.name === '` + form.first + `'`)
			if form.kept != "" {
				assert.Equal(t, "true", w.text(`[...document.getElementById('`+form.id+`').elements].some((field) => field.value === '`+form.kept+`')`))
			}
		})
	}
}

// TestLeavingWhatIsNotSavedAsks types, leaves, and is asked once; what was saved is
// left without a question.
func TestLeavingWhatIsNotSavedAsks(t *testing.T) {
	browser := launch(t)
	p := start(t)
	w := open(t, browser, p.address)
	w.signIn("admin@demo.test", password, "/settings")
	w.live()
	w.click(`#settings-form [name="everywhere.alert_update"][value="screen"]`)
	w.goTo("/bookings")
	assert.EqualValues(t, 1, w.asked.Load())
	w.goTo("/settings")
	w.click(`#settings-form [name="everywhere.alert_update"][value="screen"]`)
	w.click(`#settings-form .main`)
	w.wait(`document.querySelector('[data-saved]').textContent.startsWith('Saved at')`)
	w.goTo("/bookings")
	assert.EqualValues(t, 1, w.asked.Load(), "what is saved is not asked about")
}
