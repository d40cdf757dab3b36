package inn

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"baithaka/internal/zones"
)

// Preferences is how one person wants to be told of what happens, and how what
// they download is written. It never changes what they may see, what is unread or
// what the badge counts: only whether the screen, a sound or the desktop announces
// it.
type Preferences struct {
	Everywhere Told            `json:"everywhere"`
	Properties map[string]Told `json:"properties,omitempty"` // by slug, where it differs from everywhere
	Minimum    Priority        `json:"minimum"`              // what is less urgent is not announced
	Seconds    int             `json:"seconds"`              // how long a toast stays
	Volume     int             `json:"volume"`               // 0–100
	Silent     []Tone          `json:"silent,omitempty"`     // tones that are off
	Quiet      [7]QuietHours   `json:"quiet"`                // by the weekday they begin on, Sunday first
	MutedUntil time.Time       `json:"mutedUntil,omitzero"`  // always an instant: nothing mutes for ever
	Through    bool            `json:"through"`              // critical breaks through quiet hours and mute
	Decimal    Decimal         `json:"decimal"`              // of the spreadsheets that open their downloads
}

// Told says, for each kind of event, by which channels it is announced.
type Told map[Kind]Channels

// Channels are the ways in which a page announces something.
type Channels struct {
	Screen  bool `json:"screen,omitempty"`
	Sound   bool `json:"sound,omitempty"`
	Desktop bool `json:"desktop,omitempty"`
}

// Tone is one of the sounds, named for what it says.
type Tone string

// Seed B's three tones, the one that asks for somebody at once, and the quiet
// single one of everything else.
const (
	ToneNew       Tone = "new"
	ToneConfirmed Tone = "confirmed"
	ToneCancelled Tone = "cancelled"
	ToneCritical  Tone = "critical"
	ToneOther     Tone = "other"
)

// Tones lists them in the order of the settings.
var Tones = []Tone{ToneNew, ToneConfirmed, ToneCancelled, ToneCritical, ToneOther}

// Decimal is what stands before the cents in a spreadsheet of the person's country.
// A file written the other way opens there without a complaint, with amounts that
// are text or a thousand times too large.
type Decimal string

// The two ways to write numbers. Where the comma stands before the cents, the cells
// of a file are parted by semicolons.
const (
	DecimalPoint Decimal = "point" // 1,234.56
	DecimalComma Decimal = "comma" // 1.234,56
)

// Decimals lists them in the order of the settings.
var Decimals = []Decimal{DecimalPoint, DecimalComma}

// Valid reports whether it is one of the two.
func (d Decimal) Valid() bool { return slices.Contains(Decimals, d) }

// QuietHours are the hours of one weekday in which nothing rings, in minutes
// after midnight of the person's own zone. Hours that end before they begin, or
// at the same time, end on the day after.
type QuietHours struct {
	On    bool `json:"on,omitempty"`
	From  int  `json:"from"`
	Until int  `json:"until"`
}

// Span is a stretch of time: from its beginning up to, and without, its end.
type Span struct{ From, Until time.Time }

// The limits of what a person may choose.
const (
	MinToastSeconds = 3
	MaxToastSeconds = 60
	MuteFor         = time.Hour
	maxMute         = 24 * time.Hour
	maxOwn          = 200 // every page holds what was chosen
	dayMinutes      = 24 * 60
)

// DefaultPreferences is what holds until a person chooses: everything shows and
// sounds, alerts and bookings reach the desktop once that is allowed, nights
// are not quiet, and critical things always ring.
func DefaultPreferences() Preferences {
	p := Preferences{
		Everywhere: Told{
			BookingUpdate:  {Screen: true, Sound: true, Desktop: true},
			AlertUpdate:    {Screen: true, Sound: true, Desktop: true},
			PropertyUpdate: {Screen: true, Sound: true},
			MetricUpdate:   {Screen: true},
			UserActivity:   {Screen: true, Sound: true, Desktop: true},
		},
		Minimum: Low, Seconds: 10, Volume: 60, Through: true, Decimal: DecimalPoint,
	}
	for day := range p.Quiet {
		p.Quiet[day] = QuietHours{From: 22 * 60, Until: 7 * 60}
	}
	return p
}

// Validate reports what cannot be stored, by the names of the form.
func (p Preferences) Validate(now time.Time) error {
	var problems []FieldError
	wrong := func(field, detail string) {
		problems = append(problems, FieldError{field, detail})
	}
	if !p.Minimum.Valid() {
		wrong("minimum", "must be critical, high, medium or low")
	}
	if p.Seconds < MinToastSeconds || p.Seconds > MaxToastSeconds {
		wrong("seconds", fmt.Sprintf("must be %d to %d", MinToastSeconds, MaxToastSeconds))
	}
	if p.Volume < 0 || p.Volume > 100 {
		wrong("volume", "must be 0 to 100")
	}
	if !p.Decimal.Valid() {
		wrong("decimal", "must be point or comma")
	}
	for day, q := range p.Quiet {
		if q.From < 0 || q.From >= dayMinutes || q.Until < 0 || q.Until >= dayMinutes {
			wrong(fmt.Sprintf("quiet/%d", day), "must be times such as 22:00 and 07:00")
		}
	}
	if len(p.Properties) > maxOwn {
		wrong("own", fmt.Sprintf("must be %d properties or fewer", maxOwn))
	}
	if p.MutedUntil.After(now.Add(maxMute)) {
		wrong("mutedUntil", "must be within a day: nothing mutes for ever")
	}
	return InvalidFields(problems)
}

