#!/usr/bin/env bash
# Guess: a migration library leaves the C library of the SQLite driver alone: the
# driver names the version that it is generated against, and that one is built.
#
# What happens: goose v3.30.1 names modernc.org/libc v1.80.2 as an indirect
# requirement, so that a module with goose and modernc.org/sqlite v1.62.0 is built
# with v1.80.2, although sqlite's own go.mod requires v1.80.1. Asked for v1.80.1
# beside goose, go get refuses. Only a replace directive keeps the pair.
#
# Why it matters: sqlite's documentation asks for exactly the libc of its go.mod;
# the code is translated against it, and another may misbehave without a word.
# Nothing warns: it compiles and passes tests. Keep a replace, and a test that
# compares the two go.mod files.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
goose=v3.30.1 sqlite=v1.62.0

go mod init example.test/pair >/dev/null 2>&1
go get "modernc.org/sqlite@$sqlite" >/dev/null 2>&1
alone=$(go list -m -f '{{.Version}}' modernc.org/libc)
wants=$(awk '$1 == "modernc.org/libc" {print $2}' "$(go mod download -json "modernc.org/sqlite@$sqlite" | sed -n 's/.*"GoMod": "\(.*\)".*/\1/p')")
go get "github.com/pressly/goose/v3@$goose" "modernc.org/sqlite@$sqlite" >/dev/null 2>&1
together=$(go list -m -f '{{.Version}}' modernc.org/libc)
if refused=$(go get "github.com/pressly/goose/v3@$goose" "modernc.org/sqlite@$sqlite" "modernc.org/libc@$wants" 2>&1); then refused=""; fi
go mod edit -replace "modernc.org/libc=modernc.org/libc@$wants"
replaced=$(go list -m -f '{{with .Replace}}{{.Version}}{{end}}' modernc.org/libc)

echo "modernc.org/sqlite $sqlite requires modernc.org/libc $wants"
echo "alone:                  $alone"
echo "with goose $goose:     $together"
echo "asked for $wants:      $(grep -o 'github.com/pressly.*' <<<"$refused" | head -1)"
echo "with a replace:         $replaced"
[ "$wants" = v1.80.1 ] && [ "$alone" = v1.80.1 ] || { echo "sqlite requires another libc"; exit 1; }
[ "$together" = v1.80.2 ] || { echo "goose leaves libc alone"; exit 1; }
grep -q 'requires modernc.org/libc@v1.80.2' <<<"$refused" || { echo "go get does not refuse"; exit 1; }
[ "$replaced" = v1.80.1 ] || { echo "a replace does not keep it"; exit 1; }
echo "seen: the driver is built with a libc that it was not generated against"
