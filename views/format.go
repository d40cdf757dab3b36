package views

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"baithaka/internal/inn"
)

// narrow is a narrow no-break space: it keeps a currency sign or a unit beside
// its number.
const narrow = "\u202f"

// symbols are the currency signs that are not mistaken for another's. Every
// other currency is shown by its code.
var symbols = map[string]string{
	"AUD": "A$", "BDT": "৳", "BRL": "R$", "CAD": "C$", "CNY": "CN¥", "EUR": "€", "GBP": "£", "GEL": "₾", "HKD": "HK$",
	"ILS": "₪", "INR": "₹", "JPY": "¥", "KRW": "₩", "MXN": "MX$", "NZD": "NZ$", "PHP": "₱", "SGD": "S$", "THB": "฿",
	"TRY": "₺", "UAH": "₴", "USD": "$", "VND": "₫",
}

// symbol returns the sign of a currency, or its code.
func symbol(currency string) string {
	if s, ok := symbols[currency]; ok {
		return s
	}
	return currency
}

// money writes an amount with its sign first: "₹ 14,400", "−€ 61.50".
func money(m inn.Money) string {
	return minus(m) + symbol(m.Currency) + narrow + digits(m)
}

// price writes what a booking costs, which may be nothing.
func price(b inn.Booking) string {
	if b.Complimentary() {
		return "Complimentary"
	}
	return money(b.Price)
}

// minus is the sign of a negative amount.
func minus(m inn.Money) string {
	if m.Minor < 0 {
		return "−"
	}
	return ""
}

// digits writes the amount alone, grouped as its currency's readers group it;
// decimals only when there are any.
func digits(m inn.Money) string {
	whole, fraction, found := strings.Cut(strings.TrimPrefix(m.String(), "-"), ".")
	whole = group(whole, groupsByLakh(m.Currency))
	if found {
		return whole + "." + fraction
	}
	return whole
}

// whole rounds an amount to major units, for averages, where the rest is noise: a
// hundredth is, but where there are thousandths the unit is worth several times as
// much, and nothing is rounded.
func whole(m inn.Money) inn.Money {
	if inn.Digits(m.Currency) > 2 {
		return m
	}
	unit := int64(1)
	for range inn.Digits(m.Currency) {
		unit *= 10
	}
	m.Minor = (m.Minor + unit/2) / unit * unit
	return m
}

// groupsByLakh reports whether amounts are grouped 1,00,00,000.
func groupsByLakh(currency string) bool {
	switch currency {
	case "INR", "NPR", "PKR", "BDT", "LKR":
		return true
	}
	return false
}

// group puts commas into a whole number: every three digits, or, by lakh, the
// last three and then every two.
func group(whole string, lakh bool) string {
	step := 3
	if lakh {
		step = 2
	}
	end := len(whole) - 3
	if end <= 0 {
		return whole
	}
	groups := whole[end:]
	for end > step {
		groups = whole[end-step:end] + "," + groups
		end -= step
	}
	return whole[:end] + "," + groups
}

// count writes a number of things, grouped.
func count(n int) string {
	if n < 0 {
		return "−" + group(strconv.Itoa(-n), false)
	}
	return group(strconv.Itoa(n), false)
}

// plural writes a number with its noun: "1 night", "3 nights".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return count(n) + " " + noun + "s"
}

// percent writes a percentage without its sign, with a decimal only below ten
// and only when there is one.
func percent(p float64) string {
	p = math.Abs(p)
	if p < 10 {
		return strconv.FormatFloat(math.Round(p*10)/10, 'f', -1, 64)
	}
	return count(int(math.Round(p)))
}

// dates writes a stay as people say it: "12–15 Dec", "30 Nov–2 Dec", and with
// the year where it is not the given one: "30 Dec–2 Jan 2027".
func dates(from, to inn.Date, year int) string {
	switch {
	case from == "" && to == "":
		return ""
	case from == "":
		return "until " + day(to, year)
	case to == "" || from == to:
		return day(from, year)
	}
	a, b := from.Time(), to.Time()
	switch {
	case a.Year() != b.Year():
		return day(from, b.Year()) + "–" + day(to, 0)
	case a.Month() != b.Month():
		return a.Format("2 Jan") + "–" + day(to, year)
	}
	return strconv.Itoa(a.Day()) + "–" + day(to, year)
}

// day writes one date: "12 Dec", with the year where it is not the given one.
func day(d inn.Date, year int) string {
	t := d.Time()
	if t.Year() != year {
		return t.Format("2 Jan 2006")
	}
	return t.Format("2 Jan")
}

