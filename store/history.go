package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"baithaka/inn"
)

// EventFilter narrows History.
type EventFilter struct {
	After, Before int64 // places in the log; 0 for none
	Oldest        bool  // the oldest first, from After on; else the newest first
	Type          inn.Type
	Kind          inn.Kind
	Property      string
	Subject       string
	Actor         string
	From, Until   time.Time // when it happened; the zero time for an open end
	Words         string    // all of them, in guests' names, ids, titles and names of properties
	Feed          bool      // leave figures out: the feed tells of what people did
	Limit         int
}

// History gives the events that the viewer may see, in the order asked for. It
// reads on until the limit is full or the log ends, since the policy decides
// event by event.
func (s *Store) History(ctx context.Context, by inn.Viewer, f EventFilter) ([]inn.Event, error) {
	read, err := s.reader(ctx, by, f)
	if err != nil || read == nil {
		return nil, err
	}
	var found []inn.Event
	// Nearly all that is read may be seen: a little more than asked for is enough,
	// and a log full of what may not be seen is read in longer steps.
	for step := min(f.Limit+8, historyStep); ; step = min(2*step, historyStep) {
		batch, err := read(f.After, f.Before, step)
		if err != nil {
			return nil, err
		}
		for i := range batch {
			if by.Sees(&batch[i]) {
				if found = append(found, batch[i]); len(found) == f.Limit {
					return found, nil
				}
			}
		}
		if len(batch) < step {
			return found, nil
		}
		if last := batch[len(batch)-1].ID; f.Oldest {
			f.After = last
		} else {
			f.Before = last
		}
	}
}

// historyStep is how many events one query of History reads at the most.
const historyStep = 512

// mostBranches is for how many topics the newest events are taken topic by
// topic; who hears more sees most of the log, which is then read as it stands.
const mostBranches = 100

// historyReader gives the next events of a filter between two places, at most
// step of them.
type historyReader func(after, before int64, step int) ([]inn.Event, error)

// reader chooses how a filter is read, so that what is passed over costs
// nothing: by subject, by topic, by the search index, or straight through. It is
// nil when nothing can match.
func (s *Store) reader(ctx context.Context, by inn.Viewer, f EventFilter) (historyReader, error) {
	topics := by.Topics()
	if slices.Contains(topics, inn.Everything) {
		topics = nil
	}
	var query string
	var args []any
	switch {
	case f.Subject == "" && f.searches():
		match, ok := f.match(topics)
		if !ok {
			return nil, nil
		}
		if err := s.caughtUp(ctx); err != nil {
			return nil, err
		}
		query, args = f.bySearch(match)
	case f.Subject == "" && f.Property != "":
		query, args = f.byTopic([]inn.Topic{inn.PropertyTopic(f.Property)})
	case f.Subject == "" && topics != nil && len(topics) <= mostBranches:
		query, args = f.byTopic(topics)
	default:
		query, args = f.straight(topics)
	}
	return func(after, before int64, step int) ([]inn.Event, error) {
		args[0], args[1], args[2] = after, before, step
		rows, err := s.read.QueryContext(ctx, query, args...)
		return scanAll(rows, err, scanEvent)
	}, nil
}

// searches reports whether a filter asks for more than the log's own indexes
// know. What happened at one property is one topic, but for its figures.
func (f EventFilter) searches() bool {
	return f.Words != "" || f.Type != "" || f.Kind != "" || f.Actor != "" || !f.From.IsZero() || !f.Until.IsZero() ||
		f.Property != "" && !f.Feed
}

// columnsOfE is eventColumns where other tables are read beside the log.
const columnsOfE = `e.id, e.at, e.topic, e.recipients, e.type, e.priority, e.subject, e.property, e.actor, e.by_name, e.data`

// Every query takes the places as $1 and $2 and the limit as $3, and leaves out
// what is for the house's own streams.

