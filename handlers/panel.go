package handlers

import (
	"context"
	"strings"
	"sync"
	"time"

	"baithaka/internal/inn"
)

// panelEvery is how often a panel is brought up to date at the most.
const panelEvery = time.Second

// panel is state that only some pages show: the stream of a page that asks for
// it by its scope sends it, to viewers who may see it.
type panel interface {
	// touched hears of every event the viewer sees.
	touched(e *inn.Event)
	// send adds what changed since it was sent last to the stream.
	send(ctx context.Context, st *stream) error
}

// panel gives the panel a page's scope asks for; nil for the others.
func (s *Site) panel(v inn.Viewer, scope string) panel {
	switch {
	case scope == statusScope && v.May(inn.StatusView, ""):
		return &statusPanel{site: s}
	case strings.HasPrefix(scope, historyScope):
		return s.newArrivals(v, strings.TrimPrefix(scope, historyScope))
	case strings.HasPrefix(scope, auditScope) && v.May(inn.AuditView, ""):
		return s.newAuditPanel(v, strings.TrimPrefix(scope, auditScope))
	case scope == teamScope && v.May(inn.TeamManage, ""):
		return &teamPanel{site: s, shown: map[int64]bool{}}
	}
	return nil
}

// tick rings once a second: for the streams that have a panel, and for those
// whose heartbeat is due. They take turns with that, so that it is never all of
// them at once.
func (s *Site) tick(done <-chan struct{}) {
	ticker := time.NewTicker(panelEvery)
	defer ticker.Stop()
	const slots = int(beatEvery / panelEvery)
	here := newCrowd()
	for slot := 0; ; slot = (slot + 1) % slots {
		select {
		case <-done:
			return
		case now := <-ticker.C:
			s.meters.note(now, s.log.Head())
			s.ticks.ring()
			s.beats.some(func(c *connection) bool { return c.number%slots == slot })
			s.giveBack(&here)
		}
	}
}

// indexEvery is how often the search index is brought along. What it does not
// reach yet is searched event by event, so that it should not be much.
const indexEvery = 250 * time.Millisecond

// keepIndexed brings along behind the publishers what they do not wait for: the
// log's search index, and cards that are addressed to many. After an upgrade that
// folds letters otherwise it also makes anew, little by little, what was there. It
// does until ctx ends.
func (s *Site) keepIndexed(ctx context.Context) {
	ticker := time.NewTicker(indexEvery)
	defer ticker.Stop()
	var beside sync.WaitGroup
	defer beside.Wait()
	beside.Go(func() {
		if err := s.store.Refold(ctx); err != nil && ctx.Err() == nil {
			s.logger.Error("the search index could not be brought to this version's folding; the next start goes on with it", "error", err)
		}
	})
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := s.store.Address(ctx); err != nil && ctx.Err() == nil && inn.CodeOf(err) != inn.Unavailable {
				s.logger.Warn("cards could not be brought to all whom they are addressed to; trying again", "error", err)
			}
			if err := s.store.Index(ctx); err != nil && ctx.Err() == nil && inn.CodeOf(err) != inn.Unavailable {
				s.logger.Warn("the log could not be indexed; trying again", "error", err)
			}
		}
	}
}
