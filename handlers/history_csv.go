package handlers

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/delivery/conn"
	"baithaka/internal/inn"
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
	file, err := s.spreadsheet(c, "baithaka-history-"+time.Now().In(inn.Location(v.Zone)).Format(time.DateOnly))
	if err != nil {
		return err
	}
	rc := http.NewResponseController(c.Response())
	sheet := eventSheet{file, s.store.Epoch(), v.MayAnywhere(inn.FinancialView)}
	sheet.head()
	for {
		// A long export may take longer than a page; a reader that is stuck may not.
		if err := rc.SetWriteDeadline(time.Now().Add(conn.StuckAfter)); err != nil {
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

// eventSheet writes events as the lines of a spreadsheet.
type eventSheet struct {
	*spreadsheet
	epoch string
	money bool
}

func (s eventSheet) head() {
	s.ours(whenHead...)
	s.ours("Kind", "Type", "Priority", "Property", "About", "Name", "What", "Status", "From", "To")
	if s.money {
		s.ours("Amount", "Currency")
	}
	s.ours("By", "Position")
	_ = s.end() // flush tells
}

func (s eventSheet) write(events []inn.Event) error {
	for i := range events {
		s.line(&events[i])
	}
	return s.flush()
}

func (s eventSheet) line(e *inn.Event) {
	s.when(e.At)
	s.text(string(e.Kind()), string(e.Type), string(e.Priority), e.Property, e.Subject)
	var about [3]string // name, what, status
	var from, to inn.Date
	amount, currency := "", ""
	switch e.Kind() {
	case inn.BookingUpdate:
		if b, err := e.Booking(); err == nil && b.ID != "" {
			about, from, to = [3]string{b.Customer, b.Title, string(b.Status)}, b.CheckIn, b.CheckOut
			if b.Priced {
				amount, currency = b.Price.String(), b.Price.Currency
			}
		}
	case inn.AlertUpdate:
		var a inn.Alert
		if e.Into(&a) == nil {
			about = [3]string{a.Title, a.Detail, string(a.Status)}
		}
	case inn.PropertyUpdate:
		about, from, to = ofProperty(e)
	}
	s.text(about[:]...)
	s.ours(string(from), string(to))
	if s.money {
		s.number(amount)
		s.ours(currency)
	}
	s.text(e.By, inn.Position{Epoch: s.epoch, ID: e.ID}.String())
	_ = s.end() // flush tells
}

// ofProperty returns what an event says of a property, of one of its rooms, or of
// nights that are not for sale: its name, what, how it stands, and which nights.
func ofProperty(e *inn.Event) (about [3]string, from, to inn.Date) {
	switch e.Type {
	case inn.UnitStateChanged:
		var u inn.Unit
		if e.Into(&u) == nil {
			about = [3]string{u.Name, u.Note, string(u.State)}
		}
	case inn.BlockMade, inn.BlockChanged, inn.BlockRemoved:
		var b inn.Block
		if e.Into(&b) == nil {
			about, from, to = [3]string{b.UnitName, b.Title, string(b.Reason)}, b.From, b.To
		}
	default:
		var p inn.Property
		if e.Into(&p) == nil {
			about = [3]string{p.Name, p.Title, p.Status}
		}
	}
	return about, from, to
}
