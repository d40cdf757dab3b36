package command

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"baithaka/internal/inn"
	"baithaka/store"
)

type keyCmd struct {
	Add    keyAddCmd    `cmd:"" help:"Make an API key and print it, once."`
	List   keyListCmd   `cmd:"" help:"List the API keys."`
	Revoke keyRevokeCmd `cmd:"" help:"End an API key; its streams end at once."`
}

type keyAddCmd struct {
	dataFlag
	Name     string   `arg:"" help:"Name as shown, for example website."`
	Scope    []string `required:"" help:"events:write, events:read, money:read, contacts:read, notifications:write, metrics:read."`
	Property []string `help:"Slugs of the properties it is limited to; every property when not given."`
}

// Run makes the key.
func (c *keyAddCmd) Run(ctx context.Context, con console) error {
	scopes, err := inn.ParseScopes(c.Scope)
	if err != nil {
		return err
	}
	return withNewStore(ctx, c.Data, con, func(s *store.Store) error {
		secret, err := s.AddKey(ctx, operator, inn.Key{Name: c.Name, Scopes: scopes, Properties: c.Property})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(con.out, secret)
		return err
	})
}

type keyListCmd struct{ dataFlag }

// Run lists the keys.
func (c *keyListCmd) Run(ctx context.Context, con console) error {
	return withStore(ctx, c.Data, con, func(s *store.Store) error {
		keys, err := s.Keys(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(con.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "NAME\tSCOPES\tPROPERTIES\tLAST USED\tSTATE")
		for _, k := range keys {
			scopes := make([]string, len(k.Scopes))
			for i, scope := range k.Scopes {
				scopes[i] = string(scope)
			}
			used, state := "never", "active"
			if !k.LastUsed.IsZero() {
				used = k.LastUsed.Format("2006-01-02 15:04 MST")
			}
			if k.Revoked {
				state = "revoked"
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", k.Name, strings.Join(scopes, ","), or(strings.Join(k.Properties, ","), "all"), used, state)
		}
		return table.Flush()
	})
}

type keyRevokeCmd struct {
	dataFlag
	Name string `arg:""`
}

// Run revokes the key.
func (c *keyRevokeCmd) Run(ctx context.Context, con console) error {
	return withStore(ctx, c.Data, con, func(s *store.Store) error {
		if err := s.RevokeKey(ctx, operator, c.Name); err != nil {
			return err
		}
		fmt.Fprintf(con.out, "%s is revoked.\n", c.Name)
		return nil
	})
}
