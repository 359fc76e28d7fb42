package generals

import (
	"errors"
	"fmt"
)

// Requirement is one of the three things that are required of a protocol. The
// zero value is none of them.
type Requirement uint8

// The requirements.
const (
	_             Requirement = iota
	Agreement                 // both generals attack or neither does
	Validity                  // without an order nobody attacks
	NonTriviality             // with an order, and nothing lost, both attack
)

var requirementNames = [...]string{"nothing", "agreement", "validity", "non-triviality"}

// String returns "agreement", "validity" or "non-triviality".
func (q Requirement) String() string {
	if int(q) >= len(requirementNames) {
		return fmt.Sprintf("requirement(%d)", uint8(q))
	}
	return requirementNames[q]
}

// MarshalText spells the requirement as String does.
func (q Requirement) MarshalText() ([]byte, error) { return []byte(q.String()), nil }

// Broken returns the requirement that the run breaks, or 0.
func (r Run) Broken() Requirement {
	attacks := r.Attacks[A]
	switch {
	case attacks != r.Attacks[B]:
		return Agreement
	case attacks && !r.Order:
		return Validity
	case !attacks && r.Order && r.LossFree():
		return NonTriviality
	}
	return 0
}

// Refutation shows what is wrong with a protocol.
type Refutation struct {
	Protocol string
	Messages int         // M: those of the run in which none is lost
	Runs     []Run       // the chain as far as it was tried; the last run breaks something
	Broken   Requirement // by the last run
}

// Refute finds a run of the protocol that breaks a requirement. It tries at
// most M+2 runs (see the package), each of which takes the time of M messages:
// first the one in which nothing is lost, then those that lose the last
// message, the last two, …, all, and then the one without an order.
//
// An error says what is wrong with the protocol, so that it cannot be judged:
// a general panics, is not deterministic, knows what no message has told it,
// or goes on sending after the last round.
func Refute(p Protocol) (Refutation, error) { return refute(p, chain) }

// link is a run of the chain: only the first messages arrive.
type link struct {
	order  bool
	arrive int
}

func chain(messages int) []link {
	var links []link
	for k := messages; k >= 0; k-- {
		links = append(links, link{true, k})
	}
	return append(links, link{false, 0})
}

func refute(p Protocol, chain func(messages int) []link) (Refutation, error) {
	result := Refutation{Protocol: p.Name}
	err := func() error {
		t, err := newTable(p)
		if err != nil {
			return err
		}
		free, err := t.play(true, nothing)
		if err != nil {
			return err
		}
		result.Messages = len(free.Messages)
		for _, l := range chain(result.Messages) {
			r, err := t.play(l.order, allAfter(l.arrive))
			if err != nil {
				return err
			}
			result.Runs = append(result.Runs, r)
			if result.Broken = r.Broken(); result.Broken != 0 {
				return nil
			}
		}
		return errors.New("no run of the chain breaks anything, which the theorem excludes")
	}()
	if err != nil {
		return result, fmt.Errorf("protocol %q: %w", p.Name, err)
	}
	return result, nil
}

// String says in one line which run breaks what.
func (f Refutation) String() string {
	n := len(f.Runs)
	if n == 0 {
		return fmt.Sprintf("%s: no run was tried", f.Protocol)
	}
	return fmt.Sprintf("%s: run %d of at most %d breaks %s: A %s, B %s", f.Protocol, n, f.Messages+2, f.Broken,
		decision(f.Runs[n-1].Attacks[A]), decision(f.Runs[n-1].Attacks[B]))
}

func decision(attacks bool) string {
	if attacks {
		return "attacks"
	}
	return "stays"
}
