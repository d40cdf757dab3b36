// Package export is what leaves as a file for a spreadsheet: one writer, and the
// table that each kind of file is. It is pure: rows in, lines out. It imports inn,
// and must never ask a database or know who asked.
package export

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"time"

	"baithaka/internal/inn"
)

// Sheet writes a CSV file for the program that its reader opens such files
// with. Amounts are numbers there, with the reader's decimal separator; dates and
// times are dates and times on the reader's clock, in cells of their own, because a
// time with an offset is only text to a spreadsheet; what people and programs wrote
// is text, also where it looks like something else.
type Sheet struct {
	w     *csv.Writer
	comma bool // before the decimals
	zone  *time.Location
	cells []string
}

// NewSheet begins a file for a reader with that decimal separator and zone. Whether
// it could be written Table.Write says.
func NewSheet(w io.Writer, decimal inn.Decimal, zone *time.Location) *Sheet {
	s := &Sheet{w: csv.NewWriter(w), comma: decimal == inn.DecimalComma, zone: zone}
	s.w.UseCRLF = true
	if s.comma {
		s.w.Comma = ';'
	}
	// The mark tells spreadsheets that the text is UTF-8.
	_, _ = io.WriteString(w, "\ufeff")
	return s
}

// ours adds cells that this program alone writes: headings, words of its own,
// dates as 2026-12-31.
func (s *Sheet) ours(cells ...string) { s.cells = append(s.cells, cells...) }

// text adds cells that came from outside.
func (s *Sheet) text(cells ...string) {
	for _, cell := range cells {
		s.cells = append(s.cells, plain(cell))
	}
}

// number adds a number written with a decimal point.
func (s *Sheet) number(n string) {
	if s.comma {
		n = strings.Replace(n, ".", ",", 1)
	}
	s.cells = append(s.cells, n)
}

// whenHead names the cells that when adds.
var whenHead = []string{"Date", "Time", "UTC offset"}

// when adds an instant: its date and time of day where the reader is, and how far
// that is from UTC, so that no hour of an autumn night is there twice.
func (s *Sheet) when(t time.Time) {
	if t.IsZero() {
		s.ours("", "", "")
		return
	}
	t = t.In(s.zone)
	s.ours(t.Format(time.DateOnly), t.Format(time.TimeOnly), t.Format("UTC-07:00"))
}

// value adds a field of a snapshot: a number, a date, an instant or a text.
func (s *Sheet) value(raw json.RawMessage) {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		if n := string(raw); wholeNumber.MatchString(n) {
			s.number(n)
		} else {
			s.text(n)
		}
		return
	}
	if _, is := inn.ParseDate(text); is {
		s.ours(text)
	} else if t, is := inn.ParseInstant(text); is {
		s.ours(t.In(s.zone).Format(time.DateTime))
	} else {
		s.text(text)
	}
}

var wholeNumber = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// end ends a line; Table.Write says whether it could be written.
func (s *Sheet) end() {
	_ = s.w.Write(s.cells)
	s.cells = s.cells[:0]
}

// plain keeps a text from being run as a formula by the program that opens the
// file, and from being turned into a number or a date: "007" into 7, "4E2" into
// 400, "1-2" into the second of January. Names, titles and numbers of bookings come
// from outside.
func plain(cell string) string {
	first := strings.TrimLeft(cell, " \t\r\n")
	switch {
	case strings.HasPrefix(cell, "\t") || strings.HasPrefix(cell, "\r"),
		first != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(first)[0]),
		numeric.MatchString(cell):
		return "'" + cell
	}
	return cell
}

// numeric is what begins and ends as a number or a date may.
var numeric = regexp.MustCompile(`^\s*[.,]?[0-9][0-9\s.,:/'’%eE+-]*$`)
