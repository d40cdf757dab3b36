package inn

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestOneFoldingForEverySpelling(t *testing.T) {
	for _, same := range [][]string{
		{"Zoë", "Zoe\u0308", "ZOË", "zoe", "Ｚｏｅ"},
		{"Łukasz Żółć", "lukasz zolc", "ŁUKASZ ŻÓŁĆ"},
		{"Sørensen", "SORENSEN", "sørensen"},
		{"Straße", "STRASSE", "straẞe", "ſtrasse"},
		{"Kadıköy", "KADIKÖY", "kadikoy", "KADİKÖY"},
		{"Æther Œuvre", "aether oeuvre", "ÆTHER ŒUVRE"},
		{"Þór Đorđević Ð", "thor dordevic d"},
		{"O'Connor", "O’Connor", "Oʼconnor", "O´Connor", "O`Connor", "Ｏ＇Connor"},
		{"ﬁona ﬀ", "Fiona ff"},
		{"ｶﾞﾝﾀﾞﾑ", "ガンダム"},
		{"ΣΊΣΥΦΟΣ", "Σίσυφος", "σισυφοσ"},
		{"أحمد", "احمد", "إحمد", "آحمد", "ٱحمد", "أَحْمَد", "أحـــمد"},
		{"علی", "على", "علي"},
		{"क़मर", "कमर", "क\u093cमर", "\u0958मर"},
		{"می\u200cخواهم", "میخواهم"},
		{"क्\u200dष", "क्ष"},
		{"soft\u00adhyphen", "softhyphen"},
		{"٠١٢٣", "۰۱۲۳", "०१२३", "0123", "０１２３"},
		{"ന്\u200d", "ൻ"},
		{"한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8"},
		{"\ufeffAsha", "asha"},
	} {
		for _, other := range same[1:] {
			assert.Equal(t, Fold(same[0]), Fold(other), "%q and %q", same[0], other)
		}
	}
	for _, differ := range [][2]string{{"राम", "रीमा"}, {"か", "が"}, {"ハ", "パ"}, {"Rao", "Raoul"}, {"田中", "田仲"}, {"कि", "की"}} {
		assert.NotEqual(t, Fold(differ[0]), Fold(differ[1]))
	}
}

func TestTheKeyOfANameIsItsLetters(t *testing.T) {
	for name, want := range map[string]string{
		"Anne-Marie O’Connor": "annemarieoconnor", " annemarie  OCONNOR ": "annemarieoconnor", "BK-1003": "bk1003", "": "", "—": "", "李": "李", "田中 太郎": "田中太郎",
		"A\u0301.b": "ab",
	} {
		assert.Equal(t, want, NameKey(name), name)
	}
}

func FuzzFoldingTwiceChangesNothing(f *testing.F) {
	for _, seed := range []string{"Zoë O’Connor", "ｶﾞ", "क़मर", "\u1112\u1161\u11ab", "İ", "\xff", "ŉ", "K", "ᾳ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := CleanText(s, false)
		assert.Equal(t, Fold(text), Fold(Fold(text)), "%q", text)
		at := 0
		eachFolded(text, func(_ string, from, to int) {
			assert.Equal(t, at, from)
			assert.Greater(t, to, from)
			at = to
		})
		assert.Equal(t, len(text), at, "every byte belongs to a piece")
	})
}

func FuzzTheKeyOfAnASCIINameIsTheKeyOfItsWords(f *testing.F) {
	for _, seed := range []string{"Asha Rao", " a-b  c'd ", "BK-1003", "`x`\ty", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if key, is := asciiKey(s, false); is {
			joined, spaced := "", ""
			for i, word := range Words(s) {
				joined += word.Text
				if i > 0 && word.Spaced {
					spaced += " "
				}
				spaced += word.Text
			}
			assert.Equal(t, joined, key)
			key, _ = asciiKey(s, true)
			assert.Equal(t, spaced, key)
		}
	})
}
