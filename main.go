// Baithaka shows a small hospitality business what is happening, as it happens,
// to the people who are allowed to see it. The program is internal/command.
package main

import (
	"os"

	"baithaka/internal/command"
)

func main() { os.Exit(command.Main()) }
