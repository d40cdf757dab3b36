// Baithaka shows a small hospitality business what is happening, as it happens,
// to the people who are allowed to see it. This file is the command line and
// the life of the server: open, build, serve, stop. It is the only one that
// knows every package.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"baithaka/db"
	"baithaka/figures"
	"baithaka/handlers"
	"baithaka/internal/zones"
	"baithaka/live"
	"baithaka/store"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// cli is the command line. Every flag has an environment variable:
// --public-url is BAITHAKA_PUBLIC_URL.
type cli struct {
	Demo     demoCmd     `cmd:"" help:"Make a fresh demonstration database and serve it, with a simulator."`
	Serve    serveCmd    `cmd:"" help:"Serve."`
	User     userCmd     `cmd:"" help:"People: add, list, change, disable."`
	Key      keyCmd      `cmd:"" help:"API keys: add, list, revoke."`
	Property propertyCmd `cmd:"" help:"Properties: add, list."`
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

// run is the program without the process around it, so that tests can start it
// too. The status is 0, 1 (failed, one line on err) or 2 (usage).
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) (status int) {
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

// serverFlags are what serve and demo have in common.
type serverFlags struct {
	Listen       string   `help:"Address to listen on." default:"127.0.0.1:8080"`
	StreamOrigin []string `help:"Origins of pages elsewhere that may open a stream by a ticket, for example https://www.example.com." placeholder:"ORIGIN"`
}

// streamOrigins checks --stream-origin. Origins are compared as browsers write
// them: in lower case, without the scheme's own port and without a path.
func (f serverFlags) streamOrigins() ([]string, error) {
	for _, origin := range f.StreamOrigin {
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || origin != u.Scheme+"://"+u.Host || origin != strings.ToLower(origin) ||
			u.Port() == map[string]string{"https": "443", "http": "80"}[u.Scheme] || strings.HasSuffix(u.Host, ":") {
			return nil, fmt.Errorf("--stream-origin %s is not an origin as browsers send it, such as https://www.example.com", origin)
		}
	}
	return f.StreamOrigin, nil
}

type serveCmd struct {
	dataFlag
	serverFlags
	PublicURL         *url.URL `help:"How browsers reach the server, for example https://desk.example.com."`
	TrustedProxy      []string `help:"Networks of proxies whose forwarding headers are believed (CIDR)." placeholder:"CIDR"`
	StreamsPerPerson  int      `help:"Streams one person may have open; 0 for no limit." default:"20"`
	StreamsPerKey     int      `help:"Streams one API key may have open; 0 for no limit." default:"50"`
	StreamsPerAddress int      `help:"Streams from one address; 0 for no limit." default:"200"`
}

// Run serves until the context ends.
func (c *serveCmd) Run(ctx context.Context, con console) error {
	config := handlers.Config{
		PublicURL: c.PublicURL, PerPerson: c.StreamsPerPerson, PerKey: c.StreamsPerKey, PerAddress: c.StreamsPerAddress,
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return fmt.Errorf("--listen must be like 127.0.0.1:8080")
	}
	var err error
	if config.StreamOrigins, err = c.streamOrigins(); err != nil {
		return err
	}
	if c.PublicURL != nil && (c.PublicURL.Host == "" || c.PublicURL.Scheme != "http" && c.PublicURL.Scheme != "https") {
		return fmt.Errorf("--public-url must be like https://desk.example.com")
	}
	for _, s := range c.TrustedProxy {
		prefix, err := netip.ParsePrefix(s)
		if err != nil {
			return fmt.Errorf("--trusted-proxy %s is not a network such as 10.0.0.0/8", s)
		}
		config.TrustedProxies = append(config.TrustedProxies, prefix)
	}
	h, err := open(ctx, c.Data, newLogger(con.err))
	if err != nil {
		return err
	}
	defer h.close()
	return h.serve(ctx, c.Listen, config, func(address string) error {
		fmt.Fprintf(con.out, "Baithaka serves http://%s\n", address)
		token, err := h.store.SetupToken(ctx)
		if err != nil || token == "" {
			return err
		}
		base := "http://" + address
		if c.PublicURL != nil {
			base = c.PublicURL.Scheme + "://" + c.PublicURL.Host
		}
		fmt.Fprintf(con.out, "Nobody can sign in yet. Make the first administrator here (the link works once):\n  %s/setup?token=%s\n", base, token)
		return nil
	})
}

// house is an opened data directory, locked for one server.
type house struct {
	db     *db.DB
	store  *store.Store
	logger *slog.Logger
	unlock func()
	whole  bool // all of the file has been read, and found sound
}

// open takes the directory for this server alone and opens its database.
func open(ctx context.Context, dir string, logger *slog.Logger) (*house, error) {
	unlock, err := lock(dir)
	if err != nil {
		return nil, err
	}
	if err := store.SweepRestores(dir); err != nil {
		unlock()
		return nil, err
	}
	whole, err := db.Examine(ctx, dir)
	if err != nil {
		unlock()
		return nil, err
	}
	database, err := db.Open(ctx, dir)
	if err != nil {
		unlock()
		return nil, err
	}
	if err := database.Stamp(ctx); err != nil {
		// On a full disk reading goes on. The file keeps the number that it has.
		logger.Warn("the database could not be stamped: another file in its place may not be noticed", "error", err)
	}
	// The store outlives the context: what is under way when it ends is finished.
	s, err := store.New(context.WithoutCancel(ctx), database, logger)
	if err != nil {
		database.Close()
		unlock()
		return nil, err
	}
	return &house{database, s, logger, unlock, whole}, nil
}

func (h *house) close() {
	h.store.Close()
	if h.db.Overwritten() {
		h.unlock()
		return // to close it would bring its log into the file that is there now
	}
	if h.store.WhyReplaced() == nil {
		ctx, cancel := context.WithTimeout(context.Background(), compactWithin)
		if err := store.Compact(ctx, h.db); err != nil {
			h.logger.Warn("what erased guests may have left in unused space of the file stays there until the next stop, or a backup is restored", "error", err)
		}
		cancel()
	}
	if err := h.db.Close(); err != nil {
		h.logger.Error("the database could not be closed", "error", err)
	}
	h.unlock()
}

// shutdownWithin is how long a stop may take, and drainWithin how much of that
// is for requests that change something.
const (
	shutdownWithin = 5 * time.Second
	drainWithin    = 2 * time.Second
)

// compactWithin is how long a stop may take beyond that after a guest was erased.
const compactWithin = 3 * time.Second

// serve builds the site over an open house, calls ready when it listens, and
// serves until ctx ends, or until another database stands in the place of this
// one: then it takes no more connections, lets what is under way finish, and ends
// the streams after the last committed event.
func (h *house) serve(ctx context.Context, listen string, config handlers.Config, ready func(address string) error) error {
	log, err := live.New(ctx, h.store, h.logger)
	if err != nil {
		return err
	}
	board := figures.New(h.store, log, h.logger)
	site := handlers.New(h.store, log, board, h.logger, config)
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return fmt.Errorf("cannot listen: %w", err)
	}

	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var working sync.WaitGroup
	working.Go(func() { h.store.Watch(work) })
	working.Go(func() { h.store.Tend(store.Patient(work)) })
	if !h.whole {
		working.Go(func() { h.store.Survey(work) })
	}
	working.Go(func() { log.Run(store.Ahead(store.Patient(work))) }) // nobody hears of anything before it has read it
	working.Go(func() { board.Run(store.Patient(work)) })
	working.Go(func() { site.Background(store.Patient(work)) })
	defer working.Wait()
	defer stop()

	server := newServer(site.Handler(), h.logger)
	server.RegisterOnShutdown(func() {
		// What is being stored is answered first, so that every stream has it.
		site.Drain(drainWithin)
		stop()
	})
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	if err := ready(listener.Addr().String()); err != nil && ctx.Err() == nil { // a stop that comes early is a stop
		return errors.Join(err, server.Close())
	}
	systemd := newNotifier(h.logger)
	systemd.tell("READY=1")
	working.Go(func() { systemd.watch(work, listener.Addr().String()) })
	var ended error
	select {
	case err := <-failed:
		return err
	case <-h.store.Replaced():
		ended = h.store.WhyReplaced()
	case <-ctx.Done():
	}
	h.logger.Info("stopping")
	systemd.tell("STOPPING=1")
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownWithin-500*time.Millisecond)
	defer cancel()
	err = server.Shutdown(within)
	site.StreamsEnd(within)
	if err != nil {
		h.logger.Warn("some connections did not end in time and are cut", "error", err)
		err = server.Close()
	}
	if ended != nil {
		return ended
	}
	return err
}

// newServer sets the limits that keep a slow or hostile client from holding
// much. Streams move their own write deadline.
func newServer(handler http.Handler, logger *slog.Logger) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Server{
		Handler:           handler,
		Protocols:         protocols,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    28 << 10, // net/http adds 4 KiB: the limit is 32
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
		// A reader that stalls pins no more than this in the kernel.
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			if tcp, ok := c.(*net.TCPConn); ok {
				_ = tcp.SetWriteBuffer(32 << 10)
			}
			return ctx
		},
	}
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
