package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
)

// password is everybody's in the house.
const password = "rain-on-the-lake-house-roof"

// house is a data directory that runs are made on.
type house struct {
	binary string
	dir    string
	key    string // may write, and read everything
	people []string
	kept   bool   // the directory is somebody's, and stays
	floor  string // instead of a house, a floor of this kind
}

// ours returns the slug of a property; there are as many as were asked for.
func ours(i int) string { return fmt.Sprintf("house-%d", i) }

// newHouse makes a house with so many properties and people, each of whom
// manages the first property. In a directory that is given it is made once, and
// found again by the file that holds its key.
func newHouse(binary, dir string, properties, people int) (*house, error) {
	h := &house{binary: binary, dir: dir, kept: dir != ""}
	for i := range people {
		h.people = append(h.people, fmt.Sprintf("manager-%d@house.test", i))
	}
	if !h.kept {
		made, err := os.MkdirTemp("", "baithaka-bench-")
		if err != nil {
			return nil, err
		}
		h.dir = made
	}
	note := filepath.Join(h.dir, "bench-key")
	key, err := os.ReadFile(note)
	if h.key = string(key); err == nil {
		return h, nil
	}
	if entries, err := os.ReadDir(h.dir); len(entries) > 0 {
		return nil, fmt.Errorf("%s is not empty and not made by bench", h.dir)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := h.fill(properties); err != nil {
		return nil, errors.Join(err, h.remove())
	}
	return h, os.WriteFile(note, []byte(h.key), 0o600)
}

// fill goes through the command line, as anybody would. With ten thousand
// properties it takes a minute or two.
func (h *house) fill(properties int) (err error) {
	var next atomic.Int64
	var workers sync.WaitGroup
	errs := make([]error, 4)
	for w := range errs {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < properties && errs[w] == nil; i = int(next.Add(1)) - 1 {
				_, errs[w] = h.command("property", "add", ours(i), "--name", fmt.Sprintf("House %d", i), "--units", "6", "--currency", "INR",
					"--timezone", "Asia/Kolkata", "--country", "IN")
			}
		})
	}
	workers.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for _, email := range h.people {
		if _, err := h.command("user", "add", email, "--name", "A manager", "--role", "PROPERTY_MANAGER", "--property", ours(0)); err != nil {
			return err
		}
	}
	h.key, err = h.command("key", "add", "bench", "--scope", "events:write,events:read,money:read,contacts:read")
	return err
}

// command runs a command of the program on the house and returns what it printed.
func (h *house) command(args ...string) (string, error) {
	cmd := exec.Command(h.binary, append(args, "--data", h.dir)...)
	cmd.Stdin = strings.NewReader(password + "\n")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", strings.Join(args[:2], " "), err, &said)
	}
	return strings.TrimSpace(string(out)), nil
}

func (h *house) remove() error {
	if h.kept {
		return nil
	}
	return os.RemoveAll(h.dir)
}
