package store

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"baithaka/db"
	"baithaka/internal/inn"
)

const alertColumns = `
	a.property, coalesce(p.name, ''), a.key, a.title, a.detail, a.priority, a.status,
	a.raised_at, a.handled_by, a.handled_at, a.had_by, a.resolved_at, a.resolved_by, a.reason, a.clash, a.event`

const alertsFrom = ` FROM alerts a LEFT JOIN properties p ON p.slug = a.property `

func scanAlert(row interface{ Scan(...any) error }) (inn.Alert, error) {
	var a inn.Alert
	var raised, handled, resolved int64
	var clash string
	err := row.Scan(&a.Property, &a.PropertyName, &a.Key, &a.Title, &a.Detail, &a.Priority, &a.Status,
		&raised, &a.AcknowledgedBy, &handled, &a.PreviouslyAcknowledgedBy, &resolved, &a.ResolvedBy, &a.Reason, &clash, &a.Event)
	if err == nil && clash != "" {
		err = json.Unmarshal([]byte(clash), &a.SoldTwice)
	}
	a.RaisedAt, a.AcknowledgedAt, a.ResolvedAt = fromMS(raised), fromMSPtr(handled), fromMSPtr(resolved)
	return a, err
}

// changeAlert applies an alert event from outside: row, event and card.
func (t *tx) changeAlert(by inn.Viewer, p inn.Publication, to []inn.Topic) (*inn.Event, error) {
	c := *p.Alert
	house := ""
	if c.Property != "" {
		var err error
		if house, err = t.houseFor(by, p.Type, c.Property); err != nil {
			return nil, err
		}
	} else if !by.May(inn.EventPublish, "") || !by.May(p.Type.Takes(), "") {
		return nil, inn.InvalidFields([]inn.FieldError{{Field: "property", Detail: "is needed: you may not raise alerts for the whole house"}})
	}
	rows, err := t.rows(`SELECT `+alertColumns+alertsFrom+`WHERE a.property = $1 AND a.key = $2`, c.Property, c.Key)
	found, err := scanAll(rows, err, scanAlert)
	if err != nil {
		return nil, err
	}
	was := inn.Alert{Key: c.Key, Property: c.Property, Priority: p.Type.Priority()}
	if len(found) > 0 {
		was = found[0]
	}
	c.Priority = p.Priority
	when := p.At
	if when.IsZero() || p.Type == inn.AlertAcknowledged {
		when = t.now // how long an acknowledgement lasts is counted by our clock
	}
	a, changed, err := was.Apply(p.Type, c, len(found) > 0, by.AcknowledgerName(), when)
	if err != nil || !changed {
		return nil, err
	}
	a.PropertyName = house
	e := &inn.Event{
		At: p.At, Topic: a.Topic(), To: to, Type: p.Type, Priority: a.Priority,
		Subject: a.Subject(), Property: a.Property, Actor: by.Actor(), By: by.Name,
	}
	if err := t.append(e, a); err != nil {
		return nil, err
	}
	a.Event = e.ID
	if err := t.saveAlert(a, len(found) > 0); err != nil {
		return nil, err
	}
	return e, t.card(by, e, a.Card(e))
}

// saveAlert writes an alert: a row of its own, or the one there is.
func (t *tx) saveAlert(a inn.Alert, existing bool) error {
	var handled, resolved int64
	if a.AcknowledgedAt != nil {
		handled = ms(*a.AcknowledgedAt)
	}
	if a.ResolvedAt != nil {
		resolved = ms(*a.ResolvedAt)
	}
	clash := ""
	if a.SoldTwice != nil {
		about, err := json.Marshal(a.SoldTwice)
		if err != nil {
			return err
		}
		clash = string(about)
	}
	save := `
		INSERT INTO alerts (
			property, key, title, detail, priority, status, raised_at, handled_by, handled_at, had_by, resolved_at, event, resolved_by, reason, clash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`
	if existing {
		save = `
		UPDATE alerts SET
			title = $3, detail = $4, priority = $5, status = $6, raised_at = $7, handled_by = $8, handled_at = $9, had_by = $10,
			resolved_at = $11, event = $12, resolved_by = $13, reason = $14, clash = $15
		WHERE property = $1 AND key = $2`
	}
	return t.exec(save,
		a.Property, a.Key, a.Title, a.Detail, a.Priority, a.Status, ms(a.RaisedAt), a.AcknowledgedBy, handled, a.PreviouslyAcknowledgedBy, resolved, a.Event, a.ResolvedBy, a.Reason, clash)
}

// OpenAlerts returns the alerts that still want somebody and that the viewer may
// see, the most urgent first; at one property, or at all of theirs with "". Each
// priority is walked by an index from its newest, so that it costs what it shows
// and not how many are open.
func (s *Store) OpenAlerts(ctx context.Context, by inn.Viewer, property string, limit int) ([]inn.Alert, error) {
	every := property == "" && by.May(inn.AlertView, "")
	args := []any{limit}
	if !every {
		var at []string
		switch {
		case property == "":
			at = slices.Clone(by.Theirs(inn.AlertView))
			if by.UserID != 0 {
				at = append(at, "") // the system's are everybody's
			}
		case by.May(inn.AlertView, property):
			at = []string{property}
		}
		args = append(args, db.List(at), int64(math.MaxInt64))
	}
	var newest []string
	for rank, priority := range inn.Priorities {
		open := fmt.Sprintf(" AND @.priority = '%s' AND @.status <> 'resolved'", priority)
		found := db.Keyed{Table: "alerts", Index: "alerts_open_at", Key: "property", Position: "event", As: "a", Within: open, Keys: "$2", Begin: "$3", Limit: "$1"}.Newest()
		if every {
			found = "SELECT a.property AS key, a.event AS position FROM alerts a {index alerts_open} WHERE 1 = 1" +
				strings.ReplaceAll(open, "@", "a") + " ORDER BY a.event DESC LIMIT $1"
		}
		newest = append(newest, fmt.Sprintf("SELECT key, position, '%s' AS priority, %d AS rank FROM (%s) of%[2]d", priority, rank, found))
	}
	rows, err := s.read.QueryContext(ctx, `
		SELECT `+alertColumns+`
		FROM (`+strings.Join(newest, " UNION ALL ")+` ORDER BY rank, position DESC LIMIT $1) found
		{then} alerts a {index alerts_open_at} ON a.property = found.key AND a.priority = found.priority AND a.event = found.position AND a.status <> 'resolved'
		LEFT JOIN properties p ON p.slug = a.property
		ORDER BY found.rank, found.position DESC`, args...)
	return scanAll(rows, err, scanAlert)
}
