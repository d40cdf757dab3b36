// Package browser holds the tests that need a real browser: they build the
// program, run it as a process on a free port, and look at it in Chromium. It
// is a module of its own, so that the driver never enters the program's.
package browser
