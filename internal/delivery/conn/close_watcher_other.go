//go:build !linux

package handlers

import "net"

// lookout notices that the other side of a connection nobody reads from has
// closed it. On Linux the kernel tells of all of them; here each has a goroutine.
type lookout struct{}

// watch has gone called when a connection is closed, by either side.
func (*lookout) watch(conn net.Conn, gone func()) (token uint64) {
	go readToEnd(conn, gone)
	return 0
}

// forget does nothing: the goroutine ends with the connection.
func (*lookout) forget(uint64) {}
