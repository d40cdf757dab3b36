package store

import (
	"bytes"

	"baithaka/internal/inn"
)

// Proof is what a person has proved of who they are, as it was compared: that
// took a while, and counts in a transaction only while it is still so there.
type Proof struct {
	inn.Member
	password string // the stored hash of the password that was right; "" when none was asked for
	waiting  string // the hashed token of the session that waited for a code; it ends with the password it stands for
	secret   []byte // of the second step whose code was right; nil when none was asked for
}

// After returns the proof of a code together with the session that waited for it,
// given by its hashed token, in whose place a password was right.
func (p Proof) After(waiting string) Proof {
	p.waiting = waiting
	return p
}

// errProofGone is the answer to who signed in with what is not so any more.
var errProofGone = inn.E(inn.Unauthenticated, "Your password or your two-step sign-in was changed while you signed in. Sign in again.")

// passwordStands reports whether the password that was right still is, and its
// person may still sign in.
func (t *tx) passwordStands(p Proof) (stands bool, err error) {
	_, err = t.row(`SELECT EXISTS (SELECT 1 FROM users WHERE id = $1 AND disabled = 0 AND password = $2 AND password <> '')`,
		[]any{p.ID, p.password}, &stands)
	return stands, err
}

// waitingStands reports whether the session that waited for a code still does.
func (t *tx) waitingStands(p Proof) (stands bool, err error) {
	_, err = t.row(`SELECT EXISTS (SELECT 1 FROM sessions WHERE token = $3 AND pending = $4 AND `+living+`)`,
		append(alive(t.now), p.waiting, p.ID), &stands)
	return stands, err
}

// codeStands reports whether the code that was right is one of the second step as
// it is now; without a second step none is asked for.
func (t *tx) codeStands(p Proof) (stands bool, err error) {
	var secret []byte
	on, err := t.row(`SELECT secret FROM two_step WHERE person = $1 AND confirmed_at > 0`, []any{p.ID}, &secret)
	return !on || bytes.Equal(secret, p.secret), err
}

// letsIn reports whether a proof is enough for a session: a password, and a code
// where one is asked for.
func (t *tx) letsIn(p Proof) (bool, error) {
	stands, err := t.passwordStands(p)
	if p.waiting != "" {
		stands, err = t.waitingStands(p)
	}
	if err != nil || !stands {
		return false, err
	}
	return t.codeStands(p)
}

// knowsPassword refuses a change for which the password was asked once more, when
// the one that was right has been changed meanwhile.
func (t *tx) knowsPassword(by inn.Viewer, p Proof) error {
	stands, err := t.passwordStands(p)
	if err == nil && (!stands || p.ID != by.UserID) {
		err = inn.InvalidFields([]inn.FieldError{{Field: "present", Detail: "must be the password you have now; it was changed meanwhile"}})
	}
	return err
}

// hasCode is the same for a code of the second step.
func (t *tx) hasCode(by inn.Viewer, p Proof) error {
	stands, err := t.codeStands(p)
	if err == nil && (!stands || p.ID != by.UserID) {
		err = inn.InvalidFields([]inn.FieldError{{Field: "code", Detail: "must be one of your two-step sign-in as it is now; it was set up anew meanwhile"}})
	}
	return err
}
