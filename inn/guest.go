package inn

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// ErasedGuest stands where the name of a guest stood who was erased.
const ErasedGuest = "Erased guest"

// Erased reports whether the booking's guest was.
func (b Booking) Erased() bool { return !b.ErasedAt.IsZero() }

// Erase gives the booking without its guest: no name, contacts or notes, and
// neither in what changed. A title that names the guest becomes the kind of
// booking. What the house sold, when and for how much stays.
func (b Booking) Erase(g Guest, at time.Time) Booking {
	b.Title = g.title(b)
	b.Customer, b.Email, b.Phone, b.Notes = ErasedGuest, "", "", ""
	b.Changed = slices.DeleteFunc(slices.Clone(b.Changed), func(c Change) bool {
		switch c.Field {
		case "customerName", "customerEmail", "customerPhone", "notes", "title":
			return true
		}
		return false
	})
	b.ErasedAt = at
	return b
}

// withoutGuest gives the change without what it says of the guest. A title may
// name them, and nobody knows any more whether it does.
func (c BookingChange) withoutGuest() BookingChange {
	none := Field[string]{}
	c.Customer, c.Email, c.Phone, c.Notes, c.Title = none, none, none, none, none
	return c
}

// SameGuest says by what two bookings seem to be of one guest: "name", "e-mail"
// or "phone", in this order of weight; "" when they do not. sure is false where
// something speaks against it: the same name with another address, or the same
// address with another name, as travel agents have.
func SameGuest(a, b Booking) (by string, sure bool) {
	name := fold(a.Customer) == fold(b.Customer)
	mail, mailDiffers := agree(strings.ToLower(a.Email), strings.ToLower(b.Email))
	phone, phoneDiffers := agree(digits(a.Phone), digits(b.Phone))
	switch {
	case a.Erased() || b.Erased():
		return "", false
	case name:
		return "name", mail || phone || !mailDiffers && !phoneDiffers
	case mail:
		return "e-mail", false
	case phone:
		return "phone", false
	}
	return "", false
}

func agree(a, b string) (same, differ bool) { return a != "" && a == b, a != "" && b != "" && a != b }

// fold makes two spellings of a name equal that differ in case and spaces only.
func fold(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }

func digits(phone string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, phone)
}

// FoundBy reports whether somebody who asks for a guest by these words means the
// booking's: its number, the e-mail address, the phone number, or all words in
// the name.
func (b Booking) FoundBy(words string) bool {
	asked := fold(words)
	if asked == "" || b.Erased() {
		return false
	}
	if asked == strings.ToLower(b.ID) || asked == strings.ToLower(b.Email) {
		return true
	}
	if d := digits(asked); len(d) >= leastPhone && strings.HasSuffix(digits(b.Phone), strings.TrimLeft(d, "0")) {
		return true
	}
	name := fold(b.Customer)
	for word := range strings.FieldsSeq(asked) {
		if !strings.Contains(name, word) {
			return false
		}
	}
	return true
}

// What is too short to be looked for in a text: "Al" and "12" are everywhere.
const (
	leastName  = 4 // letters
	leastPhone = 6 // digits
	leastWord  = 3 // of a name, in the titles of the guest's own bookings
)

// Guest is how a guest is recognised in texts: by the names, addresses and
// numbers that their bookings have or had.
type Guest struct {
	mentions []*regexp.Regexp
	words    map[string]bool // of the names
	known    map[string]bool // what the mentions were made of
}

// NewGuest makes a guest nobody knows anything of; Note adds what is known.
func NewGuest() Guest { return Guest{words: map[string]bool{}, known: map[string]bool{}} }

// Note adds what a state of one of the guest's bookings says of them.
func (g *Guest) Note(b Booking) {
	g.name(b.Customer)
	g.mail(b.Email)
	g.phone(b.Phone)
	for _, c := range b.Changed {
		for _, value := range []string{c.From, c.To} {
			switch c.Field {
			case "customerName":
				g.name(value)
			case "customerEmail":
				g.mail(value)
			case "customerPhone":
				g.phone(value)
			}
		}
	}
}

