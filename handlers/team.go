package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"baithaka/internal/delivery"
	"baithaka/internal/inn"
	"baithaka/store"
	"baithaka/views"
)

// showTeam is "/team": the people of the house, and the form that invites one.
func (s *Site) showTeam(c echo.Context) error {
	return s.teamPage(c, http.StatusOK, views.Team{Form: views.MemberForm{Role: inn.Staff}})
}

// teamPage shows the team around a form as it was typed, or a link just made.
func (s *Site) teamPage(c echo.Context, status int, t views.Team) error {
	p, err := s.page(c, "Team", "/team")
	if err != nil {
		return err
	}
	p.Path, p.Scope = "/team", teamScope // the path also when this answers a form
	ctx := c.Request().Context()
	members, err := s.store.Members(ctx)
	if err != nil {
		return err
	}
	here := s.streams.Presence()
	theirs := make([][]string, len(members))
	for i, m := range members {
		t.People, theirs[i] = append(t.People, teamMember(p.Viewer, m, here)), m.Properties
	}
	if t.Form, err = s.memberForm(c, "/team", t.Form); err != nil {
		return err
	}
	if t.Properties, err = s.theirNames(c, theirs...); err != nil {
		return err
	}
	return s.render(c, status, views.TeamPage(p, t))
}

func teamMember(v inn.Viewer, m inn.Member, here delivery.Presence) views.TeamMember {
	_, onLine := here.People[m.ID]
	return views.TeamMember{Member: m, OnLine: onLine || m.ID == v.UserID, Yours: v.Role.MayGrant(m.Role), You: m.ID == v.UserID}
}

// memberForm completes a form, which is sent to a path, with what there is to
// choose from.
func (s *Site) memberForm(c echo.Context, path string, f views.MemberForm) (views.MemberForm, error) {
	v := viewer(c)
	for _, role := range inn.Roles {
		if v.Role.MayGrant(role) {
			f.Roles = append(f.Roles, role)
		}
	}
	var err error
	f.Properties, err = s.boxes(c.Request().Context(), v, path, f.Properties.Chosen, f.Properties.Words)
	return f, err
}

// inviteMember adds a person and shows the link that lets them in, once.
func (s *Site) inviteMember(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	typed := views.MemberForm{
		Name: form.Get("name"), Email: strings.TrimSpace(form.Get("email")), Role: inn.Role(form.Get("role")),
		Properties: views.PropertyBoxes{Chosen: tickedNow(form, nil), Words: form.Get(views.FieldFind)},
	}
	if looks(form) && isHTMX(c) {
		return s.showFound(c, "/team", views.TheirProperties, typed.Properties)
	} else if looks(form) {
		return s.teamPage(c, http.StatusOK, views.Team{Form: typed})
	}
	var link store.Link
	m, err := inn.Member{Name: typed.Name, Email: typed.Email, Role: typed.Role, Properties: typed.Properties.Chosen}.Checked()
	if err = bare(err, form, &typed); err == nil {
		link, err = s.store.Invite(c.Request().Context(), viewer(c), m)
	}
	if typed.Problem, err = refused(err); typed.Problem != nil {
		return s.refuseInvite(c, typed)
	}
	if err != nil {
		return err
	}
	made := s.oneTimeLink(c, link)
	if isHTMX(c) {
		return s.showOnce(c, views.LinkMadeOnce(made))
	}
	return s.teamPage(c, http.StatusOK, views.Team{Form: views.MemberForm{Role: inn.Staff}, Link: &made})
}

// refuseInvite shows the form that invites again, as it was sent.
func (s *Site) refuseInvite(c echo.Context, typed views.MemberForm) (err error) {
	status := answerTo(c, typed.Problem)
	if !isHTMX(c) {
		return s.teamPage(c, status, views.Team{Form: typed})
	}
	if typed, err = s.memberForm(c, "/team", typed); err != nil {
		return err
	}
	return s.render(c, status, views.InviteFormAgain(typed))
}

// bare asks once more whether somebody is meant to be without a property, whose
// role counts at properties only. It adds to what else is wrong with the form.
func bare(err error, form url.Values, typed *views.MemberForm) error {
	if !typed.Role.PerProperty() || len(typed.Properties.Chosen) > 0 || form.Get(views.FieldBare) != "" {
		return err
	}
	typed.Bare = true
	asks := inn.FieldError{Field: views.FieldTicked, Detail: "has nothing ticked, and without a property they see nothing: tick what is theirs, or say below that it is to be so for now"}
	var wrong []inn.FieldError
	if err != nil {
		wrong = asError(err).Fields
	}
	return inn.InvalidFields(append(wrong, asks))
}

// showOnce answers htmx with what nobody can be shown again, and makes the page
// read itself anew.
func (s *Site) showOnce(c echo.Context, component templ.Component) error {
	c.Response().Header().Set("HX-Trigger", peopleChanged)
	return s.render(c, http.StatusOK, component)
}

// peopleChanged is the name under which pages about people and keys, whose rows
// are on no stream, hear that they are to read themselves anew.
const peopleChanged = "people-changed"

// oneTimeLink returns a link as it is shown to who made it.
func (s *Site) oneTimeLink(c echo.Context, l store.Link) views.OneTimeLink {
	return views.OneTimeLink{
		Name: l.Member.Name, Invited: l.Member.Invited, URL: s.base(c) + views.PathInvite(l.Token),
		Until: l.Until, Zone: inn.Location(viewer(c).Zone),
	}
}

// base is how browsers reach this server.
func (s *Site) base(c echo.Context) string {
	if u := s.config.PublicURL; u != nil {
		return u.Scheme + "://" + u.Host
	}
	if s.overTLS(c.Request()) {
		return "https://" + c.Request().Host
	}
	return "http://" + c.Request().Host
}

