package command

import (
	"context"
	"fmt"
	"text/tabwriter"

	"baithaka/store"
)

type auditCmd struct {
	List  auditListCmd  `cmd:"" help:"List administrative acts, the newest first."`
	Erase auditEraseCmd `cmd:"" help:"Take back what one act says, for somebody who has to be forgotten. That it was taken back stays."`
}

type auditListCmd struct {
	dataFlag
	Last int `default:"50" help:"How many."`
}

// Run lists the acts with their numbers.
func (c *auditListCmd) Run(ctx context.Context, con console) error {
	return withStore(ctx, c.Data, con, func(s *store.Store) error {
		acts, err := s.Audit(ctx, store.AuditFilter{Limit: max(c.Last, 1)})
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(con.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "ACT\tAT\tBY\tWHAT\tDETAIL")
		for _, a := range acts {
			fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\n", a.ID, a.At.Format("2006-01-02 15:04 MST"), a.By, a.Says(), a.Detail)
		}
		return table.Flush()
	})
}

type auditEraseCmd struct {
	dataFlag
	Act int64 `arg:"" help:"Its number, from audit list."`
}

// Run takes the words of the act back.
func (c *auditEraseCmd) Run(ctx context.Context, con console) error {
	return withStore(ctx, c.Data, con, func(s *store.Store) error {
		if err := s.EraseAct(ctx, operator, c.Act); err != nil {
			return err
		}
		fmt.Fprintf(con.out, "What act %d said is gone; the chain stands, and the audit keeps that it was taken back.\n", c.Act)
		return nil
	})
}
