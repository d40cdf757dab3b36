// Package command is the command line: one file a command, and the life of the
// server: open, build, serve, stop. It is the only package that knows every
// other, and nothing but main and the fault tests may import it.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"baithaka/internal/zones"
)

// Main runs the program with the arguments and the streams of its process, until
// it ends or is told to by SIGINT or SIGTERM, and returns its exit status.
func Main() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
}

// cli is the command line. Every flag has an environment variable:
// --public-url is BAITHAKA_PUBLIC_URL.
type cli struct {
	Demo     demoCmd     `cmd:"" help:"Make a fresh demonstration database and serve it, with a simulator."`
	Serve    serveCmd    `cmd:"" help:"Serve."`
	User     userCmd     `cmd:"" help:"People: add, list, change, disable."`
	Key      keyCmd      `cmd:"" help:"API keys: add, list, revoke."`
	Property propertyCmd `cmd:"" help:"Properties: add, list, change."`
	Unit     unitCmd     `cmd:"" help:"Rooms with names: add, list, change, remove."`
	Backup   backupCmd   `cmd:"" help:"Copy the database, while the server runs."`
	Restore  restoreCmd  `cmd:"" help:"Put a backup in the database's place; what is there is kept beside it."`
	Epoch    epochCmd    `cmd:"" help:"Make every page and program reload, after the database was put back with all that stands beside it."`
	Audit    auditCmd    `cmd:"" help:"The administrative acts."`
	Check    checkCmd    `cmd:"" help:"Look whether the database is sound and the audit as it was written."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}

// console is what a command reads and writes.
type console struct {
	in       io.Reader
	out, err io.Writer
}

// Run is the program without the process around it, so that tests can start it
// too. The status is 0, 1 (failed, one line on errOut) or 2 (usage).
func Run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) (status int) {
	forgetEmpty()
	exited := -1
	parser, err := kong.New(&cli{},
		kong.Name("baithaka"),
		kong.Description("Live bookings for small hospitality businesses. `baithaka demo` shows it."),
		kong.DefaultEnvars("BAITHAKA"),
		kong.Writers(out, errOut),
		kong.Exit(func(code int) { exited = code; panic(errExit) }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(console{in, out, errOut}),
	)
	if err != nil {
		fmt.Fprintln(errOut, "baithaka:", err)
		return 2
	}
	// --help is answered by kong while it parses, and ends there.
	defer func() {
		if p := recover(); p != nil {
			if p != errExit {
				panic(p)
			}
			status = exited
		}
	}()
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(errOut, "baithaka: %s. See baithaka --help.\n", err)
		return 2
	}
	if err := command.Run(); err != nil {
		fmt.Fprintln(errOut, "baithaka:", textOf(err))
		return 1
	}
	return 0
}

var errExit = errors.New("exit")

// forgetEmpty makes an empty environment variable one that is not set, as compose
// files and unit files mean it: kong would take it for a value, and "" for
// --listen is every address there is.
func forgetEmpty() {
	for _, variable := range os.Environ() {
		if name, value, _ := strings.Cut(variable, "="); value == "" && strings.HasPrefix(name, "BAITHAKA_") {
			_ = os.Unsetenv(name) // the only error is a name that there is not
		}
	}
}

// dataFlag is the flag that every command has.
type dataFlag struct {
	Data string `help:"Directory of the database." default:"./data" type:"path"`
}

// newLogger writes text to a terminal and JSON to everything else.
func newLogger(w io.Writer) *slog.Logger {
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return slog.New(slog.NewTextHandler(w, nil))
		}
	}
	return slog.New(slog.NewJSONHandler(w, nil))
}

type versionCmd struct{ dataFlag }

// Run prints the version the binary was built from, and by which edition of the
// time zone database it goes.
func (*versionCmd) Run(con console) error {
	version := "devel"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	_, err := fmt.Fprintf(con.out, "baithaka %s, time zones %s\n", version, zones.Edition())
	return err
}
