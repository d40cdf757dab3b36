#!/usr/bin/env bash
# Guessed: a proxy whose back end dies in the middle of a chunked answer lets the
# client see that: HTTP/1.1 without the last chunk, HTTP/2 with RST_STREAM.
# Happens: HAProxy 2.6.12 (Debian 12) does so over HTTP/1.1, and over HTTP/2 ends
# the stream with END_STREAM, as if the answer were whole.
# Matters: clients that take an end in order for the end (fetch-event-source,
# r3labs/sse) stop for good when the server behind it crashes, and a download that
# was cut off is stored as if it were whole.
set -euo pipefail
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq haproxy=2.6.12-1+deb12u4 liblua5.3-0 libopentracing-c-wrapper0 libopentracing1 >/dev/null
for package in *.deb; do dpkg -x "$package" root; done
LD_LIBRARY_PATH=$(dirname "$(find "$work/root" -name liblua5.3.so.0)")
export LD_LIBRARY_PATH
haproxy=$work/root/usr/sbin/haproxy
"$haproxy" -v | sed -n 1p

cat >go.mod <<'GO'
module cut
go 1.24
GO
cat >main.go <<'GO'
// Serves an answer that is cut off in the middle, and reads it by way of a proxy.
package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

func main() {
	if os.Args[1] == "free" {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			panic(err)
		}
		fmt.Println(l.Addr().(*net.TCPAddr).Port)
		return
	}
	if os.Args[1] == "serve" {
		l, err := net.Listen("tcp", os.Args[2])
		if err != nil {
			panic(err)
		}
		for {
			c, err := l.Accept()
			if err != nil {
				panic(err)
			}
			go func() {
				defer c.Close()
				_, _ = c.Read(make([]byte, 4096))
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n7\r\ndata: 1\r\n")
				time.Sleep(300 * time.Millisecond)
			}()
		}
	}
	transport := &http.Transport{Protocols: new(http.Protocols)}
	if os.Args[1] == "h2" {
		transport.Protocols.SetUnencryptedHTTP2(true)
	} else {
		transport.Protocols.SetHTTP1(true)
	}
	var res *http.Response
	err := errors.New("not asked yet")
	for tries := 0; err != nil && tries < 100; tries++ {
		if res, err = (&http.Client{Transport: transport}).Get("http://" + os.Args[2] + "/"); err == nil && res.StatusCode == 200 {
			break
		}
		err = errors.Join(err, errors.New("not there yet"))
		time.Sleep(100 * time.Millisecond)
	}
	if err != nil {
		panic(err)
	}
	body, err := io.ReadAll(res.Body)
	if err == nil {
		fmt.Printf("%q, a whole answer\n", body)
	} else {
		fmt.Printf("%q, cut off: %v\n", body, err)
	}
}
GO
go build -o cut .
free() { ./cut free; }
back=$(free) one=$(free) two=$(free)
cat >haproxy.cfg <<CFG
defaults
    mode http
    timeout connect 5s
    timeout client 1h
    timeout server 1h
frontend one
    bind 127.0.0.1:$one
    default_backend back
frontend two
    bind 127.0.0.1:$two proto h2
    default_backend back
backend back
    server back 127.0.0.1:$back
CFG
./cut serve "127.0.0.1:$back" &
"$haproxy" -db -f haproxy.cfg >haproxy.log 2>&1 &

wrong=0
expect() { # what, kind of end, protocol, address
	got=$(./cut "$3" "$4")
	echo "$1: $got"
	case $got in *"$2"*) ;; *) wrong=1 ;; esac
}
expect "direct, HTTP/1.1" "cut off" h1 "127.0.0.1:$back"
expect "HAProxy, HTTP/1.1" "cut off" h1 "127.0.0.1:$one"
expect "HAProxy, HTTP/2" "whole" h2 "127.0.0.1:$two"
[ $wrong = 0 ] || { echo "the behaviour has changed"; exit 1; }
