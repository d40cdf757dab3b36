package inn

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold writes a text so that two spellings of it are equal which people take for
// the same: in any case, composed or not, full or half width, with or without
// accents, with the letters of another keyboard (ł and l, ø and o, ß and ss), with
// any apostrophe. It is the one folding there is: the search, the register of
// guests, erasure and the counting of customers all compare by it, so that what
// one of them finds the others know.
//
// The vowel signs of Indian scripts are part of their words and stay: राम is not
// रीमा. So do the voicing marks of Japanese.
func Fold(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	eachFolded(text, func(folded string, _, _ int) { b.WriteString(folded) })
	return b.String()
}

// eachFolded folds a text piece by piece and says from where to where in the text
// each piece stood: a letter with all that is written over and under it. A piece
// may fold to several letters, or to nothing.
func eachFolded(text string, do func(folded string, from, to int)) {
	for at := 0; at < len(text); {
		if c := text[at]; c < utf8.RuneSelf && (at+1 == len(text) || text[at+1] < utf8.RuneSelf) {
			do(foldASCII[c:c+1], at, at+1)
			at++
			continue
		}
		length := norm.NFKD.NextBoundaryInString(text[at:], true)
		if length <= 0 {
			length = len(text) - at
		}
		do(foldPiece(text[at:at+length]), at, at+length)
		at += length
	}
}

// foldASCII holds at the place of every ASCII character what it folds to, to cut
// pieces from.
var foldASCII = func() string {
	var all [utf8.RuneSelf]byte
	for i := range all {
		all[i] = byte(unicode.ToLower(rune(i)))
	}
	all['`'] = '\''
	return string(all[:])
}()

func foldPiece(piece string) string {
	if r, size := utf8.DecodeRuneInString(piece); size == len(piece) && apostrophe(r) {
		return "'"
	}
	var b strings.Builder
	for _, r := range cases.Fold().String(norm.NFKD.String(piece)) {
		switch {
		case apostrophe(r):
			b.WriteByte('\'')
		case unicode.Is(unwritten, r):
		case unicode.IsDigit(r):
			b.WriteByte('0' + digit(r))
		default:
			if other, ok := letters[r]; ok {
				b.WriteString(other)
			} else {
				b.WriteRune(r)
			}
		}
	}
	return norm.NFC.String(b.String())
}

// apostrophe reports whether a character is typed where a name has an apostrophe:
// O'Connor, O’Connor, Oʼconnor.
func apostrophe(r rune) bool {
	switch r {
	case '\'', '`', '´', '‘', '’', '‛', '′', 'ʹ', 'ʻ', 'ʼ', 'ʽ', 'ʾ', 'ʿ', 'ˈ', '׳', '＇':
		return true
	}
	return false
}

// digit returns the value of a decimal digit of any script. Their ranges are whole
// tens.
func digit(r rune) byte {
	for _, in := range unicode.Nd.R16 {
		if rune(in.Lo) <= r && r <= rune(in.Hi) {
			return byte((r - rune(in.Lo)) % 10)
		}
	}
	for _, in := range unicode.Nd.R32 {
		if rune(in.Lo) <= r && r <= rune(in.Hi) {
			return byte((r - rune(in.Lo)) % 10)
		}
	}
	return 0
}

// unwritten are the characters that people leave out as often as not, or that
// cannot be seen: accents of European scripts, vowel points of Arabic and Hebrew,
// hamza over a letter and tatweel, nuktas, joiners, soft hyphens, selectors.
var unwritten = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x00AD, 0x00AD, 1},                                                                                     // soft hyphen
		{0x0300, 0x036F, 1},                                                                                     // combining diacritical marks
		{0x0591, 0x05BD, 1}, {0x05BF, 0x05BF, 1}, {0x05C1, 0x05C2, 1}, {0x05C4, 0x05C5, 1}, {0x05C7, 0x05C7, 1}, // Hebrew points
		{0x0610, 0x061A, 1}, {0x061C, 0x061C, 1}, {0x0640, 0x0640, 1}, {0x064B, 0x065F, 1}, {0x0670, 0x0670, 1},
		{0x06D6, 0x06DC, 1}, {0x06DF, 0x06E4, 1}, {0x06E7, 0x06E8, 1}, {0x06EA, 0x06ED, 1}, // Arabic marks and tatweel
		{0x093C, 0x093C, 1}, {0x09BC, 0x09BC, 1}, {0x0A3C, 0x0A3C, 1}, {0x0ABC, 0x0ABC, 1}, {0x0B3C, 0x0B3C, 1}, {0x0CBC, 0x0CBC, 1}, // nuktas
		{0x180B, 0x180F, 1}, {0x1AB0, 0x1AFF, 1}, {0x1DC0, 0x1DFF, 1},
		{0x200B, 0x200F, 1}, {0x202A, 0x202E, 1}, {0x2060, 0x206F, 1}, // joiners and directions
		{0x20D0, 0x20FF, 1}, {0xFE00, 0xFE0F, 1}, {0xFE20, 0xFE2F, 1}, {0xFEFF, 0xFEFF, 1},
	},
	R32:         []unicode.Range32{{0xE0100, 0xE01EF, 1}},
	LatinOffset: 1,
}

