package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"baithaka/internal/inn"
)

// Idempotency is the key a publisher sent so that a repeated publish is stored
// once. Key is "" when none was sent.
type Idempotency struct {
	Key  string
	Body [32]byte // SHA-256 of the request's body
}

// idempotencyKept is for how long a key is remembered.
const idempotencyKept = 24 * time.Hour

// Publish stores a batch of publications in one transaction, all or nothing,
// and returns the appended events, nil where nothing changed. With an idempotency
// key seen before it stores nothing and returns the events of then as they are now,
// replayed = true.
func (s *Store) Publish(ctx context.Context, by inn.Viewer, idem Idempotency, batch inn.Batch) (events []*inn.Event, replayed bool, err error) {
	if err := fewAddressed(batch); err != nil {
		return nil, false, err
	}
	write := s.write
	if len(batch.Publications) > longBatch {
		write = s.writeLong
	}
	err = write(ctx, asOfNow(by, inn.EventPublish, func(t *tx, by inn.Viewer) error {
		actor := string(by.Own())
		if idem.Key != "" {
			if events, replayed, err = t.remembered(by, actor, idem); err != nil || replayed {
				return err
			}
		}
		events = make([]*inn.Event, len(batch.Publications))
		for i, p := range batch.Publications {
			if events[i], err = t.publish(by, p); err != nil {
				return about(err, i)
			}
		}
		if idem.Key == "" {
			return nil
		}
		return t.exec(`
			INSERT INTO idempotency (actor, key, body, answer, at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (actor, key) DO UPDATE SET body = excluded.body, answer = excluded.answer, at = excluded.at`,
			actor, idem.Key, idem.Body[:], idsOf(events), ms(t.now))
	}))
	if err != nil {
		return nil, false, err
	}
	return events, replayed, nil
}

// longBatch is from how many publications on a batch lets others go between.
const longBatch = 16

// mostAddressed is how many addresses, rooms and roles a batch names in all: each
// is a row that is written while others wait.
const mostAddressed = 2500

func fewAddressed(batch inn.Batch) error {
	named := 0
	for _, p := range batch.Publications {
		named += len(p.Emails) + len(p.Rooms)
		if p.Role != "" {
			named++
		}
	}
	if named <= mostAddressed {
		return nil
	}
	return inn.InvalidFields([]inn.FieldError{{Field: "", Detail: fmt.Sprintf("names %d addresses and rooms in all; send at most %d at once", named, mostAddressed)}})
}

// remembered returns the events of an earlier publish with the same key.
func (t *tx) remembered(by inn.Viewer, actor string, idem Idempotency) (events []*inn.Event, found bool, err error) {
	var hash []byte
	var text string
	found, err = t.row(`SELECT body, answer FROM idempotency WHERE actor = $1 AND key = $2 AND at > $3`,
		[]any{actor, idem.Key, ms(t.now.Add(-idempotencyKept))}, &hash, &text)
	if !found || err != nil {
		return nil, false, err
	}
	if string(hash) != string(idem.Body[:]) {
		return nil, false, inn.E(inn.Conflict, "This Idempotency-Key was used with another body in the last 24 hours; use a new one for a new publish.")
	}
	ids := parseIDs(text)
	events = make([]*inn.Event, len(ids))
	for i, id := range ids {
		e, found, err := t.event(id)
		if err != nil {
			return nil, false, err
		}
		if !found {
			continue // nothing changed then, or it is past its retention
		}
		if events[i] = &e; e.Property != "" && !by.May(inn.EventPublish, e.Property) {
			return nil, false, inn.NoSuch("property")
		}
	}
	return events, true, nil
}

// idsOf writes the ids of events with a space between, 0 where nothing
// changed: what was answered is made of them anew.
func idsOf(events []*inn.Event) string {
	ids := make([]string, len(events))
	for i, e := range events {
		ids[i] = "0"
		if e != nil {
			ids[i] = strconv.FormatInt(e.ID, 10)
		}
	}
	return strings.Join(ids, " ")
}

// parseIDs reads what idsOf wrote.
func parseIDs(text string) []int64 {
	var ids []int64
	for part := range strings.FieldsSeq(text) {
		id, _ := strconv.ParseInt(part, 10, 64) // 0 is the id of nothing
		ids = append(ids, id)
	}
	return ids
}

// publish stores one publication; the event is nil when nothing changed.
func (t *tx) publish(by inn.Viewer, p inn.Publication) (*inn.Event, error) {
	if !p.Heard.IsZero() {
		defer func(now time.Time) { t.now = now }(t.now)
		t.now = p.Heard
	}
	if p.At.After(t.now) {
		p.At = t.now // by a clock that is ahead of ours
	}
	to, err := t.recipients(by, p)
	if err != nil {
		return nil, err
	}
	switch {
	case p.Booking != nil:
		return t.changeBooking(by, p, to)
	case p.Alert != nil:
		return t.changeAlert(by, p, to)
	case p.Unit != nil:
		return t.changeUnit(by, p, to)
	case p.Block != nil:
		return t.changeBlock(by, p, to)
	case p.Property != nil:
		return t.changeProperty(by, p, to)
	default:
		return t.report(by, p, to)
	}
}

