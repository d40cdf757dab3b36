#!/usr/bin/env bash
# Guess: a newer templ writes the same HTML from the same template; what differs
# between 0.3.977 and 0.3.1118 is the code that is generated, not the page.
#
# What happens: white space next to the call of a component is another. Among the
# children of a component, a call and behind it an `if` whose body begins with text
# had a space between the two and have none any more ("17:30by Ada"); a call with
# text in the next line had none and has one now. Nothing is reported, and both
# compile.
#
# Why it matters: words of a page run together after an upgrade, in places that no
# test looks at. Write such a space out, { " by " }, and compare the pages of both
# versions without regard to tags before upgrading.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"

page() { # page VERSION: what that version's generator makes of one template
	mkdir "$1" && cd "$1"
	cat >go.mod <<-'EOF'
		module page
		go 1.25
	EOF
	cat >page.templ <<-'EOF'
		package main

		templ when(at string) {
			<time>{ at }</time>
		}

		templ line() {
			<p>{ children... }</p>
		}

		templ changed(at, by string) {
			@line() {
				@when(at)
				if by != "" {
					by { by }
				}
			}
		}

		templ button() {
			<button>
				@when("17:30")
				Refresh
			</button>
		}
	EOF
	cat >main.go <<-'EOF'
		package main

		import (
			"context"
			"os"
		)

		func main() {
			_ = changed("17:30", "Ada").Render(context.Background(), os.Stdout)
			_ = button().Render(context.Background(), os.Stdout)
		}
	EOF
	go get -tool "github.com/a-h/templ/cmd/templ@v$1" >/dev/null 2>&1
	go get "github.com/a-h/templ@v$1" >/dev/null 2>&1
	go tool templ generate >/dev/null 2>&1
	go mod tidy >/dev/null 2>&1
	go run .
	cd ..
}

old=$(page 0.3.977)
new=$(page 0.3.1118)
echo "templ 0.3.977:  $old"
echo "templ 0.3.1118: $new"
[ "$old" = '<p><time>17:30</time> by Ada</p><button><time>17:30</time>Refresh</button>' ] || { echo "0.3.977 does otherwise"; exit 1; }
[ "$new" = '<p><time>17:30</time>by Ada</p><button><time>17:30</time> Refresh</button>' ] || { echo "0.3.1118 does otherwise"; exit 1; }
echo "seen: the space before an if is lost, and one before text is new"
