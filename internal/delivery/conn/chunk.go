package conn

import (
	"net/http"
	"strconv"
)

// Over HTTP/1.1 a stream is sent in chunks, of one message each, and only the
// end that is announced by bye has the last, empty one. A client can so tell
// that end, after which it need not come back, from a crash, a stop or a
// network that failed. Whole messages are made chunks when they are rendered,
// so that what is shared stays one piece of bytes and is written as it is.

// LastChunk is how a body in chunks ends in order.
const LastChunk = "0\r\n\r\n"

// Chunked reports whether the answer to a request may come in chunks:
// HTTP/1.0 has none, HTTP/2 has frames of its own.
func Chunked(r *http.Request) bool { return r.ProtoMajor == 1 && r.ProtoMinor >= 1 }

// AppendChunk adds a message as a chunk. An empty one would be the last.
func AppendChunk(dst, message []byte) []byte {
	if len(message) == 0 {
		return dst
	}
	dst = append(strconv.AppendInt(dst, int64(len(message)), 16), "\r\n"...)
	return append(append(dst, message...), "\r\n"...)
}

// ChunkRoom is how long the head of a chunk can be: its size in hexadecimal
// digits and a line end.
const ChunkRoom = len("7fffffff\r\n")

// InRoom makes the message that stands behind ChunkRoom bytes a chunk, where it
// stands, and returns both.
func InRoom(room []byte) (chunk, message []byte) {
	size := len(room) - ChunkRoom
	if size == 0 {
		return nil, nil
	}
	var head [ChunkRoom]byte
	line := append(strconv.AppendInt(head[:0], int64(size), 16), "\r\n"...)
	begin := ChunkRoom - len(line)
	copy(room[begin:], line)
	room = append(room, "\r\n"...)
	return room[begin:], room[ChunkRoom : ChunkRoom+size]
}