// length writes how long a booking is: nights for a stay, days for the rest;
// "" when it is not known or within a day.
func length(b inn.Booking) string {
	n := b.Nights()
	if n < 1 {
		return ""
	}
	if b.Category == inn.Stay {
		return plural(n, "night")
	}
	return plural(n, "day")
}

// stay writes the dates of a booking with its length: "12–15 Dec, 3 nights", and
// with the year where that is not the given one.
func stay(b inn.Booking, year int) string {
	return joined(", ", dates(b.CheckIn, b.CheckOut, year), length(b))
}

// joined puts the parts that are not empty beside each other.
func joined(separator string, parts ...string) string {
	var kept []string
	for _, part := range parts {
		if part != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, separator)
}

// short is the time that stands on a card before the page makes it relative,
// and for good without JavaScript. It depends on the instant and the zone
// alone, because a card must be the same on a page and in the stream.
func short(t time.Time, zone *time.Location) string { return t.In(zone).Format("2 Jan 2006, 15:04") }

// spoken are the words of a time in a zone out of which the page makes "13:52" or
// "Sat 12 Dec": a browser may know other laws of the zone than the server, or none.
func spoken(t time.Time, zone *time.Location) string {
	return t.In(zone).Format("15:04 Mon 2 Jan 2006")
}

// ends is when the day of a time ends in a zone, in unix milliseconds: until then
// the time of day says enough.
func ends(t time.Time, zone *time.Location) string {
	return strconv.FormatInt(inn.EndOfDay(t, zone).UnixMilli(), 10)
}

// clocked is for how long ahead a page knows the clock of its zone; one that stays
// open fetches itself more often.
const clocked = 400 * 24 * time.Hour

// offsets is the clock of a zone from a time on, for the page: pairs of since when,
// in unix milliseconds, and how many minutes it is ahead of UTC.
func offsets(from time.Time, zone *time.Location) string {
	var pairs []string
	for at := from.In(zone); ; {
		_, offset := at.Zone()
		pairs = append(pairs, fmt.Sprintf("%d %d", at.UnixMilli(), offset/60))
		_, next := at.ZoneBounds()
		if next.IsZero() || next.Sub(from) > clocked {
			return strings.Join(pairs, " ")
		}
		at = next
	}
}

// full is the absolute time in a title.
func full(t time.Time, zone *time.Location) string {
	return t.In(zone).Format("Monday 2 January 2006, 15:04 MST")
}

// clock is the time of day.
func clock(t time.Time, zone *time.Location) string { return t.In(zone).Format("15:04") }

// greeting greets by the time of day. Who is up at two works through the night, and
// is wished neither a good evening nor a good morning.
func greeting(now time.Time, zone *time.Location, name string) string {
	greets := "Good evening"
	switch hour := now.In(zone).Hour(); {
	case hour < 4:
		greets = "Hello"
	case hour < 12:
		greets = "Good morning"
	case hour < 17:
		greets = "Good afternoon"
	}
	first, _, _ := strings.Cut(strings.TrimSpace(name), " ")
	return joined(", ", greets, first)
}

// initials gives up to two letters for a person's face.
func initials(name string) string {
	words := strings.Fields(name)
	switch len(words) {
	case 0:
		return "?"
	case 1:
		return strings.ToUpper(string([]rune(words[0])[:1]))
	}
	return strings.ToUpper(string([]rune(words[0])[:1]) + string([]rune(words[len(words)-1])[:1]))
}

// unread is the number on the bell.
func unread(b inn.Badge) string {
	if b.Unread > 99 {
		return "99+"
	}
	return strconv.Itoa(b.Unread)
}

// sparkline returns the points of a series as an SVG polyline in a box of the
// given size, and "" when there is nothing to draw.
func sparkline(series []float64, width, height float64) string {
	series = coarse(series, 10)
	if len(series) < 2 {
		return ""
	}
	low, high := series[0], series[0]
	for _, v := range series {
		low, high = min(low, v), max(high, v)
	}
	if high == low {
		return ""
	}
	var points strings.Builder
	for i, v := range series {
		x := width * float64(i) / float64(len(series)-1)
		y := height - (v-low)/(high-low)*height
		fmt.Fprintf(&points, "%s,%s ", coordinate(x), coordinate(y))
	}
	return strings.TrimSuffix(points.String(), " ")
}

// coarse averages a series into at most n values, so that a small drawing shows
// its course and not its noise.
func coarse(series []float64, n int) []float64 {
	if len(series) <= n {
		return series
	}
	averages := make([]float64, n)
	for i := range averages {
		part := series[i*len(series)/n : (i+1)*len(series)/n]
		for _, v := range part {
			averages[i] += v / float64(len(part))
		}
	}
	return averages
}

func coordinate(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }
