package generals

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

const (
	fatesWide = 14 // columns for the fates of messages, one each; of more they are counted
	shaft     = 44 // columns between the lifelines
)

// Draw draws the refutation as text, at most 64 columns wide: a line for each
// run of the chain, which says what arrived ("a" of A, "b" of B, "." lost), what
// the generals decided, and to whom it looks the same as the run above; then the
// run that breaks something, message by message. The error is from w.
func (f Refutation) Draw(w io.Writer) error {
	out := bufio.NewWriter(w)
	if len(f.Runs) > 0 {
		f.drawChain(out)
		last := f.Runs[len(f.Runs)-1]
		fmt.Fprintf(out, "\nRun %d breaks %s: A %s, B %s.\n\n", len(f.Runs), f.Broken,
			decision(last.Attacks[A]), decision(last.Attacks[B]))
		last.draw(out)
	}
	return out.Flush()
}

func (f Refutation) drawChain(w io.Writer) {
	fates, wide := Run.fates, max(len("arrived"), f.Messages)
	if f.Messages > fatesWide {
		fates, wide = Run.count, len("1000 of 1000")
	}
	line := func(run, order, arrived, a, b, same string) {
		text := fmt.Sprintf("%4s  %-5s  %-*s  %-7s  %-7s  %s", run, order, wide, arrived, a, b, same)
		fmt.Fprintln(w, strings.TrimRight(text, " "))
	}
	line("run", "order", "arrived", "A", "B", "looks as above to")
	for i, r := range f.Runs {
		order := "none"
		if r.Order {
			order = "given"
		}
		line(strconv.Itoa(i+1), order, fates(r), decision(r.Attacks[A]), decision(r.Attacks[B]), f.same(i))
	}
}

// same returns the general that cannot tell a run of the chain from the one
// before.
func (f Refutation) same(i int) string {
	if i == 0 {
		return ""
	}
	for _, x := range sides {
		if f.Runs[i].Same(x, f.Runs[i-1]) {
			return x.String()
		}
	}
	return ""
}

func (r Run) count() string { return fmt.Sprintf("%d of %d", r.Arrivals(), len(r.Messages)) }

// fates has a letter for each message.
func (r Run) fates() string {
	if len(r.Messages) == 0 {
		return "-"
	}
	var b strings.Builder
	for _, m := range r.Messages {
		switch {
		case !m.Arrived:
			b.WriteByte('.')
		case m.From == A:
			b.WriteByte('a')
		default:
			b.WriteByte('b')
		}
	}
	return b.String()
}

// draw draws a run as a space-time diagram.
func (r Run) draw(w io.Writer) {
	fmt.Fprintf(w, "round  A%*s\n", shaft+1, "B")
	if r.Order {
		fmt.Fprintf(w, "     0  ORDER to attack\n")
	}
	round := 0
	for _, m := range r.Messages {
		number := ""
		if m.Round != round {
			round, number = m.Round, strconv.Itoa(m.Round)
		}
		fmt.Fprintf(w, "%6s |%s|\n", number, m.arrow())
	}
	fmt.Fprintf(w, "       %-*s%s\n", shaft+1, verdict(r.Attacks[A]), verdict(r.Attacks[B]))
}

func verdict(attacks bool) string { return strings.ToUpper(decision(attacks)) }

// arrow draws a message between the lifelines.
func (m Sent) arrow() string {
	label := strconv.QuoteToASCII(string(m.Message))
	if most := shaft / 2; len(label) > most {
		label = label[:most-3] + "..."
	}
	tail := "-- " + label + " "
	if m.From == B {
		tail = " " + label + " --"
	}
	rest := shaft - len(tail)
	switch {
	case m.Arrived && m.From == A:
		return tail + strings.Repeat("-", rest-1) + ">"
	case m.Arrived:
		return "<" + strings.Repeat("-", rest-1) + tail
	case m.From == A:
		return tail + "--x lost" + strings.Repeat(" ", rest-8)
	}
	return strings.Repeat(" ", rest-8) + "lost x--" + tail
}
