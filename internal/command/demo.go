package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"baithaka/db"
	"baithaka/handlers"
	"baithaka/internal/demo"
	"baithaka/internal/inn"
)

type demoCmd struct {
	Data string `help:"Directory of the demonstration database." default:"./data/demo" type:"path" env:"BAITHAKA_DEMO_DATA"`
	serverFlags
	Speed float64 `help:"How many times faster than life the simulator runs." default:"1"`
	Seed  uint64  `help:"Which story the simulator tells." default:"1"`
}

// Run makes a fresh database and serves it with the simulator.
func (c *demoCmd) Run(ctx context.Context, con console) error {
	if c.Speed <= 0 || c.Speed > 1000 {
		return fmt.Errorf("--speed must be above 0 and at most 1000")
	}
	if err := loopback(c.Listen); err != nil {
		return err
	}
	origins, err := c.streamOrigins()
	if err != nil {
		return err
	}
	if err := freshDemo(c.Data); err != nil {
		return err
	}
	logger := slog.New(warnings{newLogger(con.err).Handler()})
	h, err := open(ctx, c.Data, logger)
	if err != nil {
		return err
	}
	defer h.close()
	if err := demo.Fill(ctx, h.store, c.Seed, time.Now()); err != nil {
		return fmt.Errorf("the demonstration cannot be made: %w", err)
	}
	var simulating sync.WaitGroup
	defer simulating.Wait()
	return h.serve(ctx, c.Listen, handlers.Config{StreamOrigins: origins}, func(address string) error {
		fmt.Fprintf(con.out, "Baithaka's demonstration runs at http://%s\nSign in with the password %s as\n", address, demo.Password)
		for _, m := range demo.People() {
			fmt.Fprintf(con.out, "  %-18s %s\n", m.Email, m.Role)
		}
		key, err := h.store.AddKey(ctx, operator, inn.Key{Name: demo.Simulator, Scopes: []inn.Scope{inn.EventsWrite}})
		if err != nil {
			return err
		}
		publish := demo.Over(http.DefaultClient, "http://"+address, key)
		simulating.Go(func() {
			if err := demo.Simulate(ctx, h.store, publish, c.Seed, c.Speed, logger); err != nil && !errors.Is(err, context.Canceled) {
				logger.Error("the simulator stopped", "error", err)
			}
		})
		return nil
	})
}

// warnings keeps a log quiet unless something is wrong: a line for each of the
// simulator's requests would push the address off the screen.
type warnings struct{ slog.Handler }

// Enabled reports whether a line is worth somebody's attention.
func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

// loopback refuses to show the demonstration, whose password everybody knows,
// to a network.
func loopback(listen string) error {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return fmt.Errorf("--listen must be like 127.0.0.1:8080")
	}
	if addr, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !addr.IsLoopback()) {
		return fmt.Errorf("the demonstration listens on loopback only, for example 127.0.0.1:8080: everybody knows its password")
	}
	return nil
}

// demoMarker is the file that says: this directory is the demonstration's, and
// may be emptied by it.
const demoMarker = "baithaka-demo"

// freshDemo empties a directory that is the demonstration's, and refuses one
// that is somebody's.
func freshDemo(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, demoMarker)); err != nil && len(entries) > 0 {
		return fmt.Errorf("%s is not empty and not a demonstration; nothing there was touched. Name an empty directory with --data", dir)
	}
	unlock, err := lock(dir)
	if err != nil {
		return err
	}
	defer unlock()
	if err := os.WriteFile(filepath.Join(dir, demoMarker), []byte("Baithaka's demonstration; emptied at every start.\n"), 0o600); err != nil {
		return err
	}
	for _, suffix := range []string{".db", ".db-wal", ".db-shm", ".marks", ".stamp"} {
		if err := os.Remove(strings.TrimSuffix(db.File(dir), ".db") + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}
