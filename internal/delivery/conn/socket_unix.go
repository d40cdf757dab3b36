//go:build unix && !linux

package conn

import "syscall"

// canTry says that sockets can be written to without waiting.
const canTry = true

// trySocket writes what the socket takes at once.
func trySocket(fd uintptr, b []byte) (n int, err error) {
	for {
		n, err = syscall.Write(int(fd), b)
		switch err {
		case nil:
			return n, nil
		case syscall.EINTR:
		case syscall.EAGAIN:
			return 0, nil
		default:
			return 0, err
		}
	}
}
