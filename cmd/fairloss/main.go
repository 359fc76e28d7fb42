// Command fairloss judges message links: run it without arguments for a list
// of its commands. A contributor's own main does the same with other links.
package main

import (
	"slices"

	"fairloss/cmd/cli"
	"fairloss/impl"
	"fairloss/impl/mutant"
)

func main() {
	cli.Main(slices.Concat(impl.Registry(), impl.Timed(), impl.Goldens(), mutant.Registry(), mutant.Timed()))
}
