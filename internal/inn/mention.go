package inn

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"
)

// mentions finds names and e-mail addresses in texts: all of them in one walk, so
// that a text costs its length however many names there are. They stand in a tree
// of letters, without what parts their words, since that is what spellings differ
// in most.
type mentions struct {
	next  map[step]int32
	ends  map[int32]*sayings
	nodes int32
}

type step struct {
	node   int32
	letter rune
}

// sayings are what ends at one place of the tree: names and addresses that have
// the same letters.
type sayings struct {
	names []saying
	mails map[string]bool // folded
}

// saying is a name: where between its letters there must be an end of a word, and
// whether it may as well be a word of the language.
type saying struct {
	name     string
	key      string
	parts    []int
	ordinary bool
}

// mostSayings is how many ways to part the same letters into names are told apart.
const mostSayings = 8

func newMentions() mentions {
	return mentions{next: map[step]int32{}, ends: map[int32]*sayings{}}
}

func (m *mentions) end(key string) *sayings {
	node := int32(0)
	for _, letter := range key {
		at := step{node, letter}
		next, known := m.next[at]
		if !known {
			m.nodes++
			next = m.nodes
			m.next[at] = next
		}
		node = next
	}
	if m.ends[node] == nil {
		m.ends[node] = &sayings{mails: map[string]bool{}}
	}
	return m.ends[node]
}

func (m *mentions) name(name string, ordinary bool) {
	one := saying{name: name, key: NameKey(name), ordinary: ordinary}
	letters := 0
	for i, word := range Words(name) {
		if i > 0 && word.Spaced {
			one.parts = append(one.parts, letters)
		}
		letters += utf8.RuneCountInString(word.Text)
	}
	end := m.end(one.key)
	same := func(other saying) bool { return other.ordinary == ordinary && slices.Equal(other.parts, one.parts) }
	if len(end.names) < mostSayings && !slices.ContainsFunc(end.names, same) {
		end.names = append(end.names, one)
	}
}

func (m *mentions) mail(folded string) { m.end(NameKey(folded)).mails[folded] = true }

// mention is where a text says a name or an address.
type mention struct {
	from, to int
	names    []string // those that may be something else; none for what is certain
}

// find returns the mentions in a text, the longest from each place on and none that
// overlap. Names that may be something else count when doubtful is set; those that
// were ticked are certain.
func (m *mentions) find(text string, ticked map[string]bool, doubtful bool) (all []mention) {
	if len(m.ends) == 0 {
		return nil
	}
	words := Words(text)
	for w, p := 0, 0; w < len(words); {
		if best, endW, endP := m.from(text, words, w, p, ticked, doubtful); best.to > 0 {
			all = append(all, best)
			w, p = endW, endP
		} else {
			p++
		}
		if p >= len(words[w].pieces) || !words[w].Dense && p > 0 {
			w, p = w+1, 0
		}
	}
	return all
}

// from returns the longest mention that begins with a piece of a word, and the piece
// behind its last.
func (m *mentions) from(text string, words []Word, w, p int, ticked map[string]bool, doubtful bool) (best mention, endW, endP int) {
	node, letters := int32(0), 0
	begin := words[w].pieces[p].from
	var parts []int // where words have ended, in letters
	address := false
	for ; w < len(words); w, p = w+1, 0 {
		word := &words[w]
		rest := word.Text
		for skipped := 0; skipped < p; skipped++ {
			for range word.pieces[skipped].letters {
				_, size := utf8.DecodeRuneInString(rest)
				rest = rest[size:]
			}
		}
		for ; p < len(word.pieces); p++ {
			for range word.pieces[p].letters {
				letter, size := utf8.DecodeRuneInString(rest)
				next, known := m.next[step{node, letter}]
				if !known {
					return best, endW, endP
				}
				node, rest, letters = next, rest[size:], letters+1
			}
			if p+1 < len(word.pieces) && !word.Dense {
				continue // within a word
			}
			if end := m.ends[node]; end != nil {
				if one, is := end.of(text, begin, word.pieces[p].to, parts, address, ticked, doubtful); is {
					best, endW, endP = one, w, p+1
				}
			}
		}
		if w+1 == len(words) {
			break
		}
		between := text[word.pieces[len(word.pieces)-1].to:words[w+1].pieces[0].from]
		if len(between) > mostBetween {
			break
		}
		address = address || strings.ContainsAny(between, "@＠")
		parts = append(parts, letters)
	}
	return best, endW, endP
}

