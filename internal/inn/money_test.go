package inn

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseMoneyReadsExactlyOrRefuses(t *testing.T) {
	for _, c := range []struct {
		number, currency string
		minor            int64
		wrong            string // part of the refusal; "" when it is accepted
	}{
		{"14400", "INR", 1440000, ""},
		{"14400.5", "INR", 1440050, ""},
		{"14400.50", "INR", 1440050, ""},
		{"14400.500", "INR", 1440050, ""},
		{"0.1", "EUR", 10, ""},
		{"0.29", "EUR", 29, ""}, // 0.29*100 is 28.999… as a float
		{"0", "EUR", 0, ""},
		{"-0", "EUR", 0, ""},
		{"-0.00", "EUR", 0, ""},
		{"0.00000", "JPY", 0, ""},
		{"9000", "JPY", 9000, ""},
		{"9000.0", "JPY", 9000, ""},
		{"9000.5", "JPY", 0, "more decimals than JPY has (0)"},
		{"1.234", "KWD", 1234, ""},
		{"1.2345", "KWD", 0, "more decimals than KWD has (3)"},
		{"1.2345", "UYW", 12345, ""},
		{"0.001", "EUR", 0, "more decimals than EUR has (2)"},
		{"1e3", "EUR", 100000, ""},
		{"1E+3", "EUR", 100000, ""},
		{"1.5e1", "EUR", 1500, ""},
		{"1500e-2", "EUR", 1500, ""},
		{"15e-3", "EUR", 0, "more decimals"},
		{"10e-3", "EUR", 1, ""},
		{"1e400", "EUR", 0, "out of range"},
		{"1e-400", "EUR", 0, "out of range"},
		{"1e99999999999999999999", "EUR", 0, "out of range"},
		{"1e18", "EUR", 0, "too large"},
		{"10000000000000", "EUR", 1_000_000_000_000_000, ""},
		{"10000000000000.01", "EUR", 0, "too large"},
		{"9223372036854775807", "JPY", 0, "too large"},
		{"9223372036854775808", "JPY", 0, "too large"},
		{strings.Repeat("9", 41), "EUR", 0, "too many digits"},
		{strings.Repeat("0", 39) + "1", "JPY", 1, ""},
		{"-1", "EUR", 0, "must not be negative"},
		{"-0.01", "EUR", 0, "must not be negative"},
		{"-1e-18", "JPY", 0, "must not be negative"},
		{"NaN", "EUR", 0, "must be a number"},
		{"Infinity", "EUR", 0, "must be a number"},
		{"1,5", "EUR", 0, "must be a number"},
		{"1.5.0", "EUR", 0, "must be a number"},
		{"0-5", "JPY", 0, "must be a number"},
		{"+5", "EUR", 0, "must be a number"},
		{"--", "EUR", 0, "must be a number"},
		{"-", "EUR", 0, "must be a number"},
		{"", "EUR", 0, "must be a number"},
		{".", "EUR", 0, "must be a number"},
		{" 5", "EUR", 0, "must be a number"},
		{"0x10", "EUR", 0, "must be a number"},
		{"1_000", "EUR", 0, "must be a number"},
		{"٣", "EUR", 0, "must be a number"},
		{"5", "", 0, "no known currency"},
		{"5", "XXX", 0, "no known currency"},
		{"5", "eur", 0, "no known currency"},
		{"5", " EU", 0, "no known currency"},
		{"5", strings.Repeat("E", 1000), 0, "no known currency"},
	} {
		m, err := ParseMoney(c.number, c.currency)
		if c.wrong != "" {
			if assert.Error(t, err, "%s %s", c.number, c.currency) {
				assert.Contains(t, err.Error(), c.wrong, c.number)
				assert.Less(t, len(err.Error()), 200, "a value from outside is clipped")
			}
			assert.Zero(t, m)
			continue
		}
		require.NoError(t, err, "%s %s", c.number, c.currency)
		assert.Equal(t, Money{c.minor, c.currency}, m, c.number)
	}
}

func TestMoneyReadsBackWhatItWrites(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	codes := strings.Fields(currencies)
	for range 20_000 {
		m := Money{r.Int64N(maxMinor + 1), codes[r.IntN(len(codes))]}
		if r.IntN(3) == 0 {
			m.Minor %= 100_000
		}
		got, err := ParseMoney(m.String(), m.Currency)
		require.NoError(t, err, m)
		require.Equal(t, m, got)
		var float float64
		require.NoError(t, json.Unmarshal([]byte(m.String()), &float), "%s is a JSON number", m)
	}
	assert.Equal(t, "-14400.50", Money{-1440050, "INR"}.String(), "today's revenue may be negative")
	assert.Equal(t, "-0.05", Money{-5, "INR"}.String())
	assert.Equal(t, 14400.5, Money{1440050, "INR"}.Major())
}

func TestCurrenciesHaveTheirDecimals(t *testing.T) {
	for code, digits := range map[string]int{
		"JPY": 0, "KRW": 0, "ISK": 0, "EUR": 2, "INR": 2, "KWD": 3, "BHD": 3, "UYW": 4,
		// Libraries that know how many decimals people like to see say otherwise.
		"IDR": 2, "PKR": 2, "COP": 2, "RSD": 2, "TZS": 2, "LBP": 2, "MMK": 2, "IQD": 3, "VES": 2, "MRU": 2,
	} {
		assert.True(t, IsCurrency(code), code)
		assert.Equal(t, digits, Digits(code), code)
	}
	for _, code := range []string{"", "E", "EURO", "XAU", "A B", "UR ", "AED AFN"} {
		assert.False(t, IsCurrency(code), code)
		assert.False(t, WasCurrency(code), code)
	}
	for _, list := range []string{noDecimals, threeDecimals, fourDecimals} {
		for _, code := range strings.Fields(list) {
			assert.True(t, WasCurrency(code), code)
		}
	}
}

func TestWithdrawnCurrenciesAreNotSoldInToday(t *testing.T) {
	for code, gone := range withdrawn {
		assert.False(t, IsCurrency(code), code)
		assert.True(t, WasCurrency(code), code)
		_, ok := ParseDate(string(gone.On))
		assert.True(t, ok, code)
		assert.True(t, WasCurrency(gone.By), code)
	}
	assert.Equal(t, Date("2023-01-01"), withdrawn["HRK"].On)
	assert.Equal(t, Date("2026-01-01"), withdrawn["BGN"].On)
	for code, digits := range map[string]int{"HRK": 2, "BGN": 2, "TRL": 0, "ITL": 0, "SLL": 2} {
		assert.Equal(t, digits, Digits(code), code)
	}
	p := Property{Slug: "lake", Name: "Lake", Category: Stay, Units: 1, Currency: "HRK", Zone: "Europe/Zagreb", Country: "HR"}
	assert.Equal(t, []string{"currency"}, pointers(p.Validate()))
}

func FuzzParseMoney(f *testing.F) {
	for _, seed := range []string{"14400.50", "1e400", "-0", "NaN", "0-5", "1500e-2", "9223372036854775808", "٣", "1.e5", "e"} {
		f.Add(seed, "INR")
		f.Add(seed, "JPY")
		f.Add(seed, "KWD")
	}
	f.Fuzz(func(t *testing.T, number, currency string) {
		m, err := ParseMoney(number, currency)
		if err != nil {
			require.Zero(t, m)
			return
		}
		require.True(t, 0 <= m.Minor && m.Minor <= maxMinor, "%q is %d", number, m.Minor)
		back, err := ParseMoney(m.String(), currency)
		require.NoError(t, err)
		require.Equal(t, m, back)
	})
}
