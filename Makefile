# The commands of the house. `make test` needs Go and, on Debian, the right to
# install packages; everything else it fetches itself.

GO ?= go

.PHONY: run test setup generate lint unit browser bench screenshots

run: ## the demonstration, at http://127.0.0.1:8080
	$(GO) run . demo

test: setup lint unit browser ## everything CI asks for

setup: ## what the tests need beside Go: a C compiler (race detector) and Chromium
	@sh .ci/setup

generate: ## the Go code of the templates
	$(GO) generate ./...

lint: ## formatting, vet, staticcheck, generated files current, modules tidy
	@sh .ci/lint

unit: ## all tests of the program, with the race detector
	$(GO) test -race ./...

browser: ## the tests in Chromium, against the built program
	cd browser && $(GO) test -count=1 ./...

bench: ## the hot paths: append, cursor, frame, figures
	$(GO) test -run '^$$' -bench . -benchmem ./inn ./store ./live ./handlers ./views

screenshots: ## the pictures of the README, from the demonstration
	cd browser && $(GO) test -count=1 -run TestScreenshots -screenshots ../docs ./...
