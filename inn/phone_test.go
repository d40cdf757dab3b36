package inn

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
)

func TestDialGivesTheNumberThatWasMeant(t *testing.T) {
	for _, c := range []struct{ typed, want string }{
		// As people group it.
		{"+91 98 7654 3210", "+919876543210"},
		{"+1 (212) 555-0101", "+12125550101"},
		{"030/123456", "030123456"},
		{"06 1234567", "061234567"},
		{"112", "112"},
		{"(0)171 2345678", "01712345678"},
		{"+39\u00a006\u20111234567", "+39061234567"},
		{"\u202a+39 06 1234567\u202c", "+39061234567"},
		// From abroad: the country's own 0 is not dialled, except where it belongs to
		// the number.
		{"+49 (0)30 123456", "+4930123456"},
		{"+49 030 123456", "+4930123456"},
		{"0049 (0) 30 123456", "+4930123456"},
		{"+44 (0) 20 7946 0958", "+442079460958"},
		{"(+44) 020 7946 0958", "+442079460958"},
		{"+0044 20 7946 0958", "+442079460958"},
		{"+39 (0)6 1234567", "+39061234567"},
		{"+39 06 1234567", "+39061234567"},
		{"0039 06 1234567", "+39061234567"},
		{"+39 (0)333 1234567", "+393331234567"},
		{"+39 (0)30 1234567", "+390301234567"},
		{"+378 (0)549 886377", "+3780549886377"},
		{"+225 07 07 12 34 56", "+2250707123456"},
		{"+36 (06) 1 2345678", "+3612345678"},
		{"+7 (8) 495 123-45-67", "+74951234567"},
		{"+52 1 55 1234 5678", "+525512345678"},
		{"+52 01 55 1234 5678", "+525512345678"},
		{"+52 55 1234 5678", "+525512345678"},
		{"+54 9 11 1234 5678", "+5491112345678"},
		{"0011 39 06 1234567", "+39061234567"},
		{"011 1234567", "0111234567"}, // Turin, not America's way abroad
		// Digits of other scripts.
		{"+٣٩ ٠٦ ١٢٣٤٥٦٧", "+39061234567"},
		{"+۹۸ ۲۱ ۱۲۳۴ ۵۶۷۸", "+982112345678"},
		{"+९१ ९८७६५ ४३२१०", "+919876543210"},
		{"＋３９　０６－１２３４５６７", "+39061234567"},
		{"𝟎𝟑𝟎 𝟏𝟐𝟑𝟒𝟓𝟔", "030123456"},
		// Behind a switchboard.
		{"+49 30 123456 ext. 12", "+4930123456;ext=12"},
		{"+49 30 123456 ext 5", "+4930123456;ext=5"},
		{"+1 212 555 0101 x12", "+12125550101;ext=12"},
		{"+1 212 555 0101x12", "+12125550101;ext=12"},
		{"+39 06 1234567 int. 12", "+39061234567;ext=12"},
		{"+39 06 1234567 interno 12", "+39061234567;ext=12"},
		{"+49 30 1234 5678 Durchwahl 56", "+493012345678;ext=56"},
		{"+55 11 3456 7890 ramal 5", "+551134567890;ext=5"},
		{"+44 20 7946 0958 #12", "+442079460958;ext=12"},
		{"tel:+39-06-1234567;ext=12", "+39061234567;ext=12"},
		{"+٣٩ ٠٦ ١٢٣٤٥٦٧ ext ١٢", "+39061234567;ext=12"},
		{"＋３９（０）６　１２３４５６７　ｅｘｔ．１２", "+39061234567;ext=12"},
		{"+1 212 555 0101 x12 or x13", "+12125550101;ext=12"},
		// Words are not part of it.
		{"+49 30 123456 bar", "+4930123456"},
		{"+49 30 123456 (evenings)", "+4930123456"},
		{"Tel.: +39 06 1234567", "+39061234567"},
		{"WhatsApp +39 333 1234567", "+393331234567"},
		{"0171 2345678 Anna", "01712345678"},
		{"+1 212 555 0101 extra bed", "+12125550101"},
		// The first of two.
		{"+39 06 1234567 / +39 333 1234567", "+39061234567"},
		{"030 1234567 / 0171 2345678", "0301234567"},
		{"030 1234567, 0171 2345678", "0301234567"},
		{"030 123456 / 0171 2345678", "030123456"},
		{"0049 (0)9131/8522222", "+4991318522222"},
		{"+39 06 1234567 +39 333 1234567", "+39061234567"},
		{"+39 06 1234567/8", "+39061234567"},
		{"030 1234567\n0171 2345678", "0301234567"},
		// Nothing to dial.
		{"", ""}, {"none", ""}, {"-", ""}, {"+", ""}, {"00", ""}, {"12", ""},
		{"1-800-FLOWERS", ""},
		{"+1 800 FLOWERS", ""},
		{"*21*0171234567#", ""}, {"*#06#", ""}, {"#31#0171234567", ""}, {"＊21＊0171234567＃", ""},
		{"0301234567 01712345678", ""}, // eighteen digits: nobody knows where one ends
	} {
		assert.Equal(t, c.want, Dial(c.typed), "%q", c.typed)
	}
}

