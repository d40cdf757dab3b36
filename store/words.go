package store

import (
	"slices"
	"strings"
	"unicode/utf8"

	"baithaka/internal/inn"
)

// fields takes a text apart into words, folded, and returns those together that no
// space parts: "anne" and "marie" of Anne-Marie. The index and who asks it take
// texts apart alike.
func fields(text string) (all [][]inn.Word) {
	for _, word := range inn.Words(text) {
		if word.Spaced || len(all) == 0 {
			all = append(all, nil)
		}
		all[len(all)-1] = append(all[len(all)-1], word)
	}
	return all
}

// joined returns the words of a field as one.
func joined(field []inn.Word) string {
	var b strings.Builder
	for _, word := range field {
		b.WriteString(word.Text)
	}
	return b.String()
}

// mostJoined is how many words of a field, from each of them to its end, are also
// one: "annemarie", "bk1003".
const mostJoined = 8

// denseLong is how many letters are a term of the index where a script has no
// spaces: there a word may begin at every letter.
const denseLong = 8

// wordsIn returns the words a text is found by.
func wordsIn(text string) (all []string) {
	for _, field := range fields(text) {
		for i, word := range field {
			if rest := len(field) - i; 1 < rest && rest <= mostJoined {
				all = append(all, joined(field[i:]))
			}
			if !word.Dense {
				all = append(all, word.Text)
				continue
			}
			for at := range word.Text {
				all = append(all, letters(word.Text[at:], denseLong))
			}
		}
	}
	return all
}

// startShort to startLong are the lengths of the beginnings of words that are terms of the
// index. Longer ones are looked up among the words there are; a single letter is
// no beginning, but in a script where one may be all of a name.
const startShort, startLong = 2, 3

// letters returns the first letters of a word, or all of it when it has fewer.
func letters(word string, n int) string {
	for i := range word {
		if n == 0 {
			return word[:i]
		}
		n--
	}
	return word
}

// startsOf returns the terms for the beginnings of words.
func startsOf(words []string) []string {
	var all []string
	for _, w := range words {
		length, first := utf8.RuneCountInString(w), startShort
		if inn.IsDense(w) {
			first = 1
		}
		for n := first; n <= min(startLong, length); n++ {
			all = append(all, letters(w, n))
		}
	}
	return distinct(all)
}

func distinct(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}

// mostWords is how many words of a search are looked at, and how many parts of
// each.
const mostWords = 8

// sought is one word of a search. A typed word may hold several, as "o'brien" and
// "bk-1003" do: then it is found as one word, or by all of its parts.
type sought struct {
	parts  []soughtPart
	joined string // "" for a word of one part
}

// soughtPart is what one word of a text has to be, or to begin with: only the end
// of what was typed may go on.
type soughtPart struct {
	word  string
	whole bool
}

// soughtIn takes apart what somebody typed.
func soughtIn(typed string) (all []sought) {
	for _, field := range fields(inn.CleanText(typed, false)) {
		var one sought
		for i, word := range field {
			for rest := word.Text; rest != ""; {
				part := soughtPart{rest, !word.Dense && (i < len(field)-1 || utf8.RuneCountInString(rest) < startShort)}
				if word.Dense {
					part.word = letters(rest, denseLong)
				}
				one.parts, rest = append(one.parts, part), rest[len(part.word):]
			}
		}
		if len(field) > 1 {
			one.joined = joined(field)
		}
		one.parts = one.parts[:min(len(one.parts), mostWords)]
		all = append(all, one)
	}
	return all[:min(len(all), mostWords)]
}

// in reports whether a word among some is the one that is sought.
func (s sought) in(words []string) bool {
	if s.joined != "" && (soughtPart{word: s.joined}).in(words) {
		return true
	}
	return !slices.ContainsFunc(s.parts, func(p soughtPart) bool { return !p.in(words) })
}

func (p soughtPart) in(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return w == p.word || !p.whole && strings.HasPrefix(w, p.word) })
}
