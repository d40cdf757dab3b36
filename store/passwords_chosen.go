package store

import (
	"context"
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"baithaka/internal/inn"
)

// The 10,000 most common passwords of at least eight characters, sorted and in
// lower case. Where they come from: common_passwords.LICENSE.
//
//go:embed common_passwords.txt
var commonPasswords string

var commonList = sync.OnceValue(func() []string { return strings.Fields(commonPasswords) })

// product is the name that whoever guesses here tries first.
const product = "baithaka"

// CheckChosen refuses a password that its person should not have, as NIST
// 800-63B-4 asks: too short, among the most common, or little more than what
// everybody knows of them. Which kinds of characters it is made of is nobody's
// business.
func CheckChosen(password string, m inn.Member) error {
	if err := CheckPassword(password); err != nil {
		return err
	}
	plain := strings.ToLower(composed(password))
	if _, common := slices.BinarySearch(commonList(), plain); common {
		return unfit("must not be one of the most common, which are the first to be tried; three words that do not belong together are good")
	}
	for _, known := range whatIsKnown(m) {
		if rest := strings.ReplaceAll(plain, known, ""); rest != plain && little(rest) {
			return unfit("must be more than your name, your address or the name of this program with a little around it; choose what nobody knows of you")
		}
	}
	return nil
}

// whatIsKnown gives what a stranger would try for a person: their address, its
// parts, their name, its parts, and the product.
func whatIsKnown(m inn.Member) []string {
	email, name := strings.ToLower(m.Email), strings.ToLower(m.Name)
	local, domain, _ := strings.Cut(email, "@")
	known := []string{email, local, domain, name, strings.Join(strings.Fields(name), ""), product}
	known = append(known, strings.Fields(name)...)
	return slices.DeleteFunc(known, func(s string) bool { return utf8.RuneCountInString(s) < 4 })
}

// little reports whether what stands around something known adds next to nothing:
// digits and signs, and fewer than four letters.
func little(rest string) bool {
	letters := 0
	for _, r := range rest {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	return letters < 4
}

// ChangePassword gives a person the password they chose, if the one they proved to
// know is still theirs. The session in which
// they did so goes on under another token, given hashed; all others end, and so
// does a link that was made for them.
func (s *Store) ChangePassword(ctx context.Context, by inn.Viewer, present Proof, password string, token string) error {
	m, err := s.Member(ctx, by.UserID)
	if err != nil {
		return err
	}
	if err := CheckChosen(password, m); err != nil {
		return err
	}
	hash, err := s.hashPassword(ctx, password)
	if err != nil {
		return err
	}
	return s.act(ctx, by, inn.Own, func(t *tx, by inn.Viewer) error {
		if err := t.knowsPassword(by, present); err != nil {
			return err
		}
		m, err := t.theirs(by, by.UserID)
		if err != nil {
			return err
		}
		if err := t.setMember(`UPDATE users SET password = $2 WHERE id = $1`, m.ID, hash); err != nil {
			return err
		}
		if _, err := t.endOthers(m.ID, by.Session); err != nil {
			return err
		}
		if err := t.exec(`UPDATE sessions SET token = $2, renewal = '', previous = '' WHERE id = $1 AND ended = 0`, by.Session, token); err != nil {
			return err
		}
		if err := t.voidLink(m.ID); err != nil {
			return err
		}
		return t.audit(by, aboutMember(inn.PasswordChanged, m, ""))
	})
}
