package trial

import (
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// badNetwork is a proxy that ends every connection in some ugly way after a
// random number of bytes.
type badNetwork struct {
	t        *testing.T
	listener net.Listener
	to       atomic.Value // host and port of the server
	cuts     [kindsOfCut]atomic.Int64
	open     sync.WaitGroup
}

// How a connection ends.
const (
	reset      = iota // a RST, what was under way is thrown away
	halfClosed        // the server's side ends, in the middle of whatever it was
	stalled           // nothing comes any more, and then the client is gone while the server still writes
	dribbled          // it comes byte by byte, and then ends
	kindsOfCut
)

func newBadNetwork(t *testing.T, to string) *badNetwork {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	b := &badNetwork{t: t, listener: listener}
	b.to.Store(strings.TrimPrefix(to, "http://"))
	b.open.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			b.open.Go(func() { b.carry(client.(*net.TCPConn)) })
		}
	})
	t.Cleanup(func() { listener.Close(); b.open.Wait() })
	return b
}

func (b *badNetwork) url() string { return "http://" + b.listener.Addr().String() }

func (b *badNetwork) carry(client *net.TCPConn) {
	defer client.Close()
	dialled, err := net.Dial("tcp", b.to.Load().(string))
	if err != nil {
		return
	}
	server := dialled.(*net.TCPConn)
	defer server.Close()
	b.open.Go(func() { _, _ = io.Copy(server, client); _ = server.CloseWrite() })

	kind, room := rand.IntN(kindsOfCut), int64(rand.IntN(6000))
	if kind == dribbled {
		for buf := make([]byte, 1); room > 0; room -= 4 {
			if _, err := server.Read(buf); err != nil {
				return
			}
			if _, err := client.Write(buf); err != nil {
				return
			}
		}
	} else if _, err := io.CopyN(client, server, room); err != nil {
		return
	}
	b.cuts[kind].Add(1)
	switch kind {
	case reset:
		_ = client.SetLinger(0)
		_ = server.SetLinger(0)
	case halfClosed:
		_ = client.CloseWrite()
		_, _ = io.CopyN(io.Discard, server, 2000) // the server does not know yet
	case stalled:
		<-time.After(time.Duration(rand.IntN(100)) * time.Millisecond)
		client.Close()
		_, _ = io.CopyN(io.Discard, server, 2000)
	}
}
