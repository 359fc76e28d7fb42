package world

import (
	"fmt"
	"strconv"

	"fairloss/checker/items"
	"fairloss/impl"
	"fairloss/spec"
)

// SyntaxError is a schedule that cannot be read.
type SyntaxError = items.SyntaxError

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
//	again                all of it starts again, from the beginning
//	fair                 from here on the network is fair
//	forever              what follows is repeated for ever
//
// The first five may end with "crash 2": the process that acts then crashes
// after two effects of its handler. After fair, send lines are repeated for ever
// and drop lines are the losses of transmissions. Where nothing follows forever,
// nothing more happens. From a state with the same key, a link must do after
// again what it did before. Before the first of these, the lines "link NAME",
// "network set" and "processes 2" may say what it is a schedule of. Messages and
// packets are quoted as in Go, and so is a name that is no word; # begins a
// comment. An error is a *SyntaxError.
func Parse(text string) (Schedule, error) {
	var s Schedule
	if err := items.Read(text, func(i *items.Item) error { return (&parser{i}).item(&s) }); err != nil {
		return Schedule{}, err
	}
	return s, nil
}

// parser reads one item of a schedule.
type parser struct{ *items.Item }

func (p *parser) item(s *Schedule) error {
	word := p.Word()
	switch word {
	case "link", "network", "processes":
		return p.directive(s, word)
	case "again":
		if s.Fair || s.Forever {
			return fmt.Errorf("again stands after the end of the last run")
		}
		s.Before, s.Actions = append(s.Before, s.Actions), nil
		return nil
	case "fair", "forever":
		if s.Fair || s.Forever {
			return fmt.Errorf("%s %s", word, after(s, word))
		}
		s.Fair, s.Forever = word == "fair", word == "forever"
		return nil
	default:
		return p.action(s, word)
	}
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
	if s.Len() > 0 || len(s.Before) > 0 || s.Fair || s.Forever {
		return fmt.Errorf("%s stands after the first action", word)
	}
	value, err := p.Value()
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
		if a.From, err = p.process(); err == nil {
			a.Timer, err = p.timer()
		}
	case a.Kind == Recover || a.Kind == Crash:
		a.From, err = p.process()
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
	if !p.Take(actionNames[Crash]) {
		return nil
	}
	if a.Kind > Recover {
		return fmt.Errorf("no process crashes within a %s", a.Kind)
	}
	word := p.Word()
	n, err := strconv.ParseUint(word, 10, 16)
	if err != nil || n == 1<<16-1 {
		return fmt.Errorf("crash %q: want the number of effects before it", word)
	}
	a.Crashes, a.After = true, int(n)
	return nil
}

// packet reads a channel and a quoted message or packet.
func (p *parser) packet(a *Action) error {
	from, to, err := p.Channel(maxProcesses)
	if err != nil {
		return err
	}
	a.From, a.To = spec.Process(from), spec.Process(to)
	if a.Kind == Cut || a.Kind == Heal {
		return nil
	}
	text, err := p.Quoted()
	if a.Kind == Send {
		a.Message = spec.Message(text)
		return err
	}
	a.Packet = impl.Packet(text)
	if a.Kind == Corrupt && err == nil {
		text, err = p.Quoted()
		a.As = impl.Packet(text)
	}
	return err
}

func (p *parser) process() (spec.Process, error) {
	n, err := p.Process(maxProcesses)
	return spec.Process(n), err
}

func (p *parser) timer() (impl.TimerID, error) {
	word := p.Word()
	n, err := strconv.ParseUint(word, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("timer %q: want a number", word)
	}
	return impl.TimerID(n), nil
}
