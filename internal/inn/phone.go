package inn

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Phones are kept as they were typed. What is dialled is worked out here by the few
// rules that hold everywhere: a library that knows every numbering plan turns
// letters into digits ("+49 30 123456 bar" into a number that exists) and needs to
// be told a country, which nobody types.

// Dial returns what stands behind "tel:" in a link to a phone number (RFC 3966):
// with a + where the number says its country, in ASCII digits, with its extension.
// It is "" where nothing should be dialled: no number, two of them without a mark
// between them, a service code such as "*21#", or a word as in "1-800-FLOWERS".
func Dial(phone string) string {
	number, extension := readPhone(phone)
	if number != "" && extension != "" {
		return number + ";ext=" + extension
	}
	return number
}

const (
	fewestDialled = 3  // 112
	fewestBefore  = 5  // before words: less is the beginning of "+1 800 FLOWERS"
	mostDialled   = 15 // E.164
	partNumber    = 6
	fullNumber    = 10 // with its country or area
)

// readPhone returns the number in a text and its extension.
func readPhone(text string) (number, extension string) {
	text = asciiDigits(text)
	if strings.Contains(text, "*") || strings.HasPrefix(strings.TrimSpace(text), "#") {
		return "", "" // a service code: it could divert the calls of who clicks it
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return r >= '0' && r <= '9' || r == '+' }); i >= 0 {
		text = text[i:] // "Tel. "
	}
	said, rest := upToWords(text)
	if m := extensions.FindStringSubmatch(rest); m != nil {
		extension = m[1]
	} else if rest != "" && glued(said, rest) {
		return "", "" // the letters stand for digits
	}
	number = dialled(said)
	digits := len(strings.TrimPrefix(number, "+"))
	if digits < fewestDialled || digits > mostDialled || rest != "" && digits < fewestBefore {
		return "", ""
	}
	return number, extension
}

// asciiDigits writes digits of every script as 0–9, and what else has full width in
// the width that programs read.
func asciiDigits(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～': // in the order of ASCII
			return r - '！' + '!'
		case r == '\u3000':
			return ' '
		case r == '﹢' || r == '⁺':
			return '+'
		case r > '9' && unicode.Is(unicode.Nd, r):
			// The digits of a script stand side by side, from its zero.
			for _, span := range unicode.Nd.R16 {
				if uint32(span.Lo) <= uint32(r) && uint32(r) <= uint32(span.Hi) {
					return '0' + (r-rune(span.Lo))%10
				}
			}
			for _, span := range unicode.Nd.R32 {
				if span.Lo <= uint32(r) && uint32(r) <= span.Hi {
					return '0' + (r-rune(span.Lo))%10
				}
			}
		}
		return r
	}, text)
}

// upToWords cuts a text before its first letter, and before what parts one number
// from the next.
func upToWords(text string) (said, rest string) {
	digits := 0
	for i, r := range text {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case unicode.IsLetter(r) || r == '#' || strings.ContainsRune(",;|\r\n", r),
			r == '/' && another(digits, text[i+1:]), r == '+' && digits > 0:
			return text[:i], text[i:]
		}
	}
	return text, ""
}

// another reports whether what follows a slash is another number, or another end
// of this one, and not its second part.
func another(digits int, rest string) bool {
	rest = strings.TrimLeft(rest, " (")
	return digits >= fullNumber || digits >= partNumber && (strings.HasPrefix(rest, "0") || strings.HasPrefix(rest, "+"))
}

// extensions are how the number behind a switchboard is written.
var extensions = regexp.MustCompile(`(?i)^[\s,;]*(?:ext(?:n|ension)?|x|int(?:erno|ern)?|durchwahl|dw|ramal|anexo|poste|wewn|доб|#)[\s.:=]*([0-9]{1,7})(?:[^0-9]|$)`)

// glued reports whether letters stand where the next digits would.
func glued(said, rest string) bool {
	first, _ := utf8.DecodeRuneInString(rest)
	return unicode.IsLetter(first) && strings.ContainsAny(said[max(0, len(said)-1):], "0123456789-.")
}

// dialled makes one number of what was typed up to the first word.
func dialled(said string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, said)
	switch {
	case strings.Contains(said, "+"):
		digits = strings.TrimLeft(digits, "0") // +0039 too
	case strings.HasPrefix(digits, "0011"): // how Australia dials abroad; no number of +1 begins with a 1
		digits = digits[4:]
	case strings.HasPrefix(digits, "00"):
		digits = strings.TrimLeft(digits, "0")
	default:
		return digits
	}
	if digits == "" {
		return ""
	}
	code := callingCode(digits)
	return "+" + code + fromAbroad(code, digits[len(code):])
}

// fromAbroad takes away what is only dialled inside a country: the 0 of "+49 (0)30".
func fromAbroad(code, rest string) string {
	cut := strings.TrimLeft(rest, "0")
	switch code {
	case "39": // the 0 of a line belongs to it; a mobile phone has none
		if rest[:len(rest)-len(cut)] != "0" || len(cut) != 10 || cut[0] != '3' {
			return rest
		}
	case "225", "229", "241", "242", "378": // it belongs to the number
		return rest
	case "36":
		if inland, found := strings.CutPrefix(rest, "06"); found {
			return strings.TrimLeft(inland, "0")
		}
	case "52": // until 2019 mobile phones had a 1 from abroad
		if len(cut) == 11 && cut[0] == '1' {
			return strings.TrimLeft(cut[1:], "0")
		}
	case "7":
		if len(cut) == 11 && cut[0] == '8' {
			return strings.TrimLeft(cut[1:], "0")
		}
	}
	return cut
}

// callingCode returns the country's part of a number: one digit, two or three, as
// E.164 assigns them.
func callingCode(digits string) string {
	length := 3
	switch {
	case digits[0] == '1' || digits[0] == '7':
		length = 1
	case len(digits) >= 2 && strings.Contains(twoDigitCodes, " "+digits[:2]+" "):
		length = 2
	}
	return digits[:min(length, len(digits))]
}

const twoDigitCodes = " 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98 "
