package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"baithaka/internal/inn"
	"baithaka/store"
)

type propertyCmd struct {
	Add  propertyAddCmd  `cmd:"" help:"Add a property."`
	List propertyListCmd `cmd:"" help:"List the properties."`
	Set  propertySetCmd  `cmd:"" help:"Change a property, and say what that means."`
}

type propertyAddCmd struct {
	dataFlag
	Slug     string `arg:"" help:"Short name for addresses, for example lake-house."`
	Name     string `required:"" help:"Name as shown."`
	Category string `default:"property" help:"property, car, transfer or tour."`
	Units    int    `default:"1" help:"How many rooms, cars or seats there are."`
	Currency string `required:"" help:"ISO 4217 code, for example INR."`
	Timezone string `required:"" help:"IANA zone, for example Asia/Kolkata."`
	Country  string `required:"" help:"ISO 3166 code, for example IN."`
}

// Run adds the property.
func (c *propertyAddCmd) Run(ctx context.Context, con console) error {
	return withNewStore(ctx, c.Data, con, func(s *store.Store) error {
		err := s.ListProperty(ctx, operator, inn.Property{
			Slug: c.Slug, Name: c.Name, Category: inn.Category(c.Category), Units: c.Units,
			Currency: c.Currency, Zone: c.Timezone, Country: c.Country,
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(con.out, "Added %s.\n", c.Slug)
		return nil
	})
}

type propertyListCmd struct{ dataFlag }

// Run lists the properties.
func (c *propertyListCmd) Run(ctx context.Context, con console) error {
	return withStore(ctx, c.Data, con, func(s *store.Store) error {
		properties, err := s.EveryProperty(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(con.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "SLUG\tNAME\tCATEGORY\tUNITS\tCURRENCY\tTIMEZONE\tCOUNTRY\tSTATUS")
		for _, p := range properties {
			fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\n", p.Slug, p.Name, p.Category, p.Units, p.Currency, p.Zone, p.Country, p.Status)
		}
		return table.Flush()
	})
}

type propertySetCmd struct {
	dataFlag
	Slug     string  `arg:"" help:"Its short name, which stays."`
	Name     *string `help:"Name as shown."`
	Units    *int    `help:"How many rooms, cars or seats there are."`
	Currency *string `help:"ISO 4217 code, for example INR. Amounts that bookings hold stay in theirs."`
	Timezone *string `help:"IANA zone, for example Asia/Kolkata: by its clock a day begins."`
	Country  *string `help:"ISO 3166 code, for example IN."`
	Status   *string `help:"open, closed, or another word that is shown with it."`
	DryRun   bool    `help:"Say what it would mean and change nothing."`
}

// Run changes the property, or says what that would mean.
func (c *propertySetCmd) Run(ctx context.Context, con console) error {
	edit := inn.PropertyEdit{
		Name: given(c.Name), Units: given(c.Units), Currency: given(c.Currency), Zone: given(c.Timezone),
		Country: given(c.Country), Status: given(c.Status),
	}
	if edit == (inn.PropertyEdit{}) {
		return errors.New("nothing was asked for: say what is to change, for example --units 6")
	}
	return withStore(ctx, c.Data, con, func(s *store.Store) error {
		properties, err := s.EveryProperty(ctx)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(properties, func(p inn.Property) bool { return p.Slug == c.Slug })
		if at < 0 {
			return inn.NoSuch("property")
		}
		was := properties[at]
		// What it means is worked out before it is done: afterwards it is so already.
		means, next, err := meaning(ctx, s, was, edit)
		if err != nil {
			return err
		}
		if c.DryRun {
			fmt.Fprintf(con.out, "Nothing was changed. This would change of %s:\n", was.Name)
			return sayMeaning(con.out, was.Changes(next), means)
		}
		edit.Seen = was.Fingerprint()
		if _, next, err = s.ChangeProperty(ctx, operator, c.Slug, edit); err != nil {
			return err
		}
		changes := was.Changes(next)
		if len(changes) == 0 {
			fmt.Fprintf(con.out, "%s is so already.\n", was.Name)
			return nil
		}
		fmt.Fprintf(con.out, "Changed %s.\n", c.Slug)
		return sayMeaning(con.out, changes, means)
	})
}

// given turns a flag into a field of an edit: absent when it was not given.
func given[T any](flag *T) (f inn.Field[T]) {
	if flag != nil {
		f = inn.Given(*flag)
	}
	return f
}

// meaning works out what an edit would make of a property, and what that means.
func meaning(ctx context.Context, s *store.Store, was inn.Property, edit inn.PropertyEdit) (says []string, next inn.Property, err error) {
	next = was.Edit(edit)
	if was.Slug == inn.Desk {
		return nil, next, nil
	}
	if err := next.Validate(); err != nil {
		return nil, next, err
	}
	now := time.Now()
	stake, err := s.Stake(ctx, operator, was, inn.DateOf(now, next.Location()))
	return was.Meaning(next, stake, now), next, err
}

func sayMeaning(out io.Writer, changes []inn.Change, means []string) error {
	for _, change := range changes {
		fmt.Fprintf(out, "  %s: %s → %s\n", change.Field, change.From, change.To)
	}
	for _, one := range means {
		fmt.Fprintln(out, one)
	}
	return nil
}
