// Package demo is the house that people look at before they have one of their
// own: six people, eight properties, ninety days of trade, and a simulator that
// goes on from there at the pace of seed B's mock server. The history is written
// into the store, the simulator publishes over the API as any program does. It
// imports store and inn only, and must never be reached by a house with real
// guests: everybody knows its password.
package demo

import (
	"context"
	"fmt"
	"time"

	"baithaka/internal/inn"
	"baithaka/store"
)

// Password is what each of the six people signs in with.
const Password = "baithaka-demo"

const (
	// maxBatch is the most publications of one transaction: as many as the API
	// takes in one array.
	maxBatch = 500
	// unread is how many of the newest events people have not seen yet: enough to
	// show what the bell is for, few enough to read.
	unread = 12
)

// The streams of random numbers: what Fill tells does not depend on how much
// the simulator has drawn, and the other way round.
const (
	fillStream = iota + 1
	simulatorStream
)

// builder is who lists the properties and invites the people.
var builder = inn.Viewer{Name: "Baithaka"}

// Fill writes the demonstration into an empty database: the properties, the
// people, and what happened in the ninety days before now. The same seed and
// now tell the same story.
func Fill(ctx context.Context, s *store.Store, seed uint64, now time.Time) error {
	if err := list(ctx, s); err != nil {
		return err
	}
	members, err := invite(ctx, s)
	if err != nil {
		return err
	}
	authors, err := install(ctx, s, programs...)
	if err != nil {
		return err
	}
	for _, m := range members {
		authors[m.Name] = m.Viewer()
	}
	actions := tell(seed, now)
	news := max(len(actions)-unread, 0)
	if err := publish(ctx, s, authors, actions[:news]); err != nil {
		return err
	}
	for _, m := range members {
		if err := s.MarkAllRead(ctx, m.Viewer()); err != nil {
			return fmt.Errorf("the cards of %s: %w", m.Email, err)
		}
	}
	return publish(ctx, s, authors, actions[news:])
}

// list adds the properties and gives the desk its zone and currency.
func list(ctx context.Context, s *store.Store) error {
	for _, h := range houses() {
		if h.Slug == inn.Desk {
			if err := s.SetDesk(ctx, builder, h.Zone, h.Currency); err != nil {
				return fmt.Errorf("the desk: %w", err)
			}
			continue
		}
		if err := s.ListProperty(ctx, builder, h.Property); err != nil {
			return fmt.Errorf("the property %s: %w", h.Slug, err)
		}
	}
	return nil
}

// invite adds the people. They come before the history, so that what they did
// in it is theirs.
func invite(ctx context.Context, s *store.Store) ([]inn.Member, error) {
	members := People()
	for i, m := range members {
		var err error
		if members[i], err = s.AddMember(ctx, builder, m, Password); err != nil {
			return nil, fmt.Errorf("the person %s: %w", m.Email, err)
		}
	}
	return members, nil
}

// publish stores actions in their order, as many in one transaction as the same
// author did in a row: a sync for each would take a small box a minute.
func publish(ctx context.Context, s *store.Store, authors map[string]inn.Viewer, actions []action) error {
	for len(actions) > 0 {
		by := actions[0].by
		batch := inn.Batch{Array: true}
		for _, d := range actions {
			if d.by != by || len(batch.Publications) == maxBatch {
				break
			}
			d.Heard = d.At // as if it were told as it happened
			batch.Publications = append(batch.Publications, d.Publication)
		}
		if _, _, err := s.Publish(ctx, authors[by], store.Idempotency{}, batch); err != nil {
			return fmt.Errorf("the history of %s: %w", batch.Publications[0].At.Format(time.DateTime), err)
		}
		actions = actions[len(batch.Publications):]
	}
	return nil
}