// CheckZone reports whether a name is that of a time zone; "" stands for the
// house's.
func CheckZone(name string) error {
	if _, err := zones.Load(name); err != nil && name != "" {
		return InvalidFields([]FieldError{{Field: "zone", Detail: "must be a time zone such as Asia/Kolkata"}})
	}
	return nil
}

// At returns what holds at a property: its own choice, else the one for
// everywhere.
func (p Preferences) At(property string) Told {
	if own, found := p.Properties[property]; found {
		return own
	}
	return p.Everywhere
}

// Announce decides how an event is announced to its person at an instant. It
// says nothing of whose doing it was or of catching up, which are the page's to
// know. The page decides by Plan, which holds the same answers.
func (p Preferences) Announce(e *Event, now time.Time, zone *time.Location) (screen, sound, desktop bool) {
	if e.Priority.Rank() > p.Minimum.Rank() { // 0 is the most urgent
		return false, false, false
	}
	if p.quiet(now, zone) && !(p.Through && e.Priority == Critical) {
		return false, false, false
	}
	c := p.At(e.Property)[e.Kind()]
	return c.Screen, c.Sound, c.Desktop
}

// quiet reports whether it is quiet at an instant, by the clock or by mute.
func (p Preferences) quiet(now time.Time, zone *time.Location) bool {
	return slices.ContainsFunc(p.Spans(now, 0, zone), func(s Span) bool { return !now.Before(s.From) })
}

// Spans returns the quiet stretches that end after now and begin within the days
// that follow, in order and without overlap. The clock of the zone decides, so a
// night in which it changes is an hour longer or shorter.
func (p Preferences) Spans(now time.Time, days int, zone *time.Location) []Span {
	var spans []Span
	add := func(s Span) {
		if s.Until.After(now) && s.From.Before(s.Until) {
			spans = append(spans, s)
		}
	}
	add(Span{now, p.MutedUntil})
	today := DateOf(now, zone)
	// Yesterday's hours may end today; all-day ones end as far as tomorrow.
	for d := -2; d <= days; d++ {
		begins := today.Add(d)
		q := p.Quiet[begins.Time().Weekday()]
		if !q.On {
			continue
		}
		ends := begins
		if q.Until <= q.From {
			ends = begins.Add(1)
		}
		add(Span{begins.At(q.From, zone), ends.At(q.Until, zone)})
	}
	slices.SortFunc(spans, func(a, b Span) int { return a.From.Compare(b.From) })
	return merged(spans)
}

// merged joins stretches that touch or overlap.
func merged(spans []Span) []Span {
	var joined []Span
	for _, s := range spans {
		last := len(joined) - 1
		if last < 0 || s.From.After(joined[last].Until) {
			joined = append(joined, s)
		} else if s.Until.After(joined[last].Until) {
			joined[last].Until = s.Until
		}
	}
	return joined
}

// Plan is the preferences as a page needs them: no rule is left in it that
// takes a calendar or a time zone. Instants are unix milliseconds.
type Plan struct {
	Everywhere map[Kind]string            `json:"everywhere"`
	Properties map[string]map[Kind]string `json:"properties"`
	Minimum    int                        `json:"minimum"`
	Seconds    int                        `json:"seconds"`
	Volume     int                        `json:"volume"`
	Silent     []Tone                     `json:"silent"`
	Quiet      [][2]int64                 `json:"quiet"`
	Through    bool                       `json:"through"`
}

// planned is for how many days ahead a plan knows the quiet hours; a page that
// stays open fetches itself more often.
const planned = 14

// Plan works the preferences out for a page that is shown now.
func (p Preferences) Plan(now time.Time, zone *time.Location) Plan {
	plan := Plan{
		Everywhere: p.Everywhere.words(), Properties: map[string]map[Kind]string{}, Minimum: p.Minimum.Rank(),
		Seconds: p.Seconds, Volume: p.Volume, Silent: append([]Tone{}, p.Silent...), Quiet: [][2]int64{}, Through: p.Through,
	}
	for slug, told := range p.Properties {
		plan.Properties[slug] = told.words()
	}
	for _, s := range p.Spans(now, planned, zone) {
		plan.Quiet = append(plan.Quiet, [2]int64{s.From.UnixMilli(), s.Until.UnixMilli()})
	}
	return plan
}

// words names the channels of each kind: "screen sound".
func (t Told) words() map[Kind]string {
	named := map[Kind]string{}
	for kind, c := range t {
		named[kind] = strings.Join(c.Names(), " ")
	}
	return named
}

// Names lists the channels that are on, as the form names them.
func (c Channels) Names() []string {
	var names []string
	for _, one := range []struct {
		on   bool
		name string
	}{{c.Screen, "screen"}, {c.Sound, "sound"}, {c.Desktop, "desktop"}} {
		if one.on {
			names = append(names, one.name)
		}
	}
	return names
}
