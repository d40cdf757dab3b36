#!/usr/bin/env bash
# Guess: to look at a database with mode=ro changes nothing beside it; and when a
# file that could only be read is made writable again, it can be written.
#
# What happens: with a file in WAL mode, a connection with mode=ro makes
# NAME-shm and NAME-wal, with the mode of the file, and does not take them away
# when it closes. Looked at while the file was 0400, they are 0400. After
# chmod 600 of the file the next connection that writes gets "attempt to write a
# readonly database (8)", for good, until somebody thinks of the -shm. (As root
# nothing of that is seen: the script gives its rights up.)
#
# Why it matters: a backup is put in place read-only, or a script protects it; a
# health check reads it once; its owner makes it writable, and every start fails
# with a message that names the one file whose mode is right. Look at the files
# beside it too, and set their modes before opening.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
sqlite=v1.62.0

go mod init example.test/look >/dev/null 2>&1
cat >main.go <<'GO'
package main

import (
	"database/sql"
	"fmt"
	"os"

	_ "modernc.org/sqlite"
)

func open(mode string) *sql.DB {
	pool, err := sql.Open("sqlite", "file:house.db?mode="+mode)
	if err != nil {
		panic(err)
	}
	pool.SetMaxOpenConns(1)
	return pool
}

func beside() (all string) {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if info, err := os.Stat("house.db" + suffix); err == nil {
			all += fmt.Sprintf(" house.db%s %o", suffix, info.Mode().Perm())
		}
	}
	return all
}

func main() {
	pool := open("rwc")
	for _, q := range []string{`PRAGMA journal_mode = WAL`, `CREATE TABLE t (x)`} {
		if _, err := pool.Exec(q); err != nil {
			panic(err)
		}
	}
	pool.Close()
	fmt.Println("made:   ", beside())
	os.Chmod("house.db", 0o400)
	pool = open("ro")
	var n int
	if err := pool.QueryRow(`SELECT count(*) FROM t`).Scan(&n); err != nil {
		panic(err)
	}
	pool.Close()
	fmt.Println("looked: ", beside())
	os.Chmod("house.db", 0o600)
	fmt.Println("chmod:  ", beside())
	pool = open("rw")
	_, refused := pool.Exec(`INSERT INTO t VALUES (1)`)
	pool.Close()
	fmt.Println("insert: ", refused)
	os.Chmod("house.db-shm", 0o600)
	pool = open("rw")
	_, err := pool.Exec(`INSERT INTO t VALUES (1)`)
	pool.Close()
	fmt.Println("insert, after chmod of the -shm:", err)
	if refused == nil || err != nil {
		os.Exit(1)
	}
}
GO
go get "modernc.org/sqlite@$sqlite" >/dev/null 2>&1
go mod tidy >/dev/null 2>&1
go build -o look .
echo "modernc.org/sqlite $sqlite"
as=()
if [ "$(id -u)" = 0 ]; then
	chmod 755 . && mkdir work && chown 65534:65534 work
	as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
else
	mkdir work
fi
(cd work && "${as[@]}" ../look) || { echo "it can be written at once, or never"; exit 1; }
echo "seen: a look at a read-only file keeps its owner from writing later"