func (g *Guest) name(name string) {
	if name == ErasedGuest {
		return
	}
	parts := strings.Fields(name)
	for _, word := range wordsIn(name) {
		if utf8.RuneCountInString(word) >= leastWord {
			g.words[word] = true
		}
	}
	for i, part := range parts {
		parts[i] = regexp.QuoteMeta(part)
	}
	if utf8.RuneCountInString(name) >= leastName {
		g.mention(strings.Join(parts, `\s+`))
	}
}

func (g *Guest) mail(address string) {
	if strings.Contains(address, "@") || utf8.RuneCountInString(address) >= leastName {
		g.mention(regexp.QuoteMeta(address))
	}
}

// phone looks for the digits however they are grouped.
func (g *Guest) phone(number string) {
	if d := digits(number); len(d) >= leastPhone {
		g.mention(`\+?` + strings.Join(strings.Split(d, ""), `[\s().\-/]*`))
	}
	if utf8.RuneCountInString(number) >= leastName {
		g.mention(regexp.QuoteMeta(number))
	}
}

func (g *Guest) mention(pattern string) {
	if pattern == "" || g.known[pattern] {
		return
	}
	g.known[pattern] = true
	g.mentions = append(g.mentions, regexp.MustCompile(`(?i)`+pattern))
	// The longest first, lest "Asha Rao" leave the end of "Asha Rao-Menon" behind.
	slices.SortStableFunc(g.mentions, func(a, b *regexp.Regexp) int { return len(b.String()) - len(a.String()) })
}

// title gives the title of a booking of theirs, or what kind of booking it is
// when the title has a word of their name.
func (g Guest) title(b Booking) string {
	if g.names(b.Title) {
		return b.Category.title()
	}
	return b.Title
}

// names reports whether a text about the guest has a word of their name.
func (g Guest) names(text string) bool {
	return g.In(text) || slices.ContainsFunc(wordsIn(text), func(word string) bool { return g.words[word] })
}

// title is what a booking of the category is called when nothing better may be
// said.
func (c Category) title() string {
	switch c {
	case Car:
		return "Car"
	case Transfer:
		return "Transfer"
	case Tour:
		return "Tour"
	}
	return "Stay"
}

func wordsIn(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
}

// In reports whether a text mentions the guest.
func (g Guest) In(text string) bool { return g.Erase(text) != text }

// Erase gives a text with every mention of the guest taken out.
func (g Guest) Erase(text string) string {
	for _, mention := range g.mentions {
		text = eraseWords(mention, text)
	}
	return text
}

// eraseWords replaces what is found and stands by itself: "Rao" is not in
// "Raoul".
func eraseWords(mention *regexp.Regexp, text string) string {
	var out strings.Builder
	done := 0
	for _, at := range mention.FindAllStringIndex(text, -1) {
		before, _ := utf8.DecodeLastRuneInString(text[:at[0]])
		after, _ := utf8.DecodeRuneInString(text[at[1]:])
		if partOfWord(before) || partOfWord(after) {
			continue
		}
		out.WriteString(text[done:at[0]] + ErasedGuest)
		done = at[1]
	}
	if done == 0 {
		return text
	}
	return out.String() + text[done:]
}

func partOfWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r))
}

// EraseJSON gives a JSON value with every mention of the guest taken out of its
// texts; changed is false when there was none.
func (g Guest) EraseJSON(data []byte) (erased []byte, changed bool) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return data, false
	}
	value = g.eraseValue(value, &changed)
	if !changed {
		return data, false
	}
	erased, err := json.Marshal(value)
	if err != nil {
		return data, false // it was decoded from JSON
	}
	return erased, true
}

func (g Guest) eraseValue(value any, changed *bool) any {
	switch value := value.(type) {
	case string:
		erased := g.Erase(value)
		*changed = *changed || erased != value
		return erased
	case []any:
		for i := range value {
			value[i] = g.eraseValue(value[i], changed)
		}
	case map[string]any:
		whole := make(map[string]any, len(value))
		for name, one := range value {
			erased := g.Erase(name)
			*changed = *changed || erased != name
			whole[erased] = g.eraseValue(one, changed)
		}
		return whole
	}
	return value
}
