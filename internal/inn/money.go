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

// String returns the decimal number in major units without the currency, as JSON
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

// Major returns the amount in major units for charts and averages, where the
// last digit does not matter.
func (m Money) Major() float64 {
	f, _ := strconv.ParseFloat(m.String(), 64)
	return f
}

// ParseMoney reads a JSON number in major units exactly, without going through
// a float: more decimals than the currency has are refused, not rounded. The
// error text completes a sentence that begins with the field's name.
func ParseMoney(number, currency string) (Money, error) {
	if !WasCurrency(currency) {
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

// clip shortens a value from outside for an error text.
func clip(s string) string {
	if len(s) > 40 {
		return strings.ToValidUTF8(s[:40], "") + "…"
	}
	return s
}