func (f EventFilter) order() string {
	if f.Oldest {
		return "ASC"
	}
	return "DESC"
}

// between narrows a column to the places. Both ends are always there, so that
// the query is the same text on every page.
func between(column string) string {
	return column + " > $1 AND " + column + " < CASE $2 WHEN 0 THEN 9223372036854775807 ELSE $2 END"
}

func (f EventFilter) shown() string {
	hidden := []string{}
	for _, t := range inn.Types {
		if t.Internal() || f.Feed && t == inn.MetricsUpdate {
			hidden = append(hidden, "'"+string(t)+"'")
		}
	}
	return " AND e.type NOT IN (" + strings.Join(hidden, ", ") + ")"
}

// straight reads the log itself, or what happened to one subject.
func (f EventFilter) straight(topics []inn.Topic) (query string, args []any) {
	args = make([]any, 3)
	where := between("e.id") + f.shown()
	if f.Subject != "" {
		args = append(args, f.Subject)
		where += fmt.Sprintf(" AND e.subject = $%d", len(args))
	}
	if topics != nil {
		var list string
		list, args = in(args, topics)
		where += ` AND (e.topic IN (` + list + `) OR EXISTS (
			SELECT 1 FROM event_recipients WHERE event = e.id AND topic IN (` + list + `)))`
	}
	return `SELECT ` + columnsOfE + ` FROM events e WHERE ` + where + ` ORDER BY e.id ` + f.order() + ` LIMIT $3`, args
}

// byTopic takes the newest of each topic and of these the newest: what is on
// other topics is not even passed over.
func (f EventFilter) byTopic(topics []inn.Topic) (query string, args []any) {
	args = make([]any, 3)
	shown := f.shown()
	if f.Property != "" {
		args = append(args, f.Property)
		shown += fmt.Sprintf(" AND e.property = $%d", len(args))
	}
	var branches []string
	for _, topic := range topics {
		args = append(args, topic)
		own := fmt.Sprintf("e.topic = $%d AND ", len(args)) + between("e.id") + shown
		addressed := fmt.Sprintf("r.topic = $%d AND ", len(args)) + between("r.event") + shown
		branches = append(branches,
			`SELECT * FROM (SELECT e.id AS place FROM events e WHERE `+own+` ORDER BY e.id `+f.order()+` LIMIT $3)`,
			`SELECT * FROM (SELECT r.event FROM event_recipients r CROSS JOIN events e ON e.id = r.event
				WHERE `+addressed+` ORDER BY r.event `+f.order()+` LIMIT $3)`)
	}
	return `SELECT ` + columnsOfE + ` FROM (` + strings.Join(branches, "\nUNION ") + `
		ORDER BY place ` + f.order() + ` LIMIT $3) found
		CROSS JOIN events e ON e.id = found.place
		ORDER BY found.place ` + f.order(), args
}

// bySearch reads the search index, which gives places in the order of the log.
func (f EventFilter) bySearch(match string) (query string, args []any) {
	args = append(make([]any, 3), match, ms(f.From), ms(f.Until))
	return `SELECT ` + columnsOfE + ` FROM event_search s
		CROSS JOIN events e ON e.id = s.rowid
		WHERE event_search MATCH $4 AND ` + between("s.rowid") + `
			AND e.at >= $5 AND ($6 = 0 OR e.at < $6)
		ORDER BY s.rowid ` + f.order() + ` LIMIT $3`, args
}

// types gives the types of event that pass the filter.
func (f EventFilter) types() []inn.Type {
	var list []inn.Type
	for _, t := range inn.Types {
		if t.Known() && (f.Type == "" || t == f.Type) && (f.Kind == "" || t.Kind() == f.Kind) && !(f.Feed && t == inn.MetricsUpdate) {
			list = append(list, t)
		}
	}
	return list
}

func (f EventFilter) narrowsTypes() bool { return f.Type != "" || f.Kind != "" || f.Feed }
