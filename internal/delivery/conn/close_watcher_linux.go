package conn

import (
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
)

// CloseWatcher notices that the other side of a connection nobody reads from has
// closed it. The kernel tells, through one epoll for all of them; what a client
// sends behind its request stays where it is.
type CloseWatcher struct {
	mu   sync.Mutex
	file *os.File // the epoll; nil while nothing is watched
	fd   int      // the same
	gone map[uint64]func()
	last uint64
}

// Watch has gone called, once, when the other side of a connection closes. The
// token is for Forget, which comes before the connection is closed here.
func (l *CloseWatcher) Watch(c Conn, gone func()) (token uint64) {
	h, ok := c.(*hijackedConn)
	if !ok {
		return 0 // net/http notices, and ends the context of the request
	}
	token, err := l.add(h.conn, gone)
	if err != nil {
		go readToEnd(h.conn, gone)
	}
	return token
}

func (l *CloseWatcher) add(conn net.Conn, gone func()) (token uint64, err error) {
	socket, ok := conn.(syscall.Conn)
	if !ok {
		return 0, errors.ErrUnsupported
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return 0, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		if err := l.begin(); err != nil {
			return 0, err
		}
	}
	l.last++ // and not the descriptor, which may be another's by the time it is told of
	token = l.last
	event := syscall.EpollEvent{Events: syscall.EPOLLRDHUP | syscall.EPOLLONESHOT, Fd: int32(token), Pad: int32(token >> 32)}
	added := raw.Control(func(fd uintptr) { err = syscall.EpollCtl(l.fd, syscall.EPOLL_CTL_ADD, int(fd), &event) })
	if err = errors.Join(added, err); err != nil {
		l.end()
		return 0, err
	}
	l.gone[token] = gone
	return token, nil
}

// Forget takes a watch back.
func (l *CloseWatcher) Forget(token uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.gone, token)
	l.end()
}

func (l *CloseWatcher) begin() error {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return err
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		syscall.Close(fd)
		return err
	}
	// Not blocking, so that the runtime waits for the epoll as for any other
	// descriptor, and no thread is held.
	l.fd, l.file = fd, os.NewFile(uintptr(fd), "epoll")
	raw, err := l.file.SyscallConn()
	if err != nil {
		l.file.Close()
		l.file = nil
		return err
	}
	if l.gone == nil {
		l.gone = map[uint64]func(){}
	}
	go l.look(raw)
	return nil
}

// end closes the epoll when nothing is watched any more.
func (l *CloseWatcher) end() {
	if len(l.gone) == 0 && l.file != nil {
		l.file.Close()
		l.file = nil
	}
}

// look calls those whose other side has gone, until the epoll is closed.
func (l *CloseWatcher) look(epoll syscall.RawConn) {
	var events [128]syscall.EpollEvent
	for {
		n := 0
		err := epoll.Read(func(fd uintptr) bool {
			n, _ = syscall.EpollWait(int(fd), events[:], 0) // EINTR: looked at again
			return n > 0
		})
		if err != nil {
			return
		}
		for _, e := range events[:n] {
			token := uint64(uint32(e.Fd)) | uint64(uint32(e.Pad))<<32
			l.mu.Lock()
			gone := l.gone[token]
			l.mu.Unlock()
			if gone != nil {
				gone()
			}
		}
	}
}
