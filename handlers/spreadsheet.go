package handlers

import (
	"encoding/csv"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/inn"
	"baithaka/views"
)

// spreadsheet writes a CSV file for the program that its reader opens such files
// with. Amounts are numbers there, with the reader's decimal separator; dates and
// times are dates and times on the reader's clock, in cells of their own, because a
// time with an offset is only text to a spreadsheet; what people and programs wrote
// is text, also where it looks like something else.
type spreadsheet struct {
	w     *csv.Writer
	comma bool // before the decimals
	zone  *time.Location
	cells []string
}

// spreadsheet begins a file to download, in the way its person chose, or asked for
// this once.
func (s *Site) spreadsheet(c echo.Context, name string) (*spreadsheet, error) {
	v := viewer(c)
	decimal := inn.Decimal(c.QueryParam(views.FieldDecimal))
	if decimal == "" {
		chosen, err := s.store.Preferences(c.Request().Context(), v.UserID)
		if err != nil {
			return nil, err
		}
		decimal = chosen.Decimal
	}
	if !decimal.Valid() {
		return nil, inn.InvalidQuery([]inn.FieldError{{Pointer: "/" + views.FieldDecimal, Detail: "must be point or comma"}})
	}
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "text/csv; charset=utf-8; header=present")
	h.Set(echo.HeaderContentDisposition, `attachment; filename="`+name+`.csv"`)
	w := c.Response()
	sheet := &spreadsheet{w: csv.NewWriter(w), comma: decimal == inn.DecimalComma, zone: inn.Location(v.Zone)}
	sheet.w.UseCRLF = true
	if sheet.comma {
		sheet.w.Comma = ';'
	}
	// The mark tells spreadsheets that the text is UTF-8.
	_, _ = w.Write([]byte("\ufeff")) // flush tells whether the reader is gone
	return sheet, nil
}

// ours adds cells that this program alone writes: headings, words of its own,
// dates as 2026-12-31.
func (s *spreadsheet) ours(cells ...string) { s.cells = append(s.cells, cells...) }

// text adds cells that came from outside.
func (s *spreadsheet) text(cells ...string) {
	for _, cell := range cells {
		s.cells = append(s.cells, plain(cell))
	}
}

// number adds a number written with a decimal point.
func (s *spreadsheet) number(n string) {
	if s.comma {
		n = strings.Replace(n, ".", ",", 1)
	}
	s.cells = append(s.cells, n)
}

// whenHead names the cells that when adds.
var whenHead = []string{"Date", "Time", "UTC offset"}

// when adds an instant: its date and time of day where the reader is, and how far
// that is from UTC, so that no hour of an autumn night is there twice.
func (s *spreadsheet) when(t time.Time) {
	if t.IsZero() {
		s.ours("", "", "")
		return
	}
	t = t.In(s.zone)
	s.ours(t.Format(time.DateOnly), t.Format(time.TimeOnly), t.Format("UTC-07:00"))
}

// value adds a field of a snapshot: a number, a date, an instant or a text.
func (s *spreadsheet) value(raw json.RawMessage) {
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

// end ends a line.
func (s *spreadsheet) end() error {
	defer func() { s.cells = s.cells[:0] }()
	return s.w.Write(s.cells)
}

func (s *spreadsheet) flush() error {
	s.w.Flush()
	return s.w.Error()
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
