// Package store owns every row of the house and the methods that change them. Such
// a method, a verb, is one transaction that writes its rows and appends what
// happened to the log. Nothing else appends, and nobody is notified before the
// commit. The package imports db and inn, and must never speak HTTP or HTML.
//
// Where things are, by the names of the files:
//
//	write         the one writer: verbs that wait share a transaction and its sync;
//	              append puts an event into the log; errors says what a refusal of the
//	              disk means to a publisher
//	authorize     who writes: each verb asks in its transaction for the rights of now;
//	              proof is what a session or a change of password rests on; tickets
//	              open one stream of a key
//	publish       what comes from outside; bookings, alerts and properties apply it,
//	              and each event makes its card in notifications_cards
//	events        the log as cursors read it; history is the log under a filter, and
//	              search finds in log and cards through the index that search_index keeps
//	due           what happens by the clock: an acknowledgement that runs out. A job
//	              calls it every few seconds
//	retention     what is deleted when it is old; erase removes one guest, in steps
//	              that erasures schedules and resumes; purge removes what either leaves
//	              between the rows
//	watermarks    how far the log has come, noted beside the file with every commit: a
//	              log that does not go on from there is another one. epoch is what the
//	              process knows of its log, and begins new epochs
//	maintain      beside a running server: checkpoints the write-ahead log, keeps the
//	              watermarks, tries again after a refusal
//	chain         the audit's hash chain; verify follows it, check reads the whole file
//	backup        copies the file by way of a staging directory; restore puts a copy in
//	              its place and erases again who had been erased (erase_again)
//	stats         what the status page asks of the writer
package store

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"baithaka/db"
	"baithaka/internal/auth/credential"
	"baithaka/internal/inn"
)

// Store is the truth. It is safe for any number of goroutines: readers run side
// by side, writers queue for the one connection that writes.
type Store struct {
	db         *db.DB
	log        *slog.Logger
	epochState epochState
	writer
	notifier  notifier
	commits   commits
	trouble   trouble
	chain     chained
	passwords credential.Hasher
	erasing   sync.Mutex    // held by the erasure that is under way
	looking   chan struct{} // held by who looks for a guest in all there is
	read      *db.Reader
}

// writer is the queue in front of the one connection that writes.
type writer struct {
	door      *db.Writer // its goroutine's own
	jobs      chan *job
	long      chan *job     // those that take their time: batches, and work beside the requests
	groupTime time.Duration // the writer's own
	closed    chan struct{} // closed when the writer has stopped
	stop      context.CancelFunc
}

// New starts the store over an open database; Close stops it.
func New(ctx context.Context, database *db.DB, log *slog.Logger) (*Store, error) {
	ctx, stop := context.WithCancel(ctx)
	s := &Store{
		db: database, read: database.Reader(func() error { return inn.Busy() }), log: log,
		writer:    writer{jobs: make(chan *job, maxGroup), long: make(chan *job), groupTime: groupTime, closed: make(chan struct{}), stop: stop},
		passwords: credential.NewHasher(), looking: make(chan struct{}, 1),
	}
	s.notifier.ch, s.epochState.over = make(chan struct{}), make(chan struct{})
	var err error
	s.door, err = database.Writer(ctx)
	if err != nil {
		stop()
		return nil, err
	}
	go s.runWriter(ctx)
	if err = s.recover(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Close waits for the writes under way and stops the writer; the database is
// the caller's to close.
func (s *Store) Close() {
	s.stop()
	<-s.closed
}

// Ready says why the store cannot do its work just now: the disk refuses writes,
// or the database cannot be read. It is nil when it can.
func (s *Store) Ready(ctx context.Context) error {
	if err := s.Trouble(); err != nil {
		return err
	}
	var epoch string
	if err := s.read.QueryRowContext(Ahead(ctx), `SELECT value FROM meta WHERE name = 'epoch'`).Scan(&epoch); err != nil {
		return mapError(err)
	}
	return nil
}

// notifier wakes whoever waits for the log to grow. It carries no data: who is woken
// reads the log.
type notifier struct {
	mu sync.Mutex
	ch chan struct{}
}

func (n *notifier) notify() {
	n.mu.Lock()
	defer n.mu.Unlock()
	close(n.ch)
	n.ch = make(chan struct{})
}

// Appended returns a channel that is closed at the next commit that appends. Take
// it before reading the log: an append in between must find it closed.
func (s *Store) Appended() <-chan struct{} {
	s.notifier.mu.Lock()
	defer s.notifier.mu.Unlock()
	return s.notifier.ch
}

// Watch notifies when another process, the command line, has committed to the same
// file, and looks whether it is still the same. It returns when ctx ends,
// or when it is not. It looks through a connection of its own: what a connection
// knows of others counts from when it was opened, and none of those that requests
// wait for is kept for that.
func (s *Store) Watch(ctx context.Context) {
	own, err := db.Look(ctx, s.db.Path)
	if err != nil {
		if moved := s.db.Moved(); moved != nil {
			_ = s.replaced(moved)
		} else if ctx.Err() == nil {
			s.log.Error("store: commits of other processes are not noticed", "error", err)
		}
		return
	}
	defer own.Close()
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	last := int64(-1)
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if err := s.db.Moved(); err != nil {
			_ = s.replaced(err)
			return
		}
		version, err := db.Changes(ctx, own)
		if err != nil {
			continue // shutting down, or busy: the next tick asks again
		}
		if version != last {
			last = version
			_, _ = s.look(ctx) // what cannot be read just now the next commit or Maintain sees
			s.notifier.notify()
		}
	}
}

// Ahead marks what must not wait behind pages and lists, however many are asked
// for: who asks, whether the server is ready, and the log's moving end.
func Ahead(ctx context.Context) context.Context { return db.Ahead(ctx) }

// Patient marks what is no request that somebody waits for: streams that catch up
// and work beside the requests wait for their turn as long as it takes.
func Patient(ctx context.Context) context.Context { return db.Patient(ctx) }

// answer is the rows of a query, of a reader or of the write transaction.
type answer interface {
	Next() bool
	Scan(...any) error
	Err() error
	Close() error
}

// scanAll reads every row through scan and closes the rows: on the one write
// connection a second query while rows are open would wait for itself, and so
// would one on a reader's.
func scanAll[T any](rows answer, err error, scan func(interface{ Scan(...any) error }) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// oneIf is how a column keeps what is so or not.
func oneIf(so bool) int64 {
	if so {
		return 1
	}
	return 0
}

func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMS(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

func fromMSPtr(n int64) *time.Time {
	if n == 0 {
		return nil
	}
	t := fromMS(n)
	return &t
}
