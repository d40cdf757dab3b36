package handlers

import (
	"encoding/csv"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/inn"
)

// exportStep is how many events an export reads at a time.
const exportStep = 500

// exportHistory is "/history.csv": everything that the filter finds, written as
// it is read.
func (s *Site) exportHistory(c echo.Context) error {
	ctx, v := c.Request().Context(), viewer(c)
	asked, err := askHistory(c.QueryParams())
	if err != nil {
		return err
	}
	if asked.Property != "" {
		if err := s.sees(c, asked.Property); err != nil {
			return err
		}
	}
	f := filterOf(asked, v)
	f.Limit = exportStep
	events, err := s.store.History(ctx, v, f)
	if err != nil {
		return err
	}
	w := c.Response()
	h := w.Header()
	h.Set(echo.HeaderContentType, "text/csv; charset=utf-8; header=present")
	h.Set(echo.HeaderContentDisposition, `attachment; filename="baithaka-history-`+time.Now().In(inn.Location(v.Zone)).Format("2006-01-02")+`.csv"`)
	w.WriteHeader(http.StatusOK)
	rc := http.NewResponseController(w)
	sheet := newSheet(w, v, s.store.Epoch())
	for {
		// A long export may take longer than a page; a reader that is stuck may not.
		if err := rc.SetWriteDeadline(time.Now().Add(stuckAfter)); err != nil {
			return err
		}
		if err := sheet.write(redactedEvents(v, events)); err != nil {
			return nil // the reader is gone
		}
		if len(events) < exportStep {
			return nil
		}
		f.Before = events[len(events)-1].ID
		if events, err = s.store.History(ctx, v, f); err == nil {
			err = s.still(ctx, v)
		}
		if err != nil {
			return err // the file breaks off, and can be seen to; the log says why
		}
	}
}

// sheet writes events as the lines of a spreadsheet.
type sheet struct {
	w     *csv.Writer
	v     inn.Viewer
	epoch string
	zone  *time.Location
	money bool
	begun bool
	out   http.ResponseWriter
}

func newSheet(out http.ResponseWriter, v inn.Viewer, epoch string) *sheet {
	one := &sheet{w: csv.NewWriter(out), v: v, epoch: epoch, zone: inn.Location(v.Zone), money: v.MayAnywhere(inn.FinancialView), out: out}
	one.w.UseCRLF = true
	return one
}

func (s *sheet) write(events []inn.Event) error {
	if !s.begun {
		s.begun = true
		// The mark tells spreadsheets that the text is UTF-8.
		if _, err := s.out.Write([]byte("\ufeff")); err != nil {
			return err
		}
		head := []string{"When", "Kind", "Type", "Priority", "Property", "About", "Name", "What", "Status", "From", "To"}
		if s.money {
			head = append(head, "Amount", "Currency")
		}
		if err := s.w.Write(append(head, "By", "Position")); err != nil {
			return err
		}
	}
	for i := range events {
		if err := s.w.Write(s.line(&events[i])); err != nil {
			return err
		}
	}
	s.w.Flush()
	return s.w.Error()
}

func (s *sheet) line(e *inn.Event) []string {
	cells := []string{
		e.At.In(s.zone).Format(time.RFC3339), string(e.Kind()), string(e.Type), string(e.Priority), e.Property, e.Subject,
		"", "", "", "", "",
	}
	amount, currency := "", ""
	switch e.Kind() {
	case inn.BookingUpdate:
		if b, err := e.Booking(); err == nil && b.ID != "" {
			copy(cells[6:], []string{b.Customer, b.Title, string(b.Status), string(b.CheckIn), string(b.CheckOut)})
			if b.Priced {
				amount, currency = b.Price.String(), b.Price.Currency
			}
		}
	case inn.AlertUpdate:
		var a inn.Alert
		if e.Into(&a) == nil {
			copy(cells[6:], []string{a.Title, a.Detail, string(a.Status)})
		}
	case inn.PropertyUpdate:
		var p inn.Property
		if e.Into(&p) == nil {
			copy(cells[6:], []string{p.Name, p.Title, p.Status})
		}
	}
	if s.money {
		cells = append(cells, amount, currency)
	}
	cells = append(cells, e.By, inn.Position{Epoch: s.epoch, ID: e.ID}.String())
	for i, cell := range cells {
		cells[i] = plain(cell)
	}
	return cells
}

// plain keeps a cell from being run as a formula by the program that opens the
// file: names and titles come from outside.
func plain(cell string) string {
	first := strings.TrimLeft(cell, " \t\r\n")
	if strings.HasPrefix(cell, "\t") || strings.HasPrefix(cell, "\r") || first != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(first)[0]) {
		return "'" + cell
	}
	return cell
}
