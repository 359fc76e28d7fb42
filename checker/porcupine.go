package checker

import (
	"cmp"
	"context"
	"hash/maphash"
	"math"
	"slices"
	"strings"

	"github.com/anishathalye/porcupine"

	"fairloss/spec"
)

const (
	// searchMemory bounds one search, in bytes of remembered states. It makes
	// a search give up after the same number of steps on every machine.
	searchMemory = 256 << 20
	// stateMemory is what a remembered state costs besides its set of
	// operations and its own text.
	stateMemory = 128
	// plainOperations is the longest history that is searched without a
	// forced order: longer ones are hopeless, and giving up takes n².
	plainOperations = 10_000
	// segmentOperations is how many operations of a forced order are searched
	// at a time: a search takes n² because every state holds n bits.
	segmentOperations = 1_000
	// narrowSearches bounds the searches spent on a shorter explanation.
	narrowSearches = 100
	// narrowOperations is how many operations an explanation lists.
	narrowOperations = 12
)

// search asks Porcupine for an order of the history that the model accepts. It
// gives up when ctx is done or the memory is spent.
func search(ctx context.Context, model porcupine.Model, history []porcupine.Operation) opinion {
	step := model.Step
	room := searchMemory
	var gaveUp opinion
	model.Step = func(state, input, output any) (bool, any) {
		switch {
		case gaveUp.reason != "":
			return false, nil
		case ctx.Err() != nil:
			gaveUp = abstain("porcupine was stopped: %v", context.Cause(ctx))
			return false, nil
		case room < 0:
			gaveUp = abstain("porcupine needs more than %d MiB for %d operations", searchMemory>>20, len(history))
			return false, nil
		}
		ok, next := step(state, input, output)
		if ok {
			room -= stateMemory + len(history)/8
			if text, is := next.(string); is {
				room -= len(text)
			}
		}
		return ok, next
	}
	switch {
	case porcupine.CheckOperations(model, history):
		return holds
	case gaveUp.reason != "":
		return gaveUp
	}
	return breach("no order of the %d operations explains them", len(history))
}

// act is the input of the models: a send or a delivery of a value, or, where
// the order is forced, of the position in it.
type act struct {
	delivery bool
	value    int64
}

func request(a act, o operation) porcupine.Operation {
	return porcupine.Operation{Input: a, Call: o.call, Return: o.ret}
}

var hashSeed = maphash.MakeSeed()

// valueBytes is what a value takes in the state of a queue.
const valueBytes = 4

// queueModel is a FIFO queue. Its state is the text of the values it holds.
var queueModel = porcupine.Model{
	Init: func() any { return "" },
	Step: func(state, input, _ any) (bool, any) {
		held, a := state.(string), input.(act)
		value := string([]byte{byte(a.value >> 24), byte(a.value >> 16), byte(a.value >> 8), byte(a.value)})
		if !a.delivery {
			return true, held + value
		}
		rest, ok := strings.CutPrefix(held, value)
		return ok, rest
	},
	Hash: func(state any) uint64 { return maphash.String(hashSeed, state.(string)) },
}

// orderModel is a FIFO queue that may lose what it holds. To lose no more than
// stands before the first message that is asked for leaves most to deliver.
var orderModel = porcupine.Model{
	Init: queueModel.Init,
	Step: func(state, input, _ any) (bool, any) {
		held, a := state.(string), input.(act)
		if !a.delivery {
			return queueModel.Step(state, input, nil)
		}
		for ; held != ""; held = held[valueBytes:] {
			if ok, rest := queueModel.Step(held, input, nil); ok {
				return true, rest
			}
		}
		return false, nil
	},
	Hash: queueModel.Hash,
}

// copiesModel is a bag of equal values. Its state is how many it holds.
var copiesModel = porcupine.Model{
	Init: func() any { return 0 },
	Step: func(state, input, _ any) (bool, any) {
		copies := state.(int)
		if input.(act).delivery {
			return copies > 0, copies - 1
		}
		return true, copies + 1
	},
	Hash: func(state any) uint64 { return uint64(state.(int)) },
}

// forced is an operation with its position in an order that the history
// leaves no choice about.
type forced struct {
	operation
	act
}

// forcedModel is a FIFO queue in a forced order of sends, from first on, where
// deliveries do not overlap: real time alone keeps those in their order, so the
// state is the position of the next send, and a delivery needs its own send.
func forcedModel(first int64) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return first },
		Step: func(state, input, _ any) (bool, any) {
			next, a := state.(int64), input.(act)
			if a.delivery {
				return a.value < next, next
			}
			return a.value == next, next + 1
		},
		Hash: func(state any) uint64 { return uint64(state.(int64)) },
	}
}

// searchForced asks Porcupine about operations in a forced order, with
// positions from 1, segment by segment. No two deliveries overlap, and the send
// at a position comes before the delivery in operations.
//
// All that a segment needs to know of the operations before it is that its
// sends come after the latest call among earlier sends. One send that never
// returns stands for this, at the position before the segment. The segments
// together are as strict as the whole: in a fixed order every operation takes
// effect as early as it can, at the latest call among itself and those it must
// follow, and only has to be in time for its own return. For a delivery those
// are the sends up to its own, and earlier deliveries, which are over anyway.
func searchForced(ctx context.Context, operations []forced, segment int) opinion {
	slices.SortStableFunc(operations, func(a, b forced) int { return cmp.Compare(a.value, b.value) })
	latest, first := int64(math.MinInt64), int64(0)
	for part := range slices.Chunk(operations, segment) {
		history := []porcupine.Operation{request(act{value: first}, operation{call: latest, ret: never})}
		for _, o := range part {
			history = append(history, request(o.act, o.operation))
			if !o.delivery {
				latest = max(latest, o.call)
			}
		}
		if said := search(ctx, forcedModel(first), history); said.verdict != spec.Holds {
			return said
		}
		first = part[len(part)-1].value
	}
	return holds
}
