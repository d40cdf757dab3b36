// Package trial holds the tests of the program as a process: what it promises
// while it is killed, overloaded, cut off from its disk and from its readers. It
// starts the built binary and looks at it from outside, with the oracle as judge;
// nothing of the program may import it.
package trial
