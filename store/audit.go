package store

import (
	"context"
	"fmt"
	"time"

	"baithaka/internal/inn"
)

// audit keeps an administrative act, in the transaction of what it did. What a
// person did is also an event on their own topic: they and those who may see
// everybody's activity hear of it at once.
func (t *tx) audit(by inn.Viewer, act inn.Act) error {
	act.At, act.By, act.Actor, act.Address = t.now, by.Name, by.Name, by.Address
	if by.Somebody() {
		act.Actor = by.Actor()
	}
	if err := t.keep(act); err != nil || by.UserID == 0 {
		return err
	}
	return t.append(&inn.Event{
		Topic: by.Own(), Type: inn.UserAction, Subject: string(by.Own()), Actor: by.Actor(), By: by.Name,
	}, map[string]string{"name": by.Name, "action": act.Says(), "detail": act.Detail})
}

const actColumns = `id, at, actor, by_name, deed, subject, name, detail, address`

func scanAct(row interface{ Scan(...any) error }) (inn.Act, error) {
	var a inn.Act
	var at int64
	err := row.Scan(&a.ID, &at, &a.Actor, &a.By, &a.Action, &a.Subject, &a.Name, &a.Detail, &a.Address)
	a.At = fromMS(at)
	return a, err
}

// AuditFilter narrows Audit and Activity.
type AuditFilter struct {
	Actor        string // "user:3"; "" for everybody
	Action       inn.AuditAction
	Since, Until time.Time // Until is not part of it; zero for no bound
	Before       int64     // the position a page goes on from; 0 for the newest
	After        int64     // only what came after a position
	Limit        int
}

// conditions writes the filter as SQL for a table with actor, at and id.
func (f AuditFilter) conditions(args []any) (string, []any) {
	where := ""
	add := func(condition string, value any) {
		args = append(args, value)
		where += fmt.Sprintf(" AND "+condition, len(args))
	}
	if f.Actor != "" {
		add("actor = $%d", f.Actor)
	}
	if !f.Since.IsZero() {
		add("at >= $%d", ms(f.Since))
	}
	if !f.Until.IsZero() {
		add("at < $%d", ms(f.Until))
	}
	if f.Before > 0 {
		add("id < $%d", f.Before)
	}
	if f.After > 0 {
		add("id > $%d", f.After)
	}
	return where, args
}

// Audit returns administrative acts, the newest first; who may see them is for
// the caller to ask.
func (s *Store) Audit(ctx context.Context, f AuditFilter) ([]inn.Act, error) {
	where, args := f.conditions([]any{f.Limit})
	if f.Action != "" {
		args = append(args, f.Action)
		where += fmt.Sprintf(" AND deed = $%d", len(args))
	}
	rows, err := s.read.QueryContext(ctx, `
		SELECT `+actColumns+`
		FROM audit
		WHERE 1 = 1 `+where+`
		ORDER BY id DESC
		LIMIT $1`, args...)
	return scanAll(rows, err, scanAct)
}

// AuditActors returns who is in the audit: the actor and the name they had last.
func (s *Store) AuditActors(ctx context.Context) ([]inn.Act, error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT `+actColumns+`
		FROM audit
		WHERE id IN (SELECT max(id) FROM audit GROUP BY actor)
		ORDER BY by_name, actor`)
	return scanAll(rows, err, scanAct)
}

// Activity returns what people did that the viewer may see, the newest first: the
// log by that kind, which the search index knows.
func (s *Store) Activity(ctx context.Context, by inn.Viewer, f AuditFilter) ([]inn.Event, error) {
	return s.History(ctx, by, EventFilter{
		Kind: inn.UserActivity, Actor: f.Actor, From: f.Since, Until: f.Until, Before: f.Before, Limit: f.Limit,
	})
}
