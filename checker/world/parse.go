package world

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"fairloss/impl"
	"fairloss/spec"
)

// SyntaxError is a schedule that cannot be read. Line and Column count from 1;
// the column counts bytes.
type SyntaxError struct {
	Line, Column int
	Text         string
}

// Error returns "line:column: text".
func (e *SyntaxError) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Text) }

// Parse reads a schedule. Each line, or part of a line between semicolons, is
//
//	send 0>1 "m"         the application at 0 sends m to 1
//	deliver 0>1 "p"      the network delivers packet p from 0 to 1
//	confirm 0>1 "p"      the network tells 0 that p was delivered to 1 (networks that confirm)
//	timeout 0 7          timer 7 of process 0 expires
//	recover 0            process 0, which is down, starts again
//	heal 0>1             packets from 0 get through to 1 again
//	duplicate 0>1 "p"    the network copies p (bag, fifo, fifoperfect)
//	drop 0>1 "p"         the network loses p (lossyset, bag, fifo)
//	corrupt 0>1 "p" "q"  the network delivers q in place of p
//	forge 0>1 "q"        the network delivers q, which 0 did not send to 1
//	cut 0>1              from now on nothing gets through from 0 to 1
//	crash 0              process 0 crashes
//	fair                 from here on the network is fair
//	forever              what follows is repeated for ever
//
// The first five may end with "crash 2": the process that acts then crashes
// after two effects of its handler. After fair, send lines are repeated for ever and drop lines are the losses
// of transmissions. Where nothing follows forever, nothing more happens. Before the first of these, the lines "link NAME",
// "network set" and "processes 2" may say what it is a schedule of. Messages
// and packets are quoted as in Go, and so is a name that is no word; # begins a comment. An error is a
// *SyntaxError.
func Parse(text string) (Schedule, error) {
	var s Schedule
	for number, line := range strings.Split(text, "\n") {
		p := parser{line: line}
		for {
			if err := p.item(&s); err != nil {
				return Schedule{}, &SyntaxError{number + 1, p.start + 1, err.Error()}
			}
			if p.done() {
				break
			}
		}
	}
	return s, nil
}

// parser reads the items of one line.
type parser struct {
	line  string
	at    int
	start int // of the word being read
}

func (p *parser) blank() {
	for p.at < len(p.line) && (p.line[p.at] == ' ' || p.line[p.at] == '\t' || p.line[p.at] == '\r') {
		p.at++
	}
	p.start = p.at
}

// done skips a separator and reports whether the line has ended.
func (p *parser) done() bool {
	if p.at == len(p.line) || p.line[p.at] == '#' {
		return true
	}
	p.at++
	return false
}

// end reports whether the item has ended.
func (p *parser) end() bool {
	p.blank()
	return p.at == len(p.line) || p.line[p.at] == ';' || p.line[p.at] == '#'
}

// word reads up to the next blank or separator.
func (p *parser) word() string {
	p.blank()
	for p.at < len(p.line) && !strings.ContainsRune(" \t\r;#", rune(p.line[p.at])) {
		p.at++
	}
	return p.line[p.start:p.at]
}

func (p *parser) item(s *Schedule) error {
	if p.end() {
		return nil
	}
	word := p.word()
	var err error
	switch word {
	case "link", "network", "processes":
		err = p.directive(s, word)
	case "fair", "forever":
		if s.Fair || s.Forever {
			return fmt.Errorf("%s %s", word, after(s, word))
		}
		s.Fair, s.Forever = word == "fair", word == "forever"
	default:
		err = p.action(s, word)
	}
	if err != nil {
		return err
	}
	if !p.end() {
		return fmt.Errorf("unexpected %q after the end of the action", p.line[p.at:])
	}
	return nil
}

// after says where a second fair or forever stands.
func after(s *Schedule, word string) string {
	switch {
	case s.Fair && word != "fair":
		return "after fair: a schedule has one of the two"
	case s.Forever && word != "forever":
		return "after forever: a schedule has one of the two"
	}
	return "stands twice"
}

func (p *parser) directive(s *Schedule, word string) error {
	if s.Len() > 0 || s.Fair || s.Forever {
		return fmt.Errorf("%s stands after the first action", word)
	}
	value, err := p.value()
	switch {
	case err != nil:
	case value == "":
		err = fmt.Errorf("%s: nothing follows", word)
	case word == "link" && s.Link == "":
		s.Link = value
	case word == "network" && s.Assumes == nil:
		var a spec.Assumptions
		a, err = spec.ParseAssumptions(value)
		s.Assumes = &a
	case word == "processes" && s.Processes == 0:
		s.Processes, err = strconv.Atoi(value)
		if err != nil || s.Processes < 2 || s.Processes > maxProcesses {
			err = fmt.Errorf("processes %q: want a number from 2 to %d", value, maxProcesses)
		}
	default:
		err = fmt.Errorf("%s stands twice", word)
	}
	return err
}

