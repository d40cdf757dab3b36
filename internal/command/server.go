package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"baithaka/db"
	"baithaka/handlers"
	"baithaka/internal/figures"
	"baithaka/internal/jobs"
	"baithaka/internal/live"
	"baithaka/store"
)

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
	working.Go(func() { h.store.Maintain(store.Patient(work)) })
	if !h.whole {
		working.Go(func() { h.store.Survey(work) })
	}
	working.Go(func() { log.Run(store.Ahead(store.Patient(work))) }) // nobody hears of anything before it has read it
	working.Go(func() { board.Run(store.Patient(work)) })
	working.Go(func() { site.Streams().Run(store.Patient(work)) })
	working.Go(func() {
		jobs.Run(store.Patient(work), h.logger, func() bool { return true }, jobs.Table(h.store, site.Jobs()...))
	})
	defer working.Wait()
	defer stop()

	server := NewServer(site.Handler(), h.logger)
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
	site.Streams().End(within)
	if err != nil {
		h.logger.Warn("some connections did not end in time and are cut", "error", err)
		err = server.Close()
	}
	if ended != nil {
		return ended
	}
	return err
}

// NewServer returns a server with the limits that keep a slow or hostile client from holding
// much. Streams move their own write deadline.
func NewServer(handler http.Handler, logger *slog.Logger) *http.Server {
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
