package command

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"baithaka/internal/inn"
	"baithaka/store"
)

type unitCmd struct {
	Add    unitAddCmd    `cmd:"" help:"Give a property a room, car or boat with a name; it then has as many to sell as it has of these."`
	List   unitListCmd   `cmd:"" help:"List the rooms of a property, or of all."`
	Set    unitSetCmd    `cmd:"" help:"Rename a room, or say how it is."`
	Remove unitRemoveCmd `cmd:"" help:"Remove a room that no booking to come is in."`
}

type unitAddCmd struct {
	dataFlag
	Property string `arg:"" help:"Slug of the property."`
	Slug     string `arg:"" help:"Short name for programs, for example room-3."`
	Name     string `required:"" help:"Name as shown."`
}

// Run adds the unit.
func (c *unitAddCmd) Run(ctx context.Context, con console) error {
	return withStore(ctx, c.Data, con, func(s *store.Store) error {
		u, err := s.AddUnit(ctx, operator, c.Property, c.Slug, c.Name)
		if err != nil {
			return err
		}
		fmt.Fprintf(con.out, "Added %s, %s.\n", u.Slug, u.Name)
		return nil
	})
}

type unitListCmd struct {
	dataFlag
	Property string `arg:"" optional:"" help:"Slug of the property."`
}

// Run lists the units.
func (c *unitListCmd) Run(ctx context.Context, con console) error {
	return withStore(ctx, c.Data, con, func(s *store.Store) error {
		units, err := s.EveryUnit(ctx, c.Property)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(con.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "PROPERTY\tUNIT\tNAME\tSTATE\tNOTE")
		for _, u := range units {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", u.Property, u.Slug, u.Name, u.State, u.Note)
		}
		return table.Flush()
	})
}

type unitSetCmd struct {
	dataFlag
	Property string  `arg:"" help:"Slug of the property."`
	Slug     string  `arg:"" help:"Slug of the room."`
	Name     *string `help:"Name as shown."`
	State    *string `help:"clean, dirty, inspected or out_of_order."`
	Note     *string `help:"What the next person must know; empty removes it."`
}

// Run changes the unit.
func (c *unitSetCmd) Run(ctx context.Context, con console) error {
	change := inn.UnitChange{Property: c.Property, Slug: c.Slug}
	if c.Name != nil {
		change.Name = inn.Given(*c.Name)
	}
	if c.State != nil {
		change.State = inn.Given(inn.UnitState(*c.State))
	}
	if c.Note != nil {
		change.Note = inn.Given(*c.Note)
	}
	if c.Name == nil && c.State == nil && c.Note == nil {
		return errors.New("nothing to change; say --name, --state or --note")
	}
	return withStore(ctx, c.Data, con, func(s *store.Store) error {
		u, err := s.SetUnit(ctx, operator, change)
		if err != nil {
			return err
		}
		fmt.Fprintf(con.out, "%s, %s, is %s.\n", u.Slug, u.Name, u.State)
		return nil
	})
}

type unitRemoveCmd struct {
	dataFlag
	Property string `arg:"" help:"Slug of the property."`
	Slug     string `arg:"" help:"Slug of the room."`
}

// Run removes the unit.
func (c *unitRemoveCmd) Run(ctx context.Context, con console) error {
	return withStore(ctx, c.Data, con, func(s *store.Store) error {
		if err := s.RemoveUnit(ctx, operator, c.Property, c.Slug); err != nil {
			return err
		}
		fmt.Fprintf(con.out, "Removed %s.\n", c.Slug)
		return nil
	})
}