func TestPhoneKeyIsOneForEverySpelling(t *testing.T) {
	for key, spellings := range map[string][]string{
		"+39061234567":  {"+39 06 1234567", "0039 06 1234567", "+39 (0)6 1234567", "+٣٩ ٠٦ ١٢٣٤٥٦٧", "+३९ ०६ १२३४५६७", "＋３９ ０６ １２３４５６７", "+39 06 1234567 int. 12", "tel:+39-06-123-4567"},
		"+4930123456":   {"+49 30 123456", "+49 (0)30 123456", "0049 30 123456", "0049(0)30/123456", "+49 30 123456 bar"},
		"+525512345678": {"+52 55 1234 5678", "+52 1 55 1234 5678"},
		"030123456":     {"030 123456", "(030) 12 34 56", "030/123456"},
		"":              {"", "none", "*21#"},
	} {
		for _, s := range spellings {
			assert.Equal(t, key, PhoneKey(s), "%q", s)
		}
	}
}

func TestSamePhone(t *testing.T) {
	for _, c := range []struct {
		a, b         string
		same, differ bool
	}{
		{"+39 06 1234567", "0039 (0)6 1234567", true, false},
		{"+39 06 1234567", "06 1234567", true, false},
		{"0171 2345678", "+49 171 2345678", true, false},
		{"0171 2345678", "171 2345678", true, false},
		{"+39 06 1234567", "+49 6 1234567", false, true},
		{"030 1234567", "1234567", false, true}, // a part of a number is not the number
		{"+39 06 1234567", "06 1234568", false, true},
		{"+39 06 1234567", "4567", false, true},
		{"+39 06 1234567", "", false, false},
		{"ask Anna", "+39 06 1234567", false, false},
		{"", "", false, false},
	} {
		for _, pair := range [][2]string{{c.a, c.b}, {c.b, c.a}} {
			same, differ := samePhone(pair[0], pair[1])
			assert.Equal(t, []bool{c.same, c.differ}, []bool{same, differ}, "%q and %q", pair[0], pair[1])
		}
	}
}

func TestGuestIsFoundByEverySpellingOfTheirPhone(t *testing.T) {
	for _, kept := range []string{"+39 06 1234567", "0039 06 1234567", "+39 (0)6 1234567", "+٣٩ ٠٦ ١٢٣٤٥٦٧", "06 1234567", "+39 06 1234567 int. 12"} {
		b := Booking{ID: "BK-1", Customer: "Asha Rao", Phone: kept}
		for _, asked := range []string{"+39 06 1234567", "0039061234567", "+39 (0)6 123 45 67", "٠٦ ١٢٣٤٥٦٧", "06/1234567", "1234567", "＋３９０６１２３４５６７"} {
			assert.True(t, b.FoundBy(asked), "%q by %q", kept, asked)
		}
		for _, asked := range []string{"06 1234568", "4567", "+39 06 12345678", "*1234567"} {
			assert.False(t, b.FoundBy(asked), "%q by %q", kept, asked)
		}
	}
	assert.False(t, Booking{ID: "BK-1", Customer: "Asha Rao", Phone: "+39 06 1234567"}.FoundBy("+49 06 1234567"), "another country's")
}

func TestDigitsOfEveryScriptAreRead(t *testing.T) {
	read := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !unicode.Is(unicode.Nd, r) {
			continue
		}
		// The digits of a script stand side by side, and zero is the first.
		if got := asciiDigits(string(r)); assert.Len(t, got, 1, "%U", r) {
			assert.Equal(t, byte('0'+read%10), got[0], "%U", r)
		}
		read++
	}
	assert.GreaterOrEqual(t, read, 680)
}

func FuzzDial(f *testing.F) {
	for _, seed := range []string{"+39 (0)6 1234567 int. 12", "*21#", "٠٦", "+", "00", "0011", "x", "+1;ext=", "／", "\xff+1", "𝟎"} {
		f.Add(seed)
	}
	link := regexp.MustCompile(`^\+?[0-9]{3,15}(;ext=[0-9]{1,7})?$`)
	f.Fuzz(func(t *testing.T, s string) {
		if got := Dial(s); got != "" {
			assert.Regexp(t, link, got)
			number, _, _ := strings.Cut(got, ";")
			assert.Equal(t, number, PhoneKey(number), "what is dialled is the number's one spelling")
		}
	})
}
