package inn

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// leastPhone is how many digits make a phone number that is looked for: "12" is
// everywhere. leastNational is how many are enough of it without the code of the
// country.
const leastPhone, leastNational = 6, 8

// phoneKey returns the digits of a phone number, whatever their script and however
// they are grouped, without the prefix for calls abroad or within the country: "+49
// (0)30 123456" and "0049 30-123456" have the same, and "030 123456" has its end.
// What comes behind a letter is an extension.
func phoneKey(number string) string {
	folded := strings.ReplaceAll(Fold(number), "(0)", "")
	digits, plus := make([]byte, 0, len(folded)), false
	for _, r := range folded {
		switch {
		case '0' <= r && r <= '9':
			digits = append(digits, byte(r))
		case r == '+' && len(digits) == 0:
			plus = true
		case unicode.IsLetter(r) && len(digits) >= leastPhone:
			return national(string(digits), plus)
		}
	}
	return national(string(digits), plus)
}

// national takes away what only says from where a number is dialled. The 0 that some
// countries keep behind their code goes too: not everybody who writes it knows.
func national(digits string, plus bool) string {
	if !plus {
		abroad, is := strings.CutPrefix(digits, "00")
		if !is {
			return strings.TrimPrefix(digits, "0")
		}
		digits = abroad
	}
	if digits = strings.TrimLeft(digits, "0"); digits == "" {
		return ""
	}
	code := callingCode(digits)
	return code + strings.TrimLeft(fromAbroad(code, digits[len(code):]), "0")
}

// mostCode is how long the code of a country is at the most, in digits.
const mostCode = 3

// samePhone compares two keys: one of them may lack the code of the country.
func samePhone(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) < leastPhone {
		return false
	}
	return a == b || len(a) >= leastNational && len(b)-len(a) <= mostCode && strings.HasSuffix(b, a)
}

// phones are the numbers of a guest.
type phones struct {
	whole map[string]bool // their keys
	ends  map[string]bool // those keys without the code of a country
}

func (p *phones) add(key string) {
	if p.whole == nil {
		p.whole, p.ends = map[string]bool{}, map[string]bool{}
	}
	p.whole[key] = true
	for code := 1; code <= mostCode && len(key)-code >= leastNational; code++ {
		p.ends[key[code:]] = true
	}
}

func (p *phones) has(key string) bool {
	if p.whole[key] || p.ends[key] {
		return true
	}
	for code := 1; code <= mostCode && len(key)-code >= leastNational; code++ {
		if p.whole[key[code:]] {
			return true
		}
	}
	return false
}

// group is digits that stand together in a text, and where.
type group struct {
	digits   string
	plus     bool
	from, to int
}

// mostDigits is how many digits a phone number has at the most, with prefixes.
const mostDigits = 20

// find returns where the numbers stand in a text, however their digits are grouped.
func (p *phones) find(text string, found func(from, to int)) {
	if len(p.whole) == 0 {
		return
	}
	for _, run := range digitRuns(text) {
		for i := 0; i < len(run); {
			next := i + 1
			digits, plus, to := "", run[i].plus, 0
			for j := i; j < len(run) && len(digits)+len(run[j].digits) <= mostDigits; j++ {
				if run[j].plus && j > i {
					break // another number begins
				}
				digits += run[j].digits
				if len(digits) >= leastPhone && p.has(national(digits, plus)) {
					next, to = j+1, run[j].to
				}
			}
			if to > 0 {
				found(run[i].from, to)
			}
			i = next
		}
	}
}

// digitRuns returns the groups of digits of a text, as far as they may be of one
// number: with nothing but a little punctuation between. A (0) is none.
func digitRuns(text string) (runs [][]group) {
	var run []group
	inWordBefore, plus, plusAt, gap := false, false, 0, 0
	end := func() {
		if len(run) > 0 {
			runs, run = append(runs, run), nil
		}
		gap = 0
	}
	open := false
	eachFolded(text, func(folded string, from, to int) {
		if folded == "" {
			return
		}
		c, _ := utf8.DecodeRuneInString(folded)
		switch {
		case len(folded) == 1 && '0' <= c && c <= '9' && !(inWordBefore && !open):
			if !open {
				begin := from
				if plus {
					begin = plusAt
				}
				run, open = append(run, group{plus: plus, from: begin}), true
			}
			one := &run[len(run)-1]
			if one.to = to; len(one.digits) <= mostDigits { // what is longer is no number
				one.digits += folded
			}
			inWordBefore, gap = true, 0
		case inWord(c):
			if open { // the digits are the beginning of a word
				run = run[:len(run)-1]
			}
			open, inWordBefore = false, true
			end()
		default:
			if open && len(run) > 0 && run[len(run)-1].digits == "0" && c == ')' && run[len(run)-1].from > 0 && text[run[len(run)-1].from-1] == '(' {
				run = run[:len(run)-1]
			}
			open, inWordBefore = false, false
			if gap++; gap > 3 || !strings.ContainsRune(" ()./-+‐‑–", c) {
				end()
			}
		}
		plus, plusAt = c == '+', from
	})
	end()
	return runs
}
