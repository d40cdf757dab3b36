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
	Problems   map[string]string // by the name of the field
	Saved      bool
	Properties PropertyBoxes // where they may be told otherwise; their tables stand in the form
	Own        inn.Preferences
	House      *HouseForm // nil for who may not change the house's settings
	Account    Account
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
	FieldQuiet   = "quiet" // weekdays, 0 for Sunday
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
	inn.ToneNew:       {"New booking", "A4 → C♯5"},
	inn.ToneConfirmed: {"Confirmed", "C5 → E5"},
	inn.ToneCancelled: {"Cancelled", "E4 → D4"},
	inn.ToneCritical:  {"Critical", "A5, twice"},
	inn.ToneOther:     {"Everything else", "A4, quietly"},
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

// commonZones are offered; any other of the time zone database may be typed.
var commonZones = []string{
	"UTC", "Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "America/Argentina/Buenos_Aires", "America/Bogota",
	"America/Chicago", "America/Denver", "America/Los_Angeles", "America/Mexico_City", "America/New_York", "America/Sao_Paulo", "Asia/Bangkok",
	"Asia/Colombo", "Asia/Dhaka", "Asia/Dubai", "Asia/Hong_Kong", "Asia/Jakarta", "Asia/Karachi", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Manila",
	"Asia/Seoul", "Asia/Singapore", "Asia/Tokyo", "Australia/Sydney", "Europe/Athens", "Europe/Berlin", "Europe/Istanbul", "Europe/Lisbon",
	"Europe/London", "Europe/Madrid", "Europe/Paris", "Europe/Rome", "Europe/Zurich", "Pacific/Auckland",
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
