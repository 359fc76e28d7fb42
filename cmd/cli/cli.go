// Package cli is the fairloss command over any set of links. A main of one
// line makes a command for links of your own:
//
//	func main() { cli.Main([]impl.Link{mine}) }
//
// Use it to judge recorded histories, replay schedules, draw charts, and run
// links over real sockets. To test a link in go test, import
// fairloss/checker/linktest instead. What the command says of a history is
// said of that history alone.
//
// It exits with 0 where all holds, 1 where something is violated, 2 where that
// is inconclusive, and 3 on a bad command line or input.
package cli

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"fairloss/checker/trial"
	"fairloss/impl"
	"fairloss/impl/foreign"
	"fairloss/spec"
)

// exitBad is the exit code of a bad command line or input.
const exitBad = 3

var exitCodes = map[spec.Verdict]int{spec.Holds: 0, spec.Violated: 1, spec.Inconclusive: 2}

// Main runs the command line of this process on the given links, and exits.
// The first interrupt ends what is running with what it has covered, the
// second one kills the process.
//
// Main is also the processes of a run with kills, which start this program
// again: call it before anything else.
func Main(registry []impl.Link) {
	trial.Child(Find(registry))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop)
	os.Exit(Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, registry))
}

// Find returns how the commands find a link by the name that they are given:
// among those, or in a program, which is then started.
func Find(registry []impl.Link) func(name string) (impl.Link, error) {
	return (&session{registry: registry}).anyLink
}

// Run runs one command line, without the name of the program, and returns the
// exit code. Where ctx ends, it ends early and is inconclusive.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, registry []impl.Link) int {
	out := bufio.NewWriter(stdout)
	s := &session{ctx: ctx, in: stdin, out: out, err: stderr, screen: stdout, registry: registry}
	code := s.dispatch(args)
	s.closePrograms()
	if err := out.Flush(); err != nil {
		fmt.Fprintf(stderr, "fairloss: writing the output: %v\n", err)
		return exitBad
	}
	return code
}

// session is one run of the command.
type session struct {
	ctx      context.Context
	in       io.Reader
	out      *bufio.Writer
	err      io.Writer
	screen   io.Writer // what out writes to
	registry []impl.Link
	programs map[string]*foreign.Program // by name; those that were started
	closers  []io.Closer                 // they and the programs of Maelstrom
	silence  time.Duration               // after which the latter are taken to have nothing to say
	json     bool
}

// command is one of the commands.
type command struct {
	name     string
	argument string // what its one argument is, "" where it takes none
	optional bool   // the argument may be left out
	summary  string // one line
	about    string
	examples []string

	// flags defines the flags and returns what runs after they are parsed. The
	// error is about the input.
	flags func(*flag.FlagSet) func(s *session, argument string) (spec.Verdict, error)
}

func commands() []command {
	return []command{
		listCommand, checkCommand, testCommand, exploreCommand, classifyCommand, replayCommand, stepCommand, chartCommand, runCommand,
		mutantsCommand, generalsCommand,
	}
}

func (s *session) dispatch(args []string) int {
	if len(args) > 0 && slices.Contains([]string{"help", "-h", "-help", "--help"}, args[0]) {
		args = args[1:]
		if len(args) > 0 {
			args = []string{args[0], "-h"}
		}
	}
	if len(args) == 0 {
		usage(s.out)
		return 0
	}
	var names []string
	for _, c := range commands() {
		if c.name == args[0] {
			return s.execute(c, args[1:])
		}
		names = append(names, c.name)
	}
	return s.fail(fmt.Errorf("unknown command %q%s", args[0], suggest(args[0], names)), "fairloss help")
}

// fail prints an error, and which command helps if not "".
func (s *session) fail(err error, help string) int {
	fmt.Fprintf(s.err, "fairloss: %v\n", err)
	if help != "" {
		fmt.Fprintf(s.err, "Run '%s' for usage.\n", help)
	}
	return exitBad
}

func (s *session) execute(c command, args []string) int {
	flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.BoolVar(&s.json, "json", false, "print JSON")
	action := c.flags(flags)
	arguments, err := interspersed(flags, args)
	want := 0
	if c.argument != "" {
		want = 1
	}
	switch {
	case errors.Is(err, flag.ErrHelp):
		c.usage(s.out, flags)
		return 0
	case err != nil:
	case len(arguments) < want && !c.optional:
		err = fmt.Errorf("missing %s", c.argument)
	case len(arguments) > want:
		err = fmt.Errorf("unexpected argument %q", arguments[want])
	}
	if err != nil {
		return s.fail(fmt.Errorf("%s: %w", c.name, err), "fairloss "+c.name+" -h")
	}
	verdict, err := action(s, strings.Join(arguments, ""))
	if err != nil {
		return s.fail(err, "")
	}
	return exitCodes[verdict]
}

// interspersed parses flags before, between and after the arguments, which it
// returns.
func interspersed(flags *flag.FlagSet, args []string) (arguments []string, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		if args = flags.Args(); len(args) == 0 {
			return arguments, nil
		}
		arguments, args = append(arguments, args[0]), args[1:]
	}
}