// letters are those that no decomposition makes equal, and that who does not have
// them on the keyboard writes with others.
var letters = map[rune]string{
	'ł': "l", 'ø': "o", 'đ': "d", 'ð': "d", 'þ': "th", 'æ': "ae", 'œ': "oe", 'ı': "i", 'ħ': "h", 'ŧ': "t", 'ŋ': "n", 'ĸ': "k",
	'ɓ': "b", 'ɗ': "d", 'ƙ': "k", 'ƴ': "y", 'ɨ': "i", 'ʉ': "u", 'ɫ': "l", 'ƀ': "b", 'ǥ': "g", 'ƶ': "z",
	'ٱ': "ا", 'ى': "ي", 'ی': "ي", 'ک': "ك", 'ة': "ه", 'ہ': "ه", 'ە': "ه", // Arabic, Persian, Urdu
	'ൻ': "ന്", 'ർ': "ര്", 'ൽ': "ല്", 'ൾ': "ള്", 'ൺ': "ണ്", 'ൿ': "ക്", 'ৎ': "ত্", // the same in two encodings
}

// Word is a word of a folded text, or a run of letters of a script that is written
// without spaces between words.
type Word struct {
	Text   string
	Spaced bool // there is a space between it and the word before, or none before
	Dense  bool // of a script without spaces

	pieces []piece
}

// piece is what of a word one piece of the text folded to, in letters, and where
// that stood.
type piece struct{ letters, from, to int }

// Words takes a text apart into folded words. What stands between them is lost,
// but for whether there was a space.
func Words(text string) (all []Word) {
	var letters []byte // of all words
	ends := []int{}
	open, spaced := false, true
	eachFolded(text, func(folded string, from, to int) {
		if folded == "" {
			return // unseen: it neither joins nor parts
		}
		first, _ := utf8.DecodeRuneInString(folded)
		if !inWord(first) {
			open, spaced = false, spaced || unicode.IsSpace(first)
			return
		}
		is := dense(first)
		if !open || all[len(all)-1].Dense != is && !unicode.Is(unicode.M, first) {
			all, ends = append(all, Word{Spaced: spaced, Dense: is}), append(ends, 0)
		}
		letters = append(letters, folded...)
		ends[len(ends)-1] = len(letters)
		one := &all[len(all)-1]
		one.pieces = append(one.pieces, piece{utf8.RuneCountInString(folded), from, to})
		open, spaced = true, false
	})
	whole, begin := string(letters), 0
	for i := range all {
		all[i].Text, begin = whole[begin:ends[i]], ends[i]
	}
	return all
}

// inWord says what words are made of.
func inWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || '0' <= r && r <= '9'
	}
	return unicode.In(r, unicode.L, unicode.N, unicode.Co, unicode.Mn, unicode.Mc)
}

// dense reports whether a letter is of a script in which a name or a word stands
// among others without a space, and one letter may be a whole name.
func dense(r rune) bool {
	return r >= 0x1100 && (unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || r == 'ー')
}

// IsDense reports whether a folded word is of a script without spaces.
func IsDense(word string) bool { return dense(firstOf(word)) }

// NameKey folds a name to its letters and digits alone: "Anne-Marie O’Connor" and
// "annemarie oconnor" have the same.
func NameKey(text string) string {
	if key, is := asciiKey(text, false); is {
		return key
	}
	var b strings.Builder
	for _, one := range Words(text) {
		b.WriteString(one.Text)
	}
	return b.String()
}

// asciiKey is NameKey of an ASCII text without taking it apart into words, spaced
// with one space where there was any: the register compares every booking there is.
func asciiKey(text string, spaced bool) (key string, is bool) {
	letters, space := make([]byte, 0, len(text)), false
	for i := range len(text) {
		c := text[i]
		if c >= utf8.RuneSelf {
			return "", false
		}
		c = foldASCII[c]
		switch {
		case inWord(rune(c)):
			if space && spaced && len(letters) > 0 {
				letters = append(letters, ' ')
			}
			letters, space = append(letters, c), false
		case unicode.IsSpace(rune(c)):
			space = true
		}
	}
	return string(letters), true
}
