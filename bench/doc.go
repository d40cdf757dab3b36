// Command bench measures what Baithaka promises of its speed: it makes a house
// in a temporary directory, starts the built program on it, on loopback, opens
// streams, publishes, and accounts for every delivery. What was lost, doubled or
// reordered is for the oracle of the fault tests to say; how long it took, and
// what the server spent on it, is printed. README.md has the command line of
// every figure, and floor.go the servers that they are read against.
//
// It shares the machine with the server it measures and is therefore cheap: one
// goroutine reads all streams through epoll, parses them in place and keeps
// sixteen bytes of each delivery. It needs Linux (epoll, /proc).
package main
