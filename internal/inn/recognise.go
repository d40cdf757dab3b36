package inn

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Recogniser is one thing that a guest is recognised by.
type Recogniser struct{ Kind, Value string }

// The kinds of recognisers. A ticked name is one that may be a word of the
// language, and that somebody has looked at and said to be the guest's wherever it
// stands.
const (
	ByName   = "name"
	ByMail   = "e-mail"
	ByPhone  = "phone"
	ByTicked = "ticked"
)

// Guest is how a guest is recognised in texts: by the names, addresses and
// numbers that their bookings have or had.
type Guest struct {
	known  map[Recogniser]bool
	names  map[string]bool // their keys
	words  map[string]bool // of the names, for titles of the guest's own bookings
	said   mentions        // names and addresses
	phones phones
	ticked map[string]bool // keys of names
}

// NewGuest makes a guest nobody knows anything of; Note and Know add what is
// known.
func NewGuest() *Guest {
	return &Guest{known: map[Recogniser]bool{}, names: map[string]bool{}, words: map[string]bool{}, said: newMentions(), ticked: map[string]bool{}}
}

// Note adds what a state of one of the guest's bookings says of them, and gives
// what of that was not known.
func (g *Guest) Note(b Booking) (learned []Recogniser) {
	add := func(kind, value string) {
		if r := (Recogniser{kind, value}); g.Know(r) {
			learned = append(learned, r)
		}
	}
	add(ByName, b.Customer)
	add(ByMail, b.Email)
	add(ByPhone, b.Phone)
	for _, c := range b.Changed {
		for _, value := range []string{c.From, c.To} {
			switch c.Field {
			case "customerName":
				add(ByName, value)
			case "customerEmail":
				add(ByMail, value)
			case "customerPhone":
				add(ByPhone, value)
			}
		}
	}
	return learned
}

// Know adds a recogniser; false says that it was known, or is none.
func (g *Guest) Know(r Recogniser) bool {
	if r.Value == "" || r.Kind == ByName && r.Value == ErasedGuest || g.known[r] {
		return false
	}
	g.known[r] = true
	switch r.Kind {
	case ByName:
		g.name(r.Value)
	case ByMail:
		if mail := mailKey(r.Value); mail != "" {
			g.said.mail(mail)
		}
	case ByPhone:
		if key := phoneKey(r.Value); len(key) >= leastPhone {
			g.phones.add(key)
		}
	case ByTicked:
		g.ticked[NameKey(r.Value)] = true
	}
	return true
}

// Known returns all recognisers, in an order that stays.
func (g *Guest) Known() []Recogniser {
	all := make([]Recogniser, 0, len(g.known))
	for r := range g.known {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b Recogniser) int {
		return strings.Compare(a.Kind+"\x00"+a.Value, b.Kind+"\x00"+b.Value)
	})
	return all
}

// leastWord is how many letters a word of a name needs to be looked for in titles
// of the guest's own bookings, unless it is all of the name.
const leastWord = 3

func (g *Guest) name(name string) {
	key := NameKey(name)
	if key == "" {
		return
	}
	g.names[key] = true
	if !isPlaceholder(name) {
		for _, word := range namingWords(name) {
			if utf8.RuneCountInString(word) >= leastWord || word == key || dense(firstOf(word)) {
				g.words[word] = true
			}
		}
	}
	if !tooShort(name) {
		g.said.name(name, isOrdinary(name))
		if other := turned(name); other != name {
			g.said.name(other, false)
		}
	}
}

func firstOf(word string) rune {
	r, _ := utf8.DecodeRuneInString(word)
	return r
}

// namingWords returns the words of a name or title; of those that no space parts also
// each run as one, "oconnor" and "annemarie"; and of a script without spaces every
// two letters that stand together.
func namingWords(text string) (all []string) {
	words := Words(text)
	for i, word := range words {
		if runes := []rune(word.Text); word.Dense && len(runes) > 1 {
			for at := range runes[1:] {
				all = append(all, string(runes[at:at+2]))
			}
		} else {
			all = append(all, word.Text)
		}
		joined := word.Text
		for n := i + 1; n < len(words) && n-i < mostRun && !words[n].Spaced; n++ {
			joined += words[n].Text
			all = append(all, joined)
		}
	}
	return all
}

// mostRun is how many words are read as one.
const mostRun = 8

// Named reports whether a text of the guest's own, a title or a source, names
// them: one word is enough.
func (g *Guest) Named(text string) bool {
	return text != "" && g.In(text) || slices.ContainsFunc(namingWords(text), func(word string) bool { return g.words[word] })
}

// hasName reports whether a name is one of the guest's.
func (g *Guest) hasName(name string) bool {
	return g.names[NameKey(name)] || g.names[NameKey(turned(name))]
}

// without returns an identifier, or nothing when it mentions the guest: half an
// identifier is none.
func (g *Guest) without(id string) string {
	if g.In(id) {
		return ""
	}
	return id
}

// Doubtful returns the names by which a text may mention the guest, or may mean
// something else: one word such as Sunny, or a placeholder such as Reserved. They
// are left as they are unless somebody ticks them.
func (g *Guest) Doubtful(text string) []string { return g.said.doubtful(text, g.ticked) }
