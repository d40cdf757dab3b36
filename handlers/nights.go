package handlers

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"baithaka/internal/inn"
	"baithaka/views"
)

// setNights writes the quiet hours of a week into the fields of the form.
func setNights(f url.Values, quiet [7]inn.QuietHours) {
	on := 0
	for i, q := range quiet {
		day := time.Weekday(i)
		if q.On {
			f.Add(views.FieldQuiet, strconv.Itoa(i))
			on++
		}
		f.Set(views.FieldFrom(day), clock(q.From))
		f.Set(views.FieldUntil(day), clock(q.Until))
	}
	ways := views.EachNight
	switch {
	case on == 0:
		ways = views.NoNight
	case on == len(quiet) && !slices.ContainsFunc(quiet[:], func(q inn.QuietHours) bool { return q != quiet[0] }):
		ways = views.EveryNight
	}
	f.Set(views.FieldNights, ways)
	f.Set(views.FieldEveryFrom, clock(quiet[0].From))
	f.Set(views.FieldEveryUntil, clock(quiet[0].Until))
}

// readNights reads them back. A form without a way has those of each night.
func readNights(f url.Values) (quiet [7]inn.QuietHours, problems []inn.FieldError) {
	ways := f.Get(views.FieldNights)
	read := func(from, until string) (q inn.QuietHours) {
		var fromOK, untilOK bool
		q.From, fromOK = minutes(f.Get(from))
		q.Until, untilOK = minutes(f.Get(until))
		if !fromOK || !untilOK {
			problems = append(problems, inn.FieldError{Field: from, Detail: "must be two times such as 22:00 and 07:00"})
		}
		return q
	}
	if ways == views.EveryNight {
		every := read(views.FieldEveryFrom, views.FieldEveryUntil)
		every.On = true
		for i := range quiet {
			quiet[i] = every
		}
		return quiet, problems
	}
	for i := range quiet {
		day := time.Weekday(i)
		quiet[i] = read(views.FieldFrom(day), views.FieldUntil(day))
		quiet[i].On = ways != views.NoNight && slices.Contains(f[views.FieldQuiet], strconv.Itoa(i))
	}
	if ways == views.NoNight {
		problems = nil // the hours are hidden, and say nothing
	}
	return quiet, problems
}

// clock writes minutes after midnight as 22:00; minutes reads them back.
func clock(minutes int) string {
	return time.Date(1, 1, 1, 0, minutes, 0, 0, time.UTC).Format("15:04")
}

func minutes(text string) (int, bool) {
	t, err := time.Parse("15:04", strings.TrimSpace(text))
	return t.Hour()*60 + t.Minute(), err == nil
}
