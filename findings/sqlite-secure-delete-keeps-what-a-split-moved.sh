#!/usr/bin/env bash
# Guess: with PRAGMA secure_delete = ON nothing of a row that was overwritten or
# deleted is left in the file: "SQLite overwrites deleted content with zeros".
#
# What happens: when a page is full SQLite moves some of its rows to another page
# and leaves their old image in the unused space of the first one. If such a row is
# overwritten or deleted later, its new place is zeroed; the image is not. Here,
# other rows grow, then 285 of 2,000 are overwritten: some of the 285 names are
# still in the file. VACUUM, and VACUUM INTO, write a file without them.
#
# Why it matters: somebody asked to be erased, every query says that they are, and
# a copy of the file still holds their name. Tests that only insert and delete do
# not find it, because no page is split after the rows are in. Rewrite the file
# before you say that it is clean, and look into the bytes in a test.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
sqlite=v1.62.0

go mod init example.test/erased >/dev/null 2>&1
cat >main.go <<'GO'
package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"strings"

	_ "modernc.org/sqlite"
)

func left(file string) (n int) {
	text, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	for i := 7; i <= 2000; i += 7 {
		if bytes.Contains(text, fmt.Appendf(nil, "guest-%04d-Rosa", i)) {
			n++
		}
	}
	return n
}

func main() {
	pool, err := sql.Open("sqlite", "file:house.db?_pragma=secure_delete(1)")
	if err != nil {
		panic(err)
	}
	pool.SetMaxOpenConns(1)
	var version, on string
	do := func(query string, args ...any) {
		if _, err := pool.Exec(query, args...); err != nil {
			panic(err)
		}
	}
	if err := pool.QueryRow(`SELECT sqlite_version(), (SELECT secure_delete FROM pragma_secure_delete)`).Scan(&version, &on); err != nil {
		panic(err)
	}
	do(`CREATE TABLE events (id INTEGER PRIMARY KEY, data TEXT)`)
	for i := 1; i <= 2000; i++ {
		do(`INSERT INTO events VALUES (?, ?)`, i, fmt.Sprintf("guest-%04d-Rosa %s", i, strings.Repeat("0", 400)))
	}
	do(`UPDATE events SET data = data || ? WHERE id % 3 = 0`, strings.Repeat("0", 240)) // pages are split
	do(`UPDATE events SET data = ? WHERE id % 7 = 0`, "erased "+strings.Repeat("0", 400))
	var rows int
	if err := pool.QueryRow(`SELECT count(*) FROM events WHERE id % 7 = 0 AND data LIKE '%Rosa%'`).Scan(&rows); err != nil {
		panic(err)
	}
	inFile := left("house.db")
	do(`VACUUM INTO 'copy.db'`)
	do(`VACUUM`)
	fmt.Printf("SQLite %s, secure_delete = %s\nrows that hold an erased name: %d\n", version, on, rows)
	fmt.Printf("erased names in the file: %d of 285\nafter VACUUM: %d, in a copy by VACUUM INTO: %d\n", inFile, left("house.db"), left("copy.db"))
	if on != "1" || rows != 0 || inFile == 0 || left("house.db")+left("copy.db") != 0 {
		os.Exit(1)
	}
}
GO
go get "modernc.org/sqlite@$sqlite" >/dev/null 2>&1
go mod tidy >/dev/null 2>&1
echo "modernc.org/sqlite $sqlite"
go run . || { echo "nothing is left any more, or something else"; exit 1; }
echo "seen: what a page split had moved stays in the file"
