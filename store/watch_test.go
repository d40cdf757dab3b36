package store

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The command line commits beside a running server, which must hear of it.
func TestACommitOfAnotherProcessNotifies(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server, command := openStore(t, dir, "lake"), openStore(t, dir)
	assert.Equal(t, server.Epoch(), command.Epoch())
	watching, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { server.Watch(watching); close(done) }()
	wait := generous(t)
	hear := func(appended <-chan struct{}) {
		select {
		case <-appended:
		case <-wait.Done():
			t.Fatal("nobody heard of the commit")
		}
	}
	hear(server.Appended()) // the first look at the file: what came before it is not missed
	for range 2 {
		appended, before := server.Appended(), server.head(t)
		publish(t, command, website, sold("BK-"+string(rune('1'+before)), "lake"))
		hear(appended)
		require.Equal(t, before+1, server.head(t), "whoever hears it reads it")
	}
	stop()
	<-done
}
