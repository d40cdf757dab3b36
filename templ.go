package main

// The generated *_templ.go files are committed, so that `go run .` and `go
// install` need nothing but Go; `make generate` renews them and CI compares.

//go:generate go tool templ generate
