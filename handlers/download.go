package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"baithaka/internal/delivery/conn"
	"baithaka/internal/export"
	"baithaka/internal/inn"
	"baithaka/views"
)

// downloadStep is how many rows a download reads at a time.
const downloadStep = 500

// download sends a file that is written as it is read, in the way its person chose
// for spreadsheets, or asked for this once. Each step waits for its turn like a page,
// which ends before it is written: who takes a file slowly keeps nobody else
// waiting. next returns the rows of the next step, fewer than a step when they are
// the last.
func download[T any](s *Site, c echo.Context, name string, table export.Table[T], next func(context.Context) ([]T, error)) error {
	ctx, v := c.Request().Context(), viewer(c)
	step := func() ([]T, error) {
		done, err := s.load.pageLimiter.enter(ctx, v.Actor())
		if err != nil {
			return nil, err
		}
		defer done()
		return next(ctx)
	}
	rows, err := step()
	if err != nil {
		return err
	}
	decimal := inn.Decimal(c.QueryParam(views.FieldDecimal))
	if decimal == "" {
		chosen, err := s.store.Preferences(ctx, v.UserID)
		if err != nil {
			return err
		}
		decimal = chosen.Decimal
	}
	if !decimal.Valid() {
		return inn.InvalidQuery([]inn.FieldError{{Field: views.FieldDecimal, Detail: "must be point or comma"}})
	}
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "text/csv; charset=utf-8; header=present")
	h.Set(echo.HeaderContentDisposition, `attachment; filename="baithaka-`+name+`.csv"`)
	rc := http.NewResponseController(c.Response())
	sheet := export.NewSheet(c.Response(), decimal, inn.Location(v.Zone))
	table.Head(sheet)
	for {
		// A long download may take longer than a page; a reader that is stuck may not.
		if err := rc.SetWriteDeadline(time.Now().Add(conn.StuckAfter)); err != nil {
			return err
		}
		if table.Write(sheet, rows) != nil || len(rows) < downloadStep {
			return nil
		}
		if rows, err = step(); err == nil {
			err = s.still(ctx, v)
		}
		if err != nil {
			return err // the file breaks off, and can be seen to; the log says why
		}
	}
}

// dated names a file for the day on which it is fetched.
func dated(name string, v inn.Viewer) string {
	return name + "-" + time.Now().In(inn.Location(v.Zone)).Format(time.DateOnly)
}

// downloadHistory is "/history.csv": everything that the filter finds.
func (s *Site) downloadHistory(c echo.Context) error {
	v := viewer(c)
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
	f.Limit = downloadStep
	return download(s, c, dated("history", v), export.Events(s.store.Epoch(), v.MayAnywhere(inn.FinancialView)), func(ctx context.Context) ([]inn.Event, error) {
		events, err := s.store.History(ctx, v, f)
		if len(events) > 0 {
			f.Before = events[len(events)-1].ID
		}
		return redactedEvents(v, events), err
	})
}

// downloadAudit is "/activity/audit.csv": the audit, narrowed as on the page, the
// newest first.
func (s *Site) downloadAudit(c echo.Context) error {
	v := viewer(c)
	_, f, err := auditFilter(c, inn.Location(v.Zone))
	if err != nil {
		return err
	}
	f.Limit = downloadStep
	return download(s, c, dated("audit", v), export.Acts(), func(ctx context.Context) ([]inn.Act, error) {
		acts, err := s.store.Audit(ctx, f)
		if len(acts) > 0 {
			f.Before = acts[len(acts)-1].ID
		}
		return acts, err
	})
}

// downloadGuest is everything held about a guest, which is read at once.
func (s *Site) downloadGuest(c echo.Context) error {
	var read bool
	return download(s, c, "guest-"+c.Param("id"), export.GuestRecords(), func(context.Context) (records []inn.GuestRecord, err error) {
		if !read {
			read = true
			records, err = s.guestRecords(c)
		}
		return records, err
	})
}