// mostBetween is how far apart the words of a name may stand, in bytes.
const mostBetween = 12

// of tells what of the sayings the text from one place to another is. A name does
// not reach over the @ of an address.
func (s *sayings) of(text string, from, to int, parts []int, address bool, ticked map[string]bool, doubtful bool) (one mention, is bool) {
	one = mention{from: from, to: to}
	if len(s.mails) > 0 && s.mails[Fold(text[from:to])] && !addressGoesOn(text, from, to) {
		return one, true
	}
	for _, saying := range s.names {
		if address || slices.ContainsFunc(saying.parts, func(at int) bool { return !slices.Contains(parts, at) }) {
			continue
		}
		if !saying.ordinary || ticked[saying.key] {
			one.names = nil
			return one, true
		}
		if doubtful {
			one.names, is = append(one.names, saying.name), true
		}
	}
	return one, is
}

// addressGoesOn reports whether an address is a part of another: "jo.asha@rao.test"
// is not asha's.
func addressGoesOn(text string, from, to int) bool {
	if from > 0 && strings.IndexByte(".+%-_", text[from-1]) >= 0 {
		return true
	}
	if to+1 < len(text) && strings.IndexByte(".-@", text[to]) >= 0 {
		next, _ := utf8.DecodeRuneInString(text[to+1:])
		folded := Fold(string(next))
		return folded != "" && inWord(firstOf(folded))
	}
	return false
}

func (m *mentions) doubtful(text string, ticked map[string]bool) (names []string) {
	for _, one := range m.find(text, ticked, true) {
		names = append(names, one.names...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// In reports whether a text certainly mentions the guest.
func (g *Guest) In(text string) bool { return g.Erase(text) != text }

// Erase returns a text with every certain mention of the guest taken out.
func (g *Guest) Erase(text string) string {
	if text == "" {
		return text
	}
	found := g.said.find(text, g.ticked, false)
	g.phones.find(text, func(from, to int) { found = append(found, mention{from: from, to: to}) })
	if len(found) == 0 {
		return text
	}
	slices.SortFunc(found, func(a, b mention) int { return a.from - b.from })
	var out strings.Builder
	done := 0
	for _, one := range found {
		if one.from < done {
			done = max(done, one.to)
			continue
		}
		out.WriteString(text[done:one.from] + ErasedGuest)
		done = one.to
	}
	return out.String() + text[done:]
}

// EraseJSON returns a JSON value with every mention of the guest taken out of its
// texts, names and numbers; changed is false when there was none.
func (g *Guest) EraseJSON(data []byte) (erased []byte, changed bool) {
	value, err := decoded(data)
	if err != nil {
		return data, false
	}
	value = g.eraseValue(value, &changed)
	if !changed {
		return data, false
	}
	erased, err = json.Marshal(value)
	if err != nil {
		return data, false // it was decoded from JSON
	}
	return erased, true
}

func decoded(data []byte) (value any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	err = decoder.Decode(&value)
	return value, err
}

func (g *Guest) eraseValue(value any, changed *bool) any {
	erase := func(text string) string {
		erased := g.Erase(text)
		*changed = *changed || erased != text
		return erased
	}
	switch value := value.(type) {
	case string:
		return erase(value)
	case json.Number: // a phone number may be one
		if len(value) >= leastPhone {
			if erased := erase(value.String()); erased != value.String() {
				return erased
			}
		}
	case []any:
		for i := range value {
			value[i] = g.eraseValue(value[i], changed)
		}
	case map[string]any:
		whole := make(map[string]any, len(value))
		for name, one := range value {
			whole[erase(name)] = g.eraseValue(one, changed)
		}
		return whole
	}
	return value
}

// DoubtfulJSON is Doubtful for all texts of a JSON value.
func (g *Guest) DoubtfulJSON(data []byte) (names []string) {
	value, err := decoded(data)
	if err != nil {
		return nil
	}
	var look func(any)
	look = func(value any) {
		switch value := value.(type) {
		case string:
			names = append(names, g.Doubtful(value)...)
		case []any:
			for _, one := range value {
				look(one)
			}
		case map[string]any:
			for name, one := range value {
				look(name)
				look(one)
			}
		}
	}
	look(value)
	slices.Sort(names)
	return slices.Compact(names)
}
