package conn

import "net"

// readToEnd calls gone when a connection that nobody reads from is closed, by
// either side. What a client sends behind its request is thrown away.
func readToEnd(conn net.Conn, gone func()) {
	var ignored [64]byte
	for {
		if _, err := conn.Read(ignored[:]); err != nil {
			gone()
			return
		}
	}
}
