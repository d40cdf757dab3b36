package credential

import (
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

// whatIsKnown returns what a stranger would try for a person: their address, its
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
