# The commands of the house. `make test` needs Go and, on Debian, the right to
# install packages; everything else it fetches itself.

GO ?= go

.PHONY: run test setup generate lint unit browser clients bench bench-serve soak office fuzz screenshots

run: ## the demonstration, at http://127.0.0.1:8080
	$(GO) run . demo

test: setup lint unit browser ## everything CI asks for

setup: ## what the tests need beside Go: a C compiler (race detector) and Chromium
	@sh .ci/setup

generate: ## the Go code of the templates
	$(GO) generate ./...

lint: ## formatting, vet, staticcheck, generated files current, modules tidy
	@sh .ci/lint

# The tests of store, handlers, figures, live and demo give the store one reader:
# whatever held rows while it asks again would wait for itself there, and not only
# under load. Those of the root run the program as it is, with all of them.
unit: ## all tests of the program, with the race detector; and the stream clients of Go
	$(GO) test -race -timeout 25m ./...
	cd clients && $(GO) test -count=1 -run TestGoLibraries .

browser: ## the tests in Chromium, against the built program
	cd browser && $(GO) test -count=1 -timeout 25m ./...

clients: ## client libraries of streams, from Go and npm, against the built program: the table of docs/clients.md
	if command -v npm >/dev/null; then cd clients/js && npm ci --silent; fi
	cd clients && $(GO) test -count=1 -timeout 15m -v .

bench: ## the hot paths: append, cursor, frame, figures; and whole pages
	$(GO) test -run '^$$' -bench . -skip BenchmarkPages -benchmem ./internal/inn ./store ./internal/live ./internal/delivery ./internal/delivery/conn ./handlers ./views
	$(GO) test -run '^$$' -bench BenchmarkPages -benchtime 100x ./handlers

bench-serve: ## what a running server does under load: every figure of bench/README.md
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w' -o baithaka .
	cd bench && $(GO) run . standard

soak: ## every fault test at its full size; half an hour or so
	$(GO) test -tags soak -timeout 60m -count=1 -run . ./...
	cd browser && $(GO) test -tags soak -timeout 15m -count=1 -run 'Twenty|ByTheClock|WithinASecond' ./...
	$(MAKE) clients

office: ## what is downloaded, opened in LibreOffice; skipped where there is none
	$(GO) test -tags office -count=1 -v -run OpenedFile ./handlers

fuzz: ## every fuzz target for a minute
	@grep -rHo --include='*_test.go' 'func Fuzz[A-Za-z0-9]*' . | sed 's|/[^/]*:func | |' | sort | while read -r package target; do \
		echo "$$package $$target"; \
		(cd "$$package" && $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime 60s .) || exit 1; \
	done

screenshots: ## the pictures of the README, from the demonstration
	cd browser && $(GO) test -count=1 -run TestScreenshots -screenshots ../docs ./...
