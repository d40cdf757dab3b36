#!/usr/bin/env bash
# Guess: an environment variable that is empty is for kong like one that is not
# set, and the flag keeps its default.
#
# What happens: it is a value. A text flag with a default becomes "", a number is a
# usage error, a flag that is required counts as given. Only a list stays empty.
#
# Why it matters: compose files (NAME=${NAME:-}), unit files and CI pass variables
# that are empty. With a flag "address to listen on", default 127.0.0.1:8080, the
# program listens on every address there is, at a port that nobody knows: net.Listen
# takes "" for that. Unset empty variables before parsing, or refuse "".
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
kong=v1.17.0

go mod init example.test/flags >/dev/null 2>&1
cat >main.go <<'GO'
package main

import (
	"fmt"
	"net"

	"github.com/alecthomas/kong"
)

func main() {
	var cli struct {
		Listen string   `default:"127.0.0.1:8080"`
		Limit  int      `default:"20"`
		Net    []string `default:"10.0.0.0/8"`
		Token  string   `required:""`
	}
	parser, err := kong.New(&cli, kong.DefaultEnvars("X"))
	if err != nil {
		panic(err)
	}
	if _, err = parser.Parse(nil); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Printf("listen %q limit %d net %q token %q", cli.Listen, cli.Limit, cli.Net, cli.Token)
	if cli.Listen == "" {
		l, err := net.Listen("tcp", cli.Listen)
		fmt.Print(" listens on every address: ", err == nil && l.Addr().(*net.TCPAddr).IP.IsUnspecified())
	}
	fmt.Println()
}
GO
go get "github.com/alecthomas/kong@$kong" >/dev/null 2>&1
go mod tidy >/dev/null 2>&1
go build -o flags .
unset=$(X_TOKEN=t ./flags)
listen=$(X_TOKEN=t X_LISTEN='' ./flags)
limit=$(X_TOKEN=t X_LIMIT='' ./flags)
token=$(X_TOKEN='' ./flags)
echo "kong $kong"
echo "nothing set:  $unset"
echo "X_LISTEN=:    $listen"
echo "X_LIMIT=:     $limit"
echo "X_TOKEN=:     $token"
[[ $unset == *'listen "127.0.0.1:8080" limit 20'* ]] || { echo "defaults are others"; exit 1; }
[[ $listen == *'listen ""'*'every address: true'* ]] || { echo "an empty variable leaves the default"; exit 1; }
[[ $limit == *'expected a valid'* ]] || { echo "an empty number is taken"; exit 1; }
[[ $token == *'token ""'* ]] || { echo "an empty variable does not satisfy required"; exit 1; }
echo "seen: an empty variable is a value, and replaces the default"
