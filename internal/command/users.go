package command

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"baithaka/internal/inn"
	"baithaka/store"
)

type userCmd struct {
	Add     userAddCmd     `cmd:"" help:"Add a person. The password comes from standard input if piped, else one is made and printed."`
	List    userListCmd    `cmd:"" help:"List everybody."`
	Passwd  userPasswdCmd  `cmd:"" help:"Give a person a new password and end their sessions."`
	Disable userDisableCmd `cmd:"" help:"Bar a person; their sessions and streams end at once."`
	Enable  userEnableCmd  `cmd:"" help:"Let a barred person in again."`
	Set     userSetCmd     `cmd:"" help:"Change a person's role or properties."`
}

type userAddCmd struct {
	dataFlag
	Email    string   `arg:"" help:"E-mail address; what they sign in with."`
	Name     string   `required:"" help:"Name as shown."`
	Role     string   `required:"" help:"SUPER_ADMIN, ADMIN, PROPERTY_OWNER, PROPERTY_MANAGER, STAFF or USER."`
	Property []string `help:"Slugs of their properties; desk stands for bookings without one."`
}

// Run adds the person.
func (c *userAddCmd) Run(ctx context.Context, con console) error {
	password, made, err := readPassword(con.in)
	if err != nil {
		return err
	}
	return withNewStore(ctx, c.Data, con, func(s *store.Store) error {
		m, err := s.AddMember(ctx, operator, inn.Member{Email: c.Email, Name: c.Name, Role: inn.Role(c.Role), Properties: c.Property}, password)
		if err != nil {
			return err
		}
		fmt.Fprintf(con.out, "Added %s, %s.\n", m.Email, m.Role)
		printMade(con, password, made)
		return nil
	})
}

// readPassword reads one line from standard input if that is piped, else draws
// a password of 80 random bits.
func readPassword(in io.Reader) (password string, made bool, err error) {
	if f, ok := in.(*os.File); ok {
		info, err := f.Stat()
		if err != nil || info.Mode()&os.ModeCharDevice != 0 {
			return strings.ToLower(rand.Text()[:16]), true, nil
		}
	}
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", false, err
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return strings.ToLower(rand.Text()[:16]), true, nil
	}
	return line, false, nil
}

func printMade(con console, password string, made bool) {
	if made {
		fmt.Fprintf(con.out, "Password (shown once): %s\n", password)
	}
}

type userListCmd struct{ dataFlag }

// Run lists everybody.
func (c *userListCmd) Run(ctx context.Context, con console) error {
	return withStore(ctx, c.Data, con, func(s *store.Store) error {
		members, err := s.Members(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(con.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "EMAIL\tNAME\tROLE\tPROPERTIES\tSTATE")
		for _, m := range members {
			state := "active"
			if m.Disabled {
				state = "disabled"
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", m.Email, m.Name, m.Role, strings.Join(m.Properties, ","), state)
		}
		return table.Flush()
	})
}

type userPasswdCmd struct {
	dataFlag
	Email string `arg:""`
}

// Run sets a new password.
func (c *userPasswdCmd) Run(ctx context.Context, con console) error {
	password, made, err := readPassword(con.in)
	if err != nil {
		return err
	}
	return withStore(ctx, c.Data, con, func(s *store.Store) error {
		m, err := s.MemberByEmail(ctx, c.Email)
		if err != nil {
			return err
		}
		if err := s.SetPassword(ctx, operator, m.ID, password); err != nil {
			return err
		}
		fmt.Fprintf(con.out, "%s has a new password and is signed out everywhere.\n", m.Email)
		printMade(con, password, made)
		return nil
	})
}

type userDisableCmd struct {
	dataFlag
	Email string `arg:""`
}

// Run bars the person.
func (c *userDisableCmd) Run(ctx context.Context, con console) error {
	return setDisabled(ctx, con, c.Data, c.Email, true)
}

type userEnableCmd struct {
	dataFlag
	Email string `arg:""`
}

// Run lets the person in again.
func (c *userEnableCmd) Run(ctx context.Context, con console) error {
	return setDisabled(ctx, con, c.Data, c.Email, false)
}

func setDisabled(ctx context.Context, con console, dir, email string, disabled bool) error {
	return withStore(ctx, dir, con, func(s *store.Store) error {
		m, err := s.MemberByEmail(ctx, email)
		if err != nil {
			return err
		}
		if err := s.DisableMember(ctx, operator, m.ID, disabled); err != nil {
			return err
		}
		fmt.Fprintf(con.out, "%s is %s.\n", m.Email, map[bool]string{true: "disabled", false: "enabled"}[disabled])
		return warnOfNoAdministrator(ctx, con, s, m)
	})
}

type userSetCmd struct {
	dataFlag
	Email    string    `arg:""`
	Role     string    `help:"New role; unchanged when not given."`
	Property *[]string `help:"New list of properties, \"\" for none; unchanged when not given."`
}

// Run changes role and properties.
func (c *userSetCmd) Run(ctx context.Context, con console) error {
	return withStore(ctx, c.Data, con, func(s *store.Store) error {
		m, err := s.MemberByEmail(ctx, c.Email)
		if err != nil {
			return err
		}
		was := m
		if c.Role != "" {
			m.Role = inn.Role(c.Role)
		}
		if c.Property != nil {
			m.Properties = strings.Fields(strings.Join(*c.Property, " "))
		}
		if err := s.ChangeMember(ctx, operator, m.ID, m.Role, m.Properties); err != nil {
			return err
		}
		fmt.Fprintf(con.out, "%s is %s with %s.\n", m.Email, m.Role, or(strings.Join(m.Properties, ", "), "no property"))
		return warnOfNoAdministrator(ctx, con, s, was)
	})
}

// warnOfNoAdministrator says when a change to somebody took the last of those who
// may do everything away from the house. The pages refuse that; the command line
// may, since it can bring one back.
func warnOfNoAdministrator(ctx context.Context, con console, s *store.Store, was inn.Member) error {
	if !was.Role.MayGrant(was.Role) { // somebody else can make another of them
		return nil
	}
	members, err := s.Members(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(members, func(m inn.Member) bool { return m.Role == was.Role && !m.Disabled && !m.Invited }) {
		fmt.Fprintf(con.err, "baithaka: there is no %s now who can sign in; bring one back with: baithaka user enable EMAIL, or user set EMAIL --role %[1]s\n", was.Role)
	}
	return nil
}
