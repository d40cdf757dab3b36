package views

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/stretchr/testify/assert"

	"baithaka/internal/inn"
)

// peoplePages returns every page about people and keys with whatever text comes
// from outside replaced by the given one.
func peoplePages(p Page, text string) []templ.Component {
	m := inn.Member{ID: 5, Name: text, Email: text, Role: inn.Staff, Properties: []string{"lake-house"}, LinkUntil: noon}
	house := property()
	house.Name = text
	problem := &inn.Error{Code: inn.Invalid, Text: text, Fields: []inn.FieldError{{Field: "name", Detail: text}, {Field: "role", Detail: text}, {Field: "password", Detail: text}}}
	form := MemberForm{Name: text, Email: text, Role: inn.Staff, Roles: inn.Roles, Properties: PropertyBoxes{Shown: []inn.Property{house}, Many: true, Words: text, More: true, Hidden: 3, Path: "/team"}, Problem: problem}
	link := &OneTimeLink{Name: text, URL: "/invite/" + text, Until: noon, Zone: time.UTC}
	key := inn.Key{ID: 1, Name: text, Scopes: inn.Scopes, Owner: &m}
	act := inn.Act{ID: 1, At: noon, Actor: text, By: text, Action: inn.MemberAltered, Subject: text, Name: text, Detail: text, Address: text}
	pages := []templ.Component{
		TeamPage(p, Team{People: []TeamMember{{Member: m}, {Member: m, OnLine: true, You: true}}, Form: form, Link: link, Properties: []inn.Property{house}}),
		MemberPage(p, MemberView{TeamMember: TeamMember{Member: m, Yours: true}, Form: form, Sessions: 1, Keys: 1, Link: link}),
		MemberPage(p, MemberView{TeamMember: TeamMember{Member: m}, Form: form}),
		KeysPage(p, Keys{Keys: []inn.Key{key}, Form: KeyForm{Name: text, Properties: PropertyBoxes{Shown: []inn.Property{house}}, Problem: problem}, Made: &MadeKey{text, text}}),
		ActivityPage(p, Activity{People: []inn.Member{m}, Next: "q=" + text}),
		InvitePage(Invitation{Token: text, Name: text, Email: text, New: true, Problem: problem}),
		OnLine(Company{Faces: []Present{{5, text, false}}}), LinkMadeOnce(*link), KeyMadeOnce(MadeKey{text, text}),
	}
	for _, action := range append(inn.AuditActions, inn.AuditAction(text)) {
		act.Action = action
		pages = append(pages, AuditPage(p, Audit{Actor: text, Action: action, Actors: []inn.Act{act}, Acts: []inn.Act{act}, Query: "q=" + text, Next: "q=" + text}))
	}
	return pages
}

func TestOnLineShowsSomeFacesAndCountsTheRest(t *testing.T) {
	all := Company{More: 3}
	for i := range MostFaces {
		all.Faces = append(all.Faces, Present{ID: int64(i + 1), Name: "Asha Rao", You: i == 0})
	}
	html := render(t, OnLine(all))
	assert.Equal(t, MostFaces, strings.Count(html, `<li title="`))
	assert.Contains(t, html, "and 3 more")
	assert.Contains(t, html, `title="Asha Rao (you)"`)
	assert.Contains(t, render(t, PresenceState(all)), html, "the same on the page and in the stream")
}

func TestMemberPageOffersOnlyWhatMayBeDone(t *testing.T) {
	m := inn.Member{ID: 5, Name: "Meera", Role: inn.Staff}
	page := func(change func(*MemberView)) string {
		v := MemberView{TeamMember: TeamMember{Member: m, Yours: true}, Form: MemberForm{Roles: inn.Roles}, Sessions: 1}
		change(&v)
		return render(t, MemberPage(pageFor(inn.Admin), v))
	}
	for what, c := range map[string]struct {
		change  func(*MemberView)
		actions []string
	}{
		"active":      {func(*MemberView) {}, []string{"link", "signout", "disable"}},
		"nowhere":     {func(v *MemberView) { v.Sessions = 0 }, []string{"link", "disable"}},
		"disabled":    {func(v *MemberView) { v.Member.Disabled, v.Sessions = true, 0 }, []string{"enable"}},
		"not to give": {func(v *MemberView) { v.Yours = false }, nil},
	} {
		html := page(c.change)
		for _, action := range []string{"link", "signout", "disable", "enable"} {
			wanted := strings.Contains(strings.Join(c.actions, " "), action)
			assert.Equal(t, wanted, strings.Contains(html, `data-action="`+action+`"`), "%s: %s", what, action)
		}
		assert.Equal(t, c.actions != nil, strings.Contains(html, `name="role"`), what)
	}
	assert.Contains(t, page(func(v *MemberView) { v.Member.Invited = true }), "New invitation link")
}

func TestFieldsAreDescribedByWhatIsThere(t *testing.T) {
	refers := regexp.MustCompile(`aria-describedby="([^"]*)"`)
	for _, faults := range [][]string{nil, {"name", "email", "role", "present", "password", "code"}} {
		problem := &inn.Error{Code: inn.Invalid, Text: "No."}
		for _, pointer := range faults {
			problem.Fields = append(problem.Fields, inn.FieldError{Field: pointer, Detail: "is wrong"})
		}
		for name, c := range map[string]templ.Component{
			"invitation": InvitePage(Invitation{New: true, Problem: problem}),
			"person":     TeamPage(pageFor(inn.Admin), Team{Form: MemberForm{Roles: inn.Roles, Problem: problem}}),
			"password":   passwordPanel(pageFor(inn.Staff), Account{Problem: problem}),
			"code":       codeField(codeForm("code-form", "Code", problem).field("code", ""), false),
			"set up":     SetupPage(Setup{Problem: problem}),
		} {
			html := render(t, c)
			for _, m := range refers.FindAllStringSubmatch(html, -1) {
				for id := range strings.FieldsSeq(m[1]) {
					assert.Contains(t, html, `id="`+id+`"`, name)
				}
			}
			assert.Equal(t, strings.Count(html, `class="wrong"`), strings.Count(html, "aria-invalid"), name)
		}
	}
}

func TestWhatCannotBeTakenBackIsAskedFirst(t *testing.T) {
	m := inn.Member{ID: 5, Name: "Meera", Role: inn.Staff}
	person := render(t, MemberPage(pageFor(inn.Admin), MemberView{TeamMember: TeamMember{Member: m, Yours: true}, Form: MemberForm{Roles: inn.Roles}, Sessions: 1, TwoStep: true}))
	keys := render(t, KeysPage(pageFor(inn.Admin), Keys{Keys: []inn.Key{{Name: "website"}}}))
	for action, c := range map[string]struct{ id, html string }{
		"signout": {"ask-signout-5", person}, "twostep": {"ask-twostep-5", person}, "disable": {"ask-disable-5", person},
		"revoke": {"ask-revoke-website", keys},
	} {
		asks := strings.Index(c.html, `popovertarget="`+c.id+`"`)
		asked := strings.Index(c.html, `id="`+c.id+`"`)
		does := strings.Index(c.html, `data-action="`+action+`"`)
		cancels := strings.LastIndex(c.html, `popovertarget="`+c.id+`" popovertargetaction="hide"`)
		assert.True(t, 0 < asks && asks < asked && asked < does && does < cancels, "%s: %d %d %d %d", action, asks, asked, does, cancels)
	}
}
