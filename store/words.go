package store

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"baithaka/inn"
)

// wordsIn takes a text apart into words, folded so that case and accents do not
// matter. The index and who asks it take texts apart alike.
func wordsIn(text string) []string {
	return strings.FieldsFunc(folded(text), func(r rune) bool { return !inWord(r) })
}

// folded writes a text in lower case and without the accents of European
// scripts. The vowel signs of Indian scripts are part of their words and stay.
func folded(text string) string {
	if !isASCII(text) {
		text = strings.Map(func(r rune) rune {
			if r >= 0x300 && r <= 0x36f { // combining diacritical marks
				return -1
			}
			return r
		}, norm.NFD.String(text))
		text = norm.NFC.String(text)
	}
	return strings.ToLower(text)
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// inWord says what words are made of, as the index's tokenizer does.
func inWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return unicode.In(r, unicode.L, unicode.N, unicode.Co, unicode.Mn, unicode.Mc)
}

// startLetters are the lengths of the beginnings of words that are terms of the
// index. Longer ones are looked up among the words there are; a single letter is
// no beginning.
const startShort, startLong = 2, 3

// start gives the first letters of a word; "" when it has fewer.
func start(word string, letters int) string {
	for i := range word {
		if letters == 0 {
			return word[:i]
		}
		letters--
	}
	if letters > 0 {
		return ""
	}
	return word
}

// startsOf gives the terms for the beginnings of words.
func startsOf(words []string) []string {
	var all []string
	for _, w := range words {
		for letters := startShort; letters <= startLong; letters++ {
			if s := start(w, letters); s != "" {
				all = append(all, s)
			}
		}
	}
	return distinct(all)
}

func distinct(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}

// mostWords is how many words of a search are looked at.
const mostWords = 8

// sought is one word of a search. A typed word may hold several, as "o'brien"
// does; only the end of what was typed may go on.
type sought struct {
	word  string
	whole bool
}

// soughtIn takes apart what somebody typed.
func soughtIn(typed string) (all []sought) {
	for field := range strings.FieldsSeq(inn.CleanText(typed, false)) {
		words := wordsIn(field)
		for i, w := range words {
			all = append(all, sought{w, i < len(words)-1 || utf8.RuneCountInString(w) < startShort})
		}
	}
	return all[:min(len(all), mostWords)]
}

// in reports whether a word among some is the one that is sought.
func (s sought) in(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return w == s.word || !s.whole && strings.HasPrefix(w, s.word) })
}
