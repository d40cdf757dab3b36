package store

import (
	"context"

	"baithaka/internal/inn"
)

const blockColumns = `k.id, k.property, p.name, k.unit, coalesce(u.name, ''), k.from_day, k.to_day, k.reason, k.title, k.by_owner, k.by_name, k.changed_at, k.event`

const blocksFrom = ` FROM blocks k JOIN properties p ON p.slug = k.property
	LEFT JOIN units u ON u.property = k.property AND u.slug = k.unit `

func scanBlock(row interface{ Scan(...any) error }) (inn.Block, error) {
	var b inn.Block
	var byOwner, changed int64
	err := row.Scan(&b.ID, &b.Property, &b.PropertyName, &b.Unit, &b.UnitName, &b.From, &b.To, &b.Reason, &b.Title, &byOwner, &b.By, &changed, &b.Event)
	b.ByOwner, b.At = byOwner != 0, fromMS(changed)
	return b, err
}

// changeBlock applies a block event: row and event. It returns nil when nothing
// changed.
func (t *tx) changeBlock(by inn.Viewer, p inn.Publication, to []inn.Topic) (*inn.Event, error) {
	rows, err := t.rows(`SELECT `+blockColumns+blocksFrom+`WHERE k.id = $1`, p.Block.ID)
	found, err := scanAll(rows, err, scanBlock)
	if err != nil {
		return nil, err
	}
	var was inn.Block
	if len(found) > 0 {
		was = found[0]
		if !by.May(inn.EventPublish, was.Property) {
			return nil, inn.NoSuch("block")
		}
		if !by.May(inn.BlockManage, was.Property) || !was.ByOwner && !by.May(inn.PropertyManage, was.Property) {
			return nil, inn.E(inn.Forbidden, "You may only change what owners have blocked.")
		}
	}
	now, as, changed, err := was.Apply(p.Type, *p.Block, len(found) > 0, t.now)
	if err != nil || !changed {
		return nil, err
	}
	if now.PropertyName, err = t.houseFor(by, p.Type, now.Property); err != nil {
		return nil, err
	}
	if now.Unit != "" {
		u, err := t.unit(by, now.Property, now.Unit)
		if err != nil {
			return nil, asInvalid(err)
		}
		now.UnitName = u.Name
	}
	if len(found) == 0 {
		now.ByOwner = !operates(by) && !by.May(inn.PropertyManage, now.Property) // who blocks without managing it owns it
	}
	now.By = by.Name
	e := &inn.Event{
		At: p.At, Topic: inn.PropertyTopic(now.Property), To: to, Type: as, Priority: p.Priority,
		Subject: now.Subject(), Property: now.Property, Actor: by.Actor(), By: by.Name,
	}
	if err := t.append(e, now); err != nil {
		return nil, err
	}
	now.Event = e.ID
	if as == inn.BlockRemoved {
		return e, t.exec(`DELETE FROM blocks WHERE id = $1`, now.ID)
	}
	return e, t.saveBlock(now, len(found) > 0)
}

func (t *tx) saveBlock(b inn.Block, existing bool) error {
	save := `
		INSERT INTO blocks (id, property, unit, from_day, to_day, reason, title, by_owner, by_name, changed_at, event)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	if existing {
		save = `
		UPDATE blocks SET
			property = $2, unit = $3, from_day = $4, to_day = $5, reason = $6, title = $7, by_owner = $8, by_name = $9,
			changed_at = $10, event = $11
		WHERE id = $1`
	}
	byOwner := 0
	if b.ByOwner {
		byOwner = 1
	}
	return t.exec(save, b.ID, b.Property, b.Unit, b.From, b.To, b.Reason, b.Title, byOwner, b.By, ms(b.At), b.Event)
}

// mostBlocks is how many blocks are read at once: of one property, in a span.
const mostBlocks = 2000

// Blocks returns the blocks of a property that cover at least one night from one
// date to another, exclusive, and that the viewer may see, the first to end first.
func (s *Store) Blocks(ctx context.Context, by inn.Viewer, property string, from, to inn.Date) ([]inn.Block, error) {
	where, args := visible(by, inn.PropertyView, "k.property", []any{property, from, to, mostBlocks})
	return s.blocks(ctx, where, args)
}

// blocks is Blocks with the condition that holds what may be seen, and the
// arguments of both.
func (s *Store) blocks(ctx context.Context, where string, args []any) ([]inn.Block, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+blockColumns+blocksFrom+`
		WHERE k.property = $1 AND k.to_day > $2 AND k.from_day < $3 AND `+where+` ORDER BY k.to_day, k.id LIMIT $4`, args...)
	return scanAll(rows, err, scanBlock)
}