// report keeps a metrics or user event as it was reported.
func (t *tx) report(by inn.Viewer, p inn.Publication, to []inn.Topic) (*inn.Event, error) {
	e := &inn.Event{
		At: p.At, Topic: inn.House, To: to, Type: p.Type, Priority: p.Priority,
		Subject: "report:" + by.Name, Property: p.Report.Property, Actor: by.Actor(), By: by.Name,
	}
	if p.Report.Property != "" {
		if _, err := t.houseFor(by, p.Type, p.Report.Property); err != nil {
			return nil, err
		}
		e.Topic = inn.PropertyTopic(p.Report.Property)
	} else if !by.May(inn.EventPublish, "") || !by.May(p.Type.Takes(), "") {
		return nil, inn.InvalidFields([]inn.FieldError{{Field: "property", Detail: "is needed: you may not write for the whole house"}})
	}
	var payload map[string]json.RawMessage
	if err := json.Unmarshal(p.Report.Payload, &payload); err != nil || payload == nil {
		return nil, inn.InvalidFields([]inn.FieldError{{Field: "payload", Detail: "must be an object"}})
	}
	reporter, err := json.Marshal(by.Actor())
	if err != nil {
		return nil, err
	}
	payload["reported"] = reporter
	if err := t.append(e, payload); err != nil {
		return nil, err
	}
	return e, t.card(by, e, e.ReportCard())
}

// recipients turns the addressing of a publication into topics.
func (t *tx) recipients(by inn.Viewer, p inn.Publication) ([]inn.Topic, error) {
	var to []inn.Topic
	var problems []inn.FieldError
	for i, email := range p.Emails {
		id, err := t.idOf(email)
		if err != nil {
			return nil, err
		}
		if id == 0 {
			problems = append(problems, inn.FieldError{Field: fmt.Sprintf("affectedUsers/%d", i), Detail: "is nobody's e-mail address here"})
			continue
		}
		to = append(to, inn.UserTopic(id))
	}
	if p.Role != "" {
		to = append(to, inn.RoleTopic(p.Role))
	}
	for i, room := range p.Rooms {
		topics, err := t.room(by, room)
		if err != nil {
			return nil, err
		}
		if topics == nil {
			problems = append(problems, inn.FieldError{Field: fmt.Sprintf("rooms/%d", i), Detail: "is not a room you may address"})
		}
		to = append(to, topics...)
	}
	return to, inn.InvalidFields(problems)
}

// idOf returns whose an e-mail address is, 0 for nobody's. The same ones stand in
// many events of a batch.
func (t *tx) idOf(email string) (id int64, err error) {
	if id, known := t.emails[email]; known {
		return id, nil
	}
	if _, err := t.row(`SELECT id FROM users WHERE {folded email} = {folded $1} AND disabled = 0`, []any{email}, &id); err != nil {
		return 0, err
	}
	if t.emails == nil {
		t.emails = map[string]int64{}
	}
	t.emails[email] = id
	return id, nil
}

// room returns the topics of a room by the seeds' name for it; nil when there is
// no such room for this publisher.
func (t *tx) room(by inn.Viewer, room string) ([]inn.Topic, error) {
	switch {
	case room == inn.RoomSystem && by.May(inn.EventPublish, ""):
		return []inn.Topic{inn.System}, nil
	case room == inn.RoomDashboard && by.May(inn.EventPublish, ""):
		return []inn.Topic{inn.House}, nil
	}
	if slug, ok := strings.CutPrefix(room, "property:"); ok {
		if !by.May(inn.EventPublish, slug) {
			return nil, nil
		}
		if _, err := t.property(slug); err != nil {
			return nil, ignoreNotFound(err)
		}
		return []inn.Topic{inn.PropertyTopic(slug)}, nil
	}
	if role, ok := strings.CutPrefix(room, "role:"); ok && inn.Role(role).Valid() {
		return []inn.Topic{inn.RoleTopic(inn.Role(role))}, nil
	}
	if strings.HasPrefix(room, "user:") {
		var id int64
		found, err := t.row(`SELECT id FROM users WHERE 'user:' || id = $1 AND disabled = 0`, []any{room}, &id)
		if found {
			return []inn.Topic{inn.UserTopic(id)}, nil
		}
		return nil, err
	}
	return nil, nil
}

func ignoreNotFound(err error) error {
	if inn.CodeOf(err) == inn.NotFound {
		return nil
	}
	return err
}

// about returns an error of the i-th publication as one about that.
func about(err error, i int) error {
	var e *inn.Error
	if !errors.As(err, &e) {
		return err
	}
	return e.Of(i)
}