// value reads a word, or a quoted text that is not one word.
func (p *parser) value() (string, error) {
	if p.blank(); p.at < len(p.line) && p.line[p.at] == '"' {
		return p.quoted()
	}
	return p.word(), nil
}

func (p *parser) action(s *Schedule, word string) error {
	a := Action{Kind: ActionKinds}
	for k := range ActionKinds {
		if actionNames[k] == word {
			a.Kind = k
		}
	}
	var err error
	switch {
	case a.Kind == ActionKinds:
		return fmt.Errorf("unknown action %q", word)
	case s.Fair && a.Kind != Send && a.Kind != Drop:
		return fmt.Errorf("%s after fair: fairness forces it", word)
	case a.Kind == Timeout:
		if a.From, err = p.process(p.word()); err == nil {
			a.Timer, err = p.timer()
		}
	case a.Kind == Recover || a.Kind == Crash:
		a.From, err = p.process(p.word())
	default:
		err = p.packet(&a)
	}
	if err == nil {
		err = p.crash(&a)
	}
	switch {
	case err != nil:
		return err
	case s.Fair && a.Crashes:
		return fmt.Errorf("a crash after fair: nothing fails any more")
	case s.Forever:
		s.Cycle = append(s.Cycle, a)
	case !s.Fair:
		s.Actions = append(s.Actions, a)
	case a.Kind == Send:
		s.Repeat = append(s.Repeat, Request{a.From, a.To, a.Message})
	default:
		s.Losses = append(s.Losses, a)
	}
	return nil
}

// crash reads where within the action a process crashes, if it does.
func (p *parser) crash(a *Action) error {
	if p.end() {
		return nil
	}
	at := p.at
	if p.word() != actionNames[Crash] {
		p.at = at
		return nil
	}
	if a.Kind > Recover {
		return fmt.Errorf("no process crashes within a %s", a.Kind)
	}
	word := p.word()
	n, err := strconv.ParseUint(word, 10, 16)
	if err != nil || n == 1<<16-1 {
		return fmt.Errorf("crash %q: want the number of effects before it", word)
	}
	a.Crashes, a.After = true, int(n)
	return nil
}

// packet reads a channel and a quoted message or packet.
func (p *parser) packet(a *Action) error {
	ends := p.word()
	from, to, ok := strings.Cut(ends, ">")
	if !ok {
		return fmt.Errorf("channel %q: want two processes, as 0>1", ends)
	}
	var err error
	if a.From, err = p.process(from); err != nil {
		return err
	}
	if a.To, err = p.process(to); err != nil {
		return err
	}
	if a.Kind == Cut || a.Kind == Heal {
		return nil
	}
	text, err := p.quoted()
	if a.Kind == Send {
		a.Message = spec.Message(text)
		return err
	}
	a.Packet = impl.Packet(text)
	if a.Kind == Corrupt && err == nil {
		text, err = p.quoted()
		a.As = impl.Packet(text)
	}
	return err
}

func (p *parser) process(word string) (spec.Process, error) {
	n, err := strconv.Atoi(word)
	if err != nil || n < 0 || n >= maxProcesses || strconv.Itoa(n) != word {
		return 0, fmt.Errorf("process %q: want a number from 0 to %d", word, maxProcesses-1)
	}
	return spec.Process(n), nil
}

func (p *parser) timer() (impl.TimerID, error) {
	word := p.word()
	n, err := strconv.ParseUint(word, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("timer %q: want a number", word)
	}
	return impl.TimerID(n), nil
}

func (p *parser) quoted() (string, error) {
	p.blank()
	quoted, err := strconv.QuotedPrefix(p.line[p.at:])
	if err != nil || quoted[0] == '\'' {
		rest := p.line[p.at:]
		if len(rest) > 20 {
			rest = strings.ToValidUTF8(rest[:20], "")
		}
		return "", fmt.Errorf("want a message or packet quoted as in Go, found %q", rest)
	}
	p.at += len(quoted)
	text, err := strconv.Unquote(quoted)
	if err == nil && !utf8.ValidString(quoted) {
		err = fmt.Errorf("a quoted text must be valid UTF-8; write other bytes as \\x and two hex digits")
	}
	return text, err
}
