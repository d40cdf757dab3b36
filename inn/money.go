package inn

import (
	"fmt"
	"strconv"
	"strings"
)

// Money is an amount in the minor units of its currency: paise, cents, or whole
// yen. Two currencies are never added.
type Money struct {
	Minor    int64
	Currency string // ISO 4217
}

// maxMinor keeps amounts exact in every JSON reader: below 2^53.
const maxMinor = 1_000_000_000_000_000

// String gives the decimal number in major units without the currency, as JSON
// shows it: "14400", "14400.50".
func (m Money) String() string {
	digits := Digits(m.Currency)
	sign, minor := "", m.Minor
	if minor < 0 {
		sign, minor = "-", -minor
	}
	if digits == 0 {
		return sign + strconv.FormatInt(minor, 10)
	}
	unit := int64(1)
	for range digits {
		unit *= 10
	}
	if minor%unit == 0 {
		return sign + strconv.FormatInt(minor/unit, 10)
	}
	return fmt.Sprintf("%s%d.%0*d", sign, minor/unit, digits, minor%unit)
}

// Major gives the amount in major units for charts and averages, where the
// last digit does not matter.
func (m Money) Major() float64 {
	f, _ := strconv.ParseFloat(m.String(), 64)
	return f
}

// ParseMoney reads a JSON number in major units exactly, without going through
// a float: more decimals than the currency has are refused, not rounded. The
// error text completes a sentence that begins with the field's name.
func ParseMoney(number, currency string) (Money, error) {
	if !IsCurrency(currency) {
		return Money{}, fmt.Errorf("has no known currency (%q is not an ISO 4217 code)", clip(currency))
	}
	mantissa, exponent := number, 0
	if i := strings.IndexAny(number, "eE"); i >= 0 {
		e, err := strconv.Atoi(number[i+1:])
		if err != nil || e > 18 || e < -18 {
			return Money{}, fmt.Errorf("is out of range")
		}
		mantissa, exponent = number[:i], e
	}
	if len(mantissa) > 40 {
		return Money{}, fmt.Errorf("has too many digits")
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if strings.HasPrefix(whole, "-") && strings.Trim(whole+fraction, "-0") != "" {
		return Money{}, fmt.Errorf("must not be negative")
	}
	digits := strings.TrimPrefix(whole, "-") + fraction
	if digits == "" || strings.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' }) {
		return Money{}, fmt.Errorf("must be a number")
	}
	shift := exponent - len(fraction) + Digits(currency) // digits × 10^shift minor units
	if shift < 0 {
		cut := max(len(digits)+shift, 0)
		if strings.Trim(digits[cut:], "0") != "" {
			return Money{}, fmt.Errorf("has more decimals than %s has (%d)", currency, Digits(currency))
		}
		digits = digits[:cut]
	} else {
		digits += strings.Repeat("0", shift)
	}
	digits = strings.TrimLeft(digits, "0")
	if digits == "" {
		return Money{0, currency}, nil
	}
	minor, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || minor > maxMinor {
		return Money{}, fmt.Errorf("is too large")
	}
	return Money{minor, currency}, nil
}

// IsCurrency reports whether code is an active ISO 4217 currency code.
func IsCurrency(code string) bool {
	return len(code) == 3 && strings.Contains(currencies, " "+code+" ")
}

// Digits gives how many decimals a currency has (ISO 4217: the minor unit).
func Digits(currency string) int {
	switch {
	case strings.Contains(noDecimals, " "+currency+" "):
		return 0
	case strings.Contains(threeDecimals, " "+currency+" "):
		return 3
	case strings.Contains(fourDecimals, " "+currency+" "):
		return 4
	}
	return 2
}

// The active codes of ISO 4217 list one; funds, metals and test codes are left
// out, since nobody sells a night for them.
const (
	currencies = " AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC" +
		" CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD" +
		" JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO" +
		" NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS" +
		" TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG "
	noDecimals    = " BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF "
	threeDecimals = " BHD IQD JOD KWD LYD OMR TND "
	fourDecimals  = " UYW "
)

// clip shortens a value from outside for an error text.
func clip(s string) string {
	if len(s) > 40 {
		return strings.ToValidUTF8(s[:40], "") + "…"
	}
	return s
}
