package conn

import (
	"syscall"
	"unsafe"
)

// canTry says that sockets can be written to without waiting.
const canTry = true

// trySocket writes what the socket takes at once. The socket does not block, and
// the runtime is not told of the call as of one that might: what it does to get
// ready for a wait that never comes, and to look after it, is a tenth of a
// delivery.
func trySocket(fd uintptr, b []byte) (n int, err error) {
	for {
		n, _, errno := syscall.RawSyscall(syscall.SYS_WRITE, fd, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
		switch errno {
		case 0:
			return int(n), nil
		case syscall.EINTR:
		case syscall.EAGAIN:
			return 0, nil
		default:
			return 0, errno
		}
	}
}
