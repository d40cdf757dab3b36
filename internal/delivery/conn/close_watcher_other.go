//go:build !linux

package conn

// CloseWatcher notices that the other side of a connection nobody reads from has
// closed it. On Linux the kernel tells of all of them; here each has a goroutine.
type CloseWatcher struct{}

// Watch has gone called when a connection is closed, by either side.
func (*CloseWatcher) Watch(c Conn, gone func()) (token uint64) {
	if h, ok := c.(*hijackedConn); ok {
		go readToEnd(h.conn, gone)
	}
	return 0
}

// Forget does nothing: the goroutine ends with the connection.
func (*CloseWatcher) Forget(uint64) {}
