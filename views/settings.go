package views

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"baithaka/internal/inn"
)

// Settings is what "/settings" shows. The form is as its person left it, also
// where that cannot be stored: what was typed is not lost to a mistake.
type Settings struct {
	Form       url.Values
	Problem    *inn.Error
	Saved      bool
	Properties PropertyBoxes // where they may be told otherwise; their tables stand in the form
	Own        inn.Preferences
	House      *HouseForm // nil for who may not change the house's settings
	Account    Account
}

func (s Settings) form() Form {
	f := Form{ID: "settings-form", Problem: s.Problem, Labels: []Label{
		{FieldOwn, "Something else at one property"}, {FieldMinimum, "How urgent it has to be"}, {FieldSeconds, "Seconds that news stays in the header"},
		{FieldVolume, "Volume"}, {FieldEveryFrom, "Every night from, until"},
	}}
	for _, day := range weekdays {
		f.Labels = append(f.Labels, Label{FieldFrom(day), day.String()})
	}
	f.Labels = append(f.Labels, Label{FieldZone, "Your time zone"}, Label{FieldDecimal, "How your spreadsheets write an amount"})
	return f
}

// ticked reports whether a box of the form is.
func (s Settings) ticked(name, value string) bool {
	for _, one := range s.Form[name] {
		if one == value {
			return true
		}
	}
	return false
}

// The names of the fields of the settings, which the handler reads and these
// pages write.
const (
	FieldZone    = "zone"
	FieldMinimum = "minimum"
	FieldSeconds = "seconds"
	FieldVolume  = "volume"
	FieldTone    = "tone"
	FieldQuiet   = "quiet"  // weekdays, 0 for Sunday
	FieldNights  = "nights" // one of nights
	FieldThrough = "through"
	FieldOwn     = "own" // slugs with a choice of their own
	FieldDecimal = "decimal"
)

// FieldKind names the boxes of a kind of event: for one property, or "" for
// everywhere.
func FieldKind(property string, kind inn.Kind) string {
	if property == "" {
		return "everywhere." + string(kind)
	}
	return "at." + property + "." + string(kind)
}

// FieldFrom and FieldUntil name the hours of a weekday.
func FieldFrom(day time.Weekday) string  { return fmt.Sprintf("from.%d", day) }
func FieldUntil(day time.Weekday) string { return fmt.Sprintf("until.%d", day) }

// The hours of every night, where they are the same.
const (
	FieldEveryFrom  = "from.every"
	FieldEveryUntil = "until.every"
)

// The ways to be quiet at night.
const (
	NoNight    = "none"
	EveryNight = "every"
	EachNight  = "each"
)

var nights = []struct{ value, label string }{
	{NoNight, "None"}, {EveryNight, "Every night"}, {EachNight, "Some nights, or different hours"},
}

// weekdays begin on Monday, as the week of a house does.
var weekdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}

// channels are the columns of the table of kinds.
var channels = []struct{ name, label, symbol string }{
	{"screen", "Screen", "monitor"}, {"sound", "Sound", "volume-2"}, {"desktop", "Desktop", "bell"},
}

func kindName(k inn.Kind) string {
	switch k {
	case inn.BookingUpdate:
		return "Bookings"
	case inn.PropertyUpdate:
		return "Properties"
	case inn.AlertUpdate:
		return "Alerts"
	case inn.MetricUpdate:
		return "Figures"
	}
	return "People"
}

// tones say what each sound is for, and how it goes.
var tones = map[inn.Tone]struct{ label, notes string }{
	inn.ToneNew:       {"New booking", "two notes, rising"},
	inn.ToneConfirmed: {"Confirmed", "two higher notes, rising"},
	inn.ToneCancelled: {"Cancelled", "two notes, falling"},
	inn.ToneCritical:  {"Critical", "a high note, twice"},
	inn.ToneOther:     {"Everything else", "one quiet note"},
}

func priorityName(p inn.Priority) string {
	switch p {
	case inn.Critical:
		return "Critical only"
	case inn.High:
		return "High and critical"
	case inn.Medium:
		return "Medium and above"
	}
	return "Everything"
}

// amountIn shows how an amount is written; decimals say it in the settings.
var (
	amountIn = map[inn.Decimal]string{inn.DecimalPoint: "1,234.56", inn.DecimalComma: "1.234,56"}
	decimals = map[inn.Decimal]string{
		inn.DecimalPoint: amountIn[inn.DecimalPoint] + ", cells parted by commas",
		inn.DecimalComma: amountIn[inn.DecimalComma] + ", cells parted by semicolons",
	}
)

func otherDecimal(d inn.Decimal) inn.Decimal {
	if d == inn.DecimalComma {
		return inn.DecimalPoint
	}
	return inn.DecimalComma
}

// inDecimal asks for a file in one of the two ways.
func inDecimal(path string, d inn.Decimal) string {
	parted := "?"
	if strings.Contains(path, "?") {
		parted = "&"
	}
	return path + parted + FieldDecimal + "=" + string(d)
}
