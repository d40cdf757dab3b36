package trial

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// D-1. Killed at any moment while it stores and delivers, the server loses
// nothing it acknowledged, stores nothing twice, and every stream goes on where
// it was.
func TestKilledAtAnyMoment(t *testing.T) {
	tr := newTrial(t)
	for range size(20, 200) {
		tr.follow()
	}
	var stop atomic.Bool
	var acknowledged atomic.Int64
	var publishers sync.WaitGroup
	for n := range 4 {
		publishers.Go(func() {
			for i := 0; !stop.Load(); i++ {
				tr.publish(fmt.Sprintf("BK-%d-%d", n, i))
				acknowledged.Add(1)
			}
		})
	}
	var slowest time.Duration
	for kill := range size(3, 50) {
		// Any moment: while everybody comes back, or well into publishing.
		<-time.After(time.Duration(10+rand.IntN(190)) * time.Millisecond)
		for enough := acknowledged.Load() + int64(kill%2*rand.IntN(160)); acknowledged.Load() < enough; {
			tr.pause()
		}
		tr.down()
		require.NoError(t, tr.server.cmd.Process.Kill())
		assert.Equal(t, -1, tr.server.wait())
		tr.intact()
		slowest = max(slowest, tr.start())
	}
	stop.Store(true)
	publishers.Wait()
	tr.judge()
	t.Logf("%d publishes were acknowledged", acknowledged.Load())
	for _, f := range tr.followers {
		assert.Zero(t, f.resyncs.Load(), "nobody's place is lost by a kill")
	}
	t.Logf("ready again after %s at the most", slowest)
	if soaking {
		assert.Less(t, slowest, 2*time.Second)
	}
}
