package checker

import (
	"context"
	"fmt"

	"fairloss/spec"
)

// Result is what the judges of linearizability say of one history. Its zero
// value is inconclusive.
type Result struct {
	Verdict    spec.Verdict
	Reason     string // the operations that break the property, or why nothing was decided; "" where it holds
	Operations int    // sends and deliveries, or requests, that were looked at
	Engine     Engine // the judges that decided; 0 where none did
}

// Engine is a set of judges.
type Engine uint8

// The judges of linearizability.
const (
	Porcupine Engine = 1 << iota // the search for an order, github.com/anishathalye/porcupine
	LogLinear                    // the monitor for operations that exclude every order
)

// String returns the names of the judges in the set, or "none".
func (e Engine) String() string {
	switch e {
	case 0:
		return "none"
	case Porcupine:
		return "porcupine"
	case LogLinear:
		return "log-linear"
	case Porcupine | LogLinear:
		return "porcupine and log-linear"
	}
	return fmt.Sprintf("engine(%d)", uint8(e))
}

// opinion is what one judge says of one object.
type opinion struct {
	verdict spec.Verdict
	reason  string
	early   bool // inconclusive for certain: what follows the history decides
}

func (o opinion) decided() bool { return o.verdict != spec.Inconclusive || o.early }

func breach(format string, arguments ...any) opinion {
	return opinion{verdict: spec.Violated, reason: fmt.Sprintf(format, arguments...)}
}

func abstain(format string, arguments ...any) opinion {
	return opinion{verdict: spec.Inconclusive, reason: fmt.Sprintf(format, arguments...)}
}

var holds = opinion{verdict: spec.Holds}

// object is one linearizable object of a history, to be judged on its own.
type object struct {
	name       string // "channel 0>1"
	operations int
	answers    int // the operations that put it to the test
	search     func(context.Context) opinion
	monitor    func() opinion
}

// judge asks both judges about every object, up to the first violation.
func judge(ctx context.Context, objects []object) (Result, error) {
	result := Result{Verdict: spec.Holds}
	answers := 0
	for _, o := range objects {
		result.Operations += o.operations
		answers += o.answers
	}
	if answers == 0 {
		return Result{Reason: "nothing was delivered", Operations: result.Operations}, nil
	}
	for _, o := range objects {
		said, engine, err := settle(o.search(ctx), o.monitor())
		if err != nil {
			return Result{}, fmt.Errorf("%s: %w", o.name, err)
		}
		if said.verdict == spec.Violated {
			return Result{spec.Violated, o.name + ": " + said.reason, result.Operations, engine}, nil
		}
		result.Engine |= engine
		if said.verdict == spec.Inconclusive && result.Verdict == spec.Holds {
			result.Verdict, result.Reason = spec.Inconclusive, o.name+": "+said.reason
		}
	}
	return result, nil
}

// settle makes one opinion of two. Disagreement is an error: one of the judges
// is wrong, and no verdict can be trusted.
func settle(search, monitor opinion) (opinion, Engine, error) {
	switch {
	case !search.decided() && !monitor.decided():
		return search, 0, nil
	case !search.decided():
		return monitor, LogLinear, nil
	case !monitor.decided():
		return search, Porcupine, nil
	case search.verdict != monitor.verdict || search.early != monitor.early:
		return opinion{}, 0, fmt.Errorf("the judges disagree, so one of them is wrong: porcupine says %v %s, log-linear says %v %s",
			search.verdict, search.reason, monitor.verdict, monitor.reason)
	}
	return monitor, Porcupine | LogLinear, nil
}
