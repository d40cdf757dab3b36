package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"text/tabwriter"

	"baithaka/store"
)

type backupCmd struct {
	dataFlag
	File string `arg:"" type:"path" help:"Where to write it; nothing is overwritten."`
}

// Run copies the database as it is now, while the server goes on.
func (c *backupCmd) Run(ctx context.Context, con console) error {
	made, err := store.Backup(ctx, c.Data, c.File)
	if err != nil {
		return err
	}
	fmt.Fprintf(con.out, "Backed up everything up to %s into %s, %s. Keep it as safe as the database: it holds guests' names.\n",
		made.At, c.File, megabytes(made.Size))
	return nil
}

type restoreCmd struct {
	dataFlag
	File string `arg:"" type:"path" help:"A file that backup made."`
}

// Run puts a backup in the place of the database.
func (c *restoreCmd) Run(ctx context.Context, con console) error {
	unlock, err := lock(c.Data)
	if err != nil {
		return err
	}
	defer unlock()
	made, err := store.Restore(ctx, operator, c.Data, c.File, newLogger(con.err))
	if err != nil {
		return err
	}
	fmt.Fprintf(con.out, "Restored %s, %s, as of %s. The new epoch is %s: every page and program that comes back is told to reload.\n",
		c.File, megabytes(made.Size), made.At, made.Epoch)
	if made.Kept != "" {
		fmt.Fprintf(con.out, "What was there before is kept as %s; remove it when you need it no more.\n", made.Kept)
	}
	switch {
	case made.Again.Guests > 0:
		fmt.Fprintf(con.out, "%s had been erased since and came back with it: erased again, in %s. The backup itself still holds them.\n",
			counted(made.Again.Guests, "guest"), counted(made.Again.Bookings, "booking"))
	case !made.Again.Known:
		fmt.Fprintln(con.out, "There was no database that could tell which guests were erased since: whoever was is back and has to be erased again.")
	}
	if !made.Chain.Stands() {
		fmt.Fprintf(con.out, "Its audit is not as it was written: act %d %s.\n", made.Chain.Bad, made.Chain.Why)
	}
	fmt.Fprintln(con.out, "People, sessions and keys are as they were then: what was revoked since has to be revoked again.")
	return nil
}

type epochCmd struct {
	dataFlag
	New bool `required:"" help:"Begin a new epoch: every position that was handed out is lost, and whoever comes back with one is told to reload."`
}

// Run begins a new epoch. A file that was put back alone is found out without
// it; a whole directory, or the disk it is on, cannot tell that it is not new.
func (c *epochCmd) Run(ctx context.Context, con console) error {
	if !c.New {
		return errors.New("nothing was done: epoch only begins a new one, with --new")
	}
	return withStore(ctx, c.Data, con, func(s *store.Store) error {
		epoch, err := s.NewEpoch(ctx, operator)
		if err != nil {
			return err
		}
		fmt.Fprintf(con.out, "The new epoch is %s: every page and program is told to reload.\n", epoch)
		return nil
	})
}

type checkCmd struct {
	dataFlag
	Head auditHead `help:"The audit's head as it was kept elsewhere: from the audit page, the server's log, or an earlier check." placeholder:"N-HASH"`
}

// auditHead is a head as it was kept. What cannot be one is a mistake in typing,
// and says nothing about the audit.
type auditHead string

var headForm = regexp.MustCompile(`^(?:[0-9]{1,18}-)?[0-9a-fA-F]{64}$`)

// UnmarshalText reads "17-9f86d0…" or the hash alone.
func (h *auditHead) UnmarshalText(text []byte) error {
	*h = auditHead(bytes.TrimSpace(text))
	if !headForm.MatchString(string(*h)) {
		return fmt.Errorf("%q is no head of an audit, which is a number, a hyphen and 64 hexadecimal digits", text)
	}
	return nil
}

// Run looks whether the database is sound and the audit as it was written.
func (c *checkCmd) Run(ctx context.Context, con console) error {
	findings, err := store.Check(ctx, c.Data, string(c.Head))
	if err != nil {
		return err
	}
	wrong := 0
	table := tabwriter.NewWriter(con.out, 0, 0, 2, ' ', 0)
	for _, f := range findings {
		state, says := "ok", f.Says
		if f.Wrong != "" {
			wrong++
			state, says = "WRONG", f.Wrong
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", f.What, state, says)
	}
	if err := table.Flush(); err != nil || wrong == 0 {
		return err
	}
	return fmt.Errorf("%d of %d checks failed; a backup is put back with: baithaka restore FILE", wrong, len(findings))
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprint(n, " ", what, "s")
}

func megabytes(bytes int64) string { return fmt.Sprintf("%.1f MB", float64(bytes)/1e6) }
