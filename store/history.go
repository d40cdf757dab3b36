package store

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"baithaka/db"
	"baithaka/internal/inn"
)

// EventFilter narrows History.
type EventFilter struct {
	After, Before int64 // positions in the log; 0 for none
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

// History returns the events that the viewer may see, in the order asked for. It
// reads on until the limit is full or the log ends, since the policy decides
// event by event.
func (s *Store) History(ctx context.Context, by inn.Viewer, f EventFilter) ([]inn.Event, error) {
	found, _, err := s.history(ctx, by, f, 0)
	return found, err
}

// HistoryPage is History for somebody who waits for a page: where what is sought
// is rare it stops after a while, and returns the position from which to go on; 0 when
// it has looked at everything or the limit is full.
func (s *Store) HistoryPage(ctx context.Context, by inn.Viewer, f EventFilter) (found []inn.Event, reached int64, err error) {
	found, left, err := s.history(ctx, by, f, patience)
	if f.Oldest {
		return found, left.after, err
	}
	return found, left.before, err
}

func (s *Store) history(ctx context.Context, by inn.Viewer, f EventFilter, patience time.Duration) (found []inn.Event, left span, err error) {
	read, err := s.reader(ctx, by, f, patience)
	if err != nil || read == nil {
		return nil, span{}, err
	}
	left = span{f.After, f.Before}
	if f.Before == 0 {
		left.before = math.MaxInt64
	}
	// Nearly all that is read may be seen: a little more than asked for is enough,
	// and a log full of what may not be seen is read in longer steps.
	for step := min(f.Limit+8, historyStep); !left.empty(); step = min(2*step, historyStep) {
		batch, rest, stopped, err := read(left, step)
		if err != nil {
			return nil, span{}, err
		}
		left = rest
		for i := range batch {
			if by.Sees(&batch[i]) {
				if found = append(found, batch[i]); len(found) == f.Limit {
					return found, span{}, nil
				}
			}
		}
		if stopped && !left.empty() {
			return found, left, nil
		}
	}
	return found, span{}, nil
}

// historyStep is how many events one query of History reads at the most.
const historyStep = 512

// historyReader gives the next events in a part of the log, at most step of them,
// and what is left of it. stopped says that it has looked for long enough.
type historyReader func(in span, step int) (batch []inn.Event, rest span, stopped bool, err error)

// reader chooses how a filter is read, so that what is passed over costs
// nothing: by subject, by topic, by the search index, or straight through. It is
// nil when nothing can match.
func (s *Store) reader(ctx context.Context, by inn.Viewer, f EventFilter, patience time.Duration) (historyReader, error) {
	topics := heard(by)
	if f.Subject == "" && f.searches() {
		find, err := s.finder(ctx, f, topics, patience)
		if find == nil {
			return nil, err
		}
		return func(in span, step int) ([]inn.Event, span, bool, error) {
			positions, rest, err := find.positions(ctx, in, step)
			if err != nil {
				return nil, rest, false, err
			}
			batch, err := f.walk().at(ctx, find, positions, len(positions))
			return slices.DeleteFunc(batch, func(e inn.Event) bool { return !find.fits(&e) }), rest, find.stopped, err
		}, nil
	}
	var query string
	var args []any
	switch {
	case f.Subject != "":
		query, args = straight(topics, f.order(), f.shown()+" AND e.subject = $4", f.Subject)
	case f.Property != "": // what happened there, and not what was only told to those who see it
		query, args = byTopic([]inn.Topic{inn.PropertyTopic(f.Property)}, f.order(), f.shown(), " AND e.property = $4", f.Property)
	case topics != nil:
		query, args = byTopic(topics, f.order(), f.shown(), "")
	default:
		query, args = straight(topics, f.order(), f.shown())
	}
	return func(in span, step int) ([]inn.Event, span, bool, error) {
		args[0], args[1], args[2] = in.after, in.before, step
		rows, err := s.read.QueryContext(ctx, query, args...)
		batch, err := scanAll(rows, err, scanEvent)
		if len(batch) < step {
			return batch, span{}, false, err
		}
		return batch, in.beyond(batch[step-1].ID, f.Oldest), false, err
	}, nil
}

// heard returns the topics a viewer hears; nil for all.
func heard(by inn.Viewer) []inn.Topic {
	topics := by.Topics()
	if slices.Contains(topics, inn.Everything) {
		return nil
	}
	return topics
}

// searches reports whether a filter asks for more than the log's own indexes
// know. What happened at one property is one topic, but for its figures.
func (f EventFilter) searches() bool {
	return f.Words != "" || f.Type != "" || f.Kind != "" || f.Actor != "" || !f.From.IsZero() || !f.Until.IsZero() ||
		f.Property != "" && !f.Feed
}

// columnsOfE is eventColumns where other tables are read beside the log.
const columnsOfE = `e.id, e.at, e.stored, e.topic, e.recipients, e.type, e.priority, e.subject, e.property, e.actor, e.by_name, e.data`

// Every query takes the positions as $1 and $2 and the limit as $3, and leaves out
// what is for the house's own streams.

func (f EventFilter) order() string {
	if f.Oldest {
		return "ASC"
	}
	return "DESC"
}

func between(column string) string { return column + " > $1 AND " + column + " < $2" }

func (f EventFilter) shown() string {
	hidden := []string{}
	for _, t := range inn.Types {
		if t.Internal() || f.Feed && t == inn.MetricsUpdate {
			hidden = append(hidden, "'"+string(t)+"'")
		}
	}
	return " AND e.type NOT IN (" + strings.Join(hidden, ", ") + ")"
}

// straight reads the log itself, as far as it is on some topics; nil for all.
func straight(topics []inn.Topic, order, where string, more ...any) (query string, args []any) {
	args = append(make([]any, 3), more...)
	if topics != nil {
		var list string
		list, args = in(args, topics)
		where += ` AND (e.topic IN (` + list + `) OR EXISTS (
			SELECT 1 FROM event_recipients WHERE event = e.id AND topic IN (` + list + `)))`
	}
	return `SELECT ` + columnsOfE + ` FROM events e WHERE ` + between("e.id") + where + ` ORDER BY e.id ` + order + ` LIMIT $3`, args
}

// byTopic takes the newest, or the oldest, of each topic and of these again: what
// is on other topics is not even passed over. there narrows only what was
// addressed to a topic.
func byTopic(topics []inn.Topic, order, where, there string, more ...any) (query string, args []any) {
	args = append(make([]any, 3), more...)
	args = append(args, db.List(topics))
	keys := "$" + strconv.Itoa(len(args))
	begin, beyond := "$2", " > $1"
	if order == "ASC" {
		begin, beyond = "$1", " < $2"
	}
	own := db.Keyed{
		Table: "events", Index: "events_topic", Key: "topic", Position: "id", As: "e", Where: " AND e.id" + beyond + where,
		Keys: keys, Begin: begin, Limit: "$3", Oldest: order == "ASC",
	}
	addressed := db.Keyed{
		Table: "event_recipients", Key: "topic", Position: "event", As: "r",
		Joins: "{then} events e ON e.id = r.event", Where: " AND r.event" + beyond + where + there,
		Keys: keys, Begin: begin, Limit: "$3", Oldest: order == "ASC",
	}
	return `SELECT ` + columnsOfE + ` FROM (
			SELECT position FROM (` + own.Newest() + `) own
			UNION SELECT position FROM (` + addressed.Newest() + `) addressed
			ORDER BY position ` + order + ` LIMIT $3) found
		{then} events e ON e.id = found.position
		ORDER BY found.position ` + order, args
}

// walk reads the events at the positions of a search.
func (f EventFilter) walk() walk[inn.Event] {
	return walk[inn.Event]{columns: columnsOfE, joins: `{then} events e ON e.id = f.position`, where: f.shown(), scan: scanEvent}
}

// types returns the types of event that pass the filter.
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
