package jobs

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// Each job has its own pace; one that takes long holds up no other, one that
// fails or panics is tried again, and the log hears of it once a minute.
func TestJobsGoTheirOwnPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		var out bytes.Buffer
		var mu sync.Mutex
		times, wake := map[string]int{}, make(chan struct{})
		note := func(name string) {
			mu.Lock()
			defer mu.Unlock()
			times[name]++
		}
		count := func(name string, err error) func(context.Context, time.Time) error {
			return func(context.Context, time.Time) error { note(name); return err }
		}
		go Run(ctx, slog.New(slog.NewTextHandler(&out, nil)), func() bool { return false }, []Job{
			{Name: "quick", Every: time.Second, Do: count("quick", nil)},
			{Name: "slow", Every: time.Second, Do: func(ctx context.Context, _ time.Time) error {
				note("slow")
				<-ctx.Done()
				return ctx.Err()
			}},
			{Name: "failing", Every: 10 * time.Second, Do: count("failing", errors.New("no luck"))},
			{Name: "poisoned", Every: time.Minute, Do: func(context.Context, time.Time) error { note("poisoned"); panic("poison") }},
			{Name: "only one", Every: time.Second, Leader: true, Do: count("only one", nil)},
			{Name: "at once", Every: time.Hour, First: true, Wake: wake, Do: count("at once", nil)},
			{Name: "at the end", Every: time.Hour, Last: true, Do: count("at the end", nil)},
		})
		time.Sleep(2*time.Minute + time.Millisecond)
		synctest.Wait()
		assert.Equal(t, map[string]int{"quick": 120, "slow": 1, "failing": 12, "poisoned": 2, "at once": 1}, times)
		wake <- struct{}{}
		synctest.Wait()
		assert.Equal(t, 2, times["at once"])
		assert.Equal(t, 2, strings.Count(out.String(), "no luck"))
		assert.Equal(t, 2, strings.Count(out.String(), "panic: poison"))
		stop()
		synctest.Wait()
		assert.Equal(t, 1, times["at the end"])
	})
}