// showMember is "/team/{id}".
func (s *Site) showMember(c echo.Context) error {
	id, err := memberID(c)
	if err != nil {
		return err
	}
	return s.memberPage(c, http.StatusOK, id, nil, nil)
}

func memberID(c echo.Context) (int64, error) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return 0, inn.NoSuch("person")
	}
	return id, nil
}

// memberPage shows a person, with the form as it was typed if it was, and a link
// just made if one was.
func (s *Site) memberPage(c echo.Context, status int, id int64, typed *views.MemberForm, link *views.OneTimeLink) error {
	p, err := s.page(c, "Person", "/team")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	m, err := s.store.Member(ctx, id)
	if err != nil {
		return err
	}
	p.Title, p.Path, p.Scope = m.Name, "/team/"+strconv.FormatInt(id, 10), teamScope
	v := views.MemberView{TeamMember: teamMember(p.Viewer, m, s.streams.Presence()), Link: link}
	if typed == nil {
		typed = &views.MemberForm{Role: m.Role, Properties: views.PropertyBoxes{Chosen: m.Properties}}
	}
	if v.Form, err = s.memberForm(c, p.Path, *typed); err != nil {
		return err
	}
	if v.Properties, err = s.theirNames(c, m.Properties); err != nil {
		return err
	}
	if v.Sessions, err = s.store.SignedIn(ctx, id); err != nil {
		return err
	}
	two, err := s.store.TwoStep(ctx, id, 0)
	if err != nil {
		return err
	}
	v.TwoStep = two.On()
	keys, err := s.store.Keys(ctx)
	if err != nil {
		return err
	}
	v.Keys = len(slices.DeleteFunc(keys, func(k inn.Key) bool { return k.Owner == nil || k.Owner.ID != id || k.Revoked }))
	v.Activity, err = s.store.Activity(ctx, p.Viewer, store.AuditFilter{Actor: string(inn.UserTopic(id)), Limit: listShown})
	if err != nil {
		return err
	}
	v.Activity = redactedEvents(p.Viewer, v.Activity)
	return s.render(c, status, views.MemberPage(p, v))
}

// changeMember sets a person's role and properties.
func (s *Site) changeMember(c echo.Context) error {
	id, err := memberID(c)
	if err != nil {
		return err
	}
	form, err := formOf(c)
	if err != nil {
		return err
	}
	m, err := s.store.Member(c.Request().Context(), id)
	if err != nil {
		return err
	}
	typed := views.MemberForm{
		Role: inn.Role(form.Get("role")), Properties: views.PropertyBoxes{Chosen: tickedNow(form, m.Properties), Words: form.Get(views.FieldFind)},
	}
	if looks(form) && isHTMX(c) {
		return s.showFound(c, "/team/"+strconv.FormatInt(id, 10), views.TheirProperties, typed.Properties)
	} else if looks(form) {
		return s.memberPage(c, http.StatusOK, id, &typed, nil)
	}
	// Who may not do it is told so, and asked nothing about it.
	if by := viewer(c).Role; by.MayGrant(m.Role) && by.MayGrant(typed.Role) {
		err = bare(nil, form, &typed)
	}
	if err == nil {
		err = s.store.ChangeMember(c.Request().Context(), viewer(c), id, typed.Role, typed.Properties.Chosen)
	}
	if typed.Problem, err = refused(err); typed.Problem != nil {
		return s.refuseMember(c, id, typed)
	}
	if err != nil {
		return err
	}
	return memberDone(c, id)
}

// refuseMember shows the form of a person again, as it was sent.
func (s *Site) refuseMember(c echo.Context, id int64, typed views.MemberForm) (err error) {
	status, path := answerTo(c, typed.Problem), "/team/"+strconv.FormatInt(id, 10)
	if !isHTMX(c) {
		return s.memberPage(c, status, id, &typed, nil)
	}
	if typed, err = s.memberForm(c, path, typed); err != nil {
		return err
	}
	return s.render(c, status, views.MemberFormAgain(id, typed))
}

// memberDone answers a change of a person: their page reads itself anew.
func memberDone(c echo.Context, id int64) error {
	c.Response().Header().Set("HX-Trigger", peopleChanged)
	return done(c, "/team/"+strconv.FormatInt(id, 10))
}

// disableMember bars a person.
func (s *Site) disableMember(c echo.Context) error { return s.setDisabled(c, true) }

// enableMember lets them in again.
func (s *Site) enableMember(c echo.Context) error { return s.setDisabled(c, false) }

func (s *Site) setDisabled(c echo.Context, disabled bool) error {
	id, err := memberID(c)
	if err != nil {
		return err
	}
	if err := s.store.DisableMember(c.Request().Context(), viewer(c), id, disabled); err != nil {
		return err
	}
	return memberDone(c, id)
}

// signOutMember ends every session of a person.
func (s *Site) signOutMember(c echo.Context) error {
	id, err := memberID(c)
	if err != nil {
		return err
	}
	if err := s.store.SignOutEverywhere(c.Request().Context(), viewer(c), id); err != nil {
		return err
	}
	return memberDone(c, id)
}

// makeLink makes a one-time link for a person and shows it, once.
func (s *Site) makeLink(c echo.Context) error {
	id, err := memberID(c)
	if err != nil {
		return err
	}
	link, err := s.store.MakeLink(c.Request().Context(), viewer(c), id)
	if err != nil {
		return err
	}
	made := s.oneTimeLink(c, link)
	if isHTMX(c) {
		return s.showOnce(c, views.LinkMadeOnce(made))
	}
	return s.memberPage(c, http.StatusOK, id, nil, &made)
}
