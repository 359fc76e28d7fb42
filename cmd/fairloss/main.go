// Command fairloss judges message links: run it without arguments for a list
// of its commands. A contributor's own main does the same with other links.
package main

import (
	"fairloss/cmd/cli"
	"fairloss/impl"
	"fairloss/impl/mutant"
)

func main() { cli.Main(append(impl.Registry(), mutant.Registry()...)) }
