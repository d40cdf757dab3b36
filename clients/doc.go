// Package clients runs the client libraries that programs use against the built
// program: the server is killed, drained, refuses for want of room, and revokes
// the key, and it is looked what each library makes of that. A module of its own,
// so that none of them ever enters the program's go.mod. The table it prints
// stands in docs/clients.md.
package clients
