package cli

import (
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

func usage(w io.Writer) {
	fmt.Fprint(w, "fairloss tells whether a message link keeps what it promises.\n\nUsage: fairloss COMMAND [flags] [argument]\n\n")
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range commands() {
		fmt.Fprintf(table, "  %s\t%s\n", strings.TrimSpace(c.name+" "+c.argument), c.summary)
	}
	table.Flush()
	fmt.Fprint(w, `
Each takes -json, and -h for its flags and examples. FILE may be -, for standard input.
NAME is a link of fairloss list or a program in any language that is one: a command in quotes, or the path of
an executable file. impl/foreign/PROTOCOL.md says what it reads and writes.
Exit code: 0 holds, 1 violated, 2 inconclusive, 3 bad usage or input.
`)
}

func (c command) usage(w io.Writer, flags *flag.FlagSet) {
	fmt.Fprintf(w, "Usage: %s [flags]\n\n%s\n\nFlags:\n", strings.TrimSpace("fairloss "+c.name+" "+c.argument), c.about)
	flags.SetOutput(w)
	flags.PrintDefaults()
	fmt.Fprint(w, "\nExamples:\n")
	for _, example := range c.examples {
		fmt.Fprintf(w, "  %s\n", example)
	}
}
