package transport

import (
	"math/rand/v2"
	"strings"
	"time"

	"fairloss/checker/chaos"
	"fairloss/spec"
)

// Source is where random choices come from. Intn returns a number from 0 to
// n-1; 0 should be the simplest choice, which makes a schedule calmer.
type Source interface{ Intn(n int) int }

// Seeded returns a source of uniform choices: one seed, one sequence.
func Seeded(seed, stream uint64) Source { return uniform{rand.New(rand.NewPCG(seed, stream))} }

type uniform struct{ *rand.Rand }

func (u uniform) Intn(n int) int { return int(u.Uint64N(uint64(n))) }

// Bounds of what is drawn.
const (
	maxMessages = 10
	maxFaults   = 16
	maxPacket   = 32 // faults befall packets up to this number
	maxSeed     = 1 << 16
	longSize    = 3000 // bytes of a long message: more than a packet holds
)

var (
	// words are messages of which no flipped bit makes another.
	words = [maxMessages]string{"alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett"}
	times = [...]time.Duration{
		0, 2 * time.Millisecond, 10 * time.Millisecond, 50 * time.Millisecond,
		250 * time.Millisecond, time.Second, 5 * time.Second, 20 * time.Second,
	}
	rates = [...]int{1 << 20, 100_000, 10_000, 2_000}
)

// kinds are the faults that each part of a mask allows. The benign come first.
var kinds = []struct {
	mask spec.Faults
	kind chaos.Kind
}{
	{spec.Reordering, chaos.Delay},
	{spec.Loss, chaos.Drop},
	{spec.Duplication, chaos.Duplicate},
	{spec.Reordering, chaos.Bandwidth},
	{spec.Loss, chaos.Queue},
	{spec.Partitions, chaos.Cut},
	{spec.Corruption, chaos.Truncate},
	{spec.Corruption, chaos.Flip},
	{spec.Corruption, chaos.Swap},
	{spec.Forgery, chaos.Inject},
	{spec.Crashes, chaos.Reset},
}

// allowed returns the kinds of faults that the claim withstands. Drops and
// delays come twice: they are what most claims are about.
func (tr Transport) allowed() []chaos.Kind {
	var list, common []chaos.Kind
	for _, k := range kinds {
		if tr.Faults != 0 && tr.Faults&k.mask == 0 {
			continue
		}
		list = append(list, k.kind)
		if k.kind == chaos.Drop || k.kind == chaos.Delay {
			common = append(common, k.kind)
		}
	}
	return append(common, list...)
}

// Draw draws a schedule that the claim of the transport withstands. All zeros
// send one message on a calm network.
func (tr Transport) Draw(src Source) Schedule {
	var s Schedule
	messages, shape := 1+src.Intn(maxMessages), src.Intn(8)
	pauses := src.Intn(4)
	for i := range messages {
		text := words[i]
		switch {
		case shape == 7:
			text = words[0] // equal messages are several messages
		case shape == 6 && src.Intn(3) == 2:
			text = strings.Repeat(text, longSize/len(text))
		}
		send := Send{Message: spec.Message(text)}
		if i > 0 && pauses > 0 && src.Intn(4) >= 4-pauses {
			send.After = times[src.Intn(len(times))]
		}
		s.Sends = append(s.Sends, send)
	}
	if allowed := tr.allowed(); len(allowed) > 0 {
		for range src.Intn(maxFaults + 1) {
			s.Plan = append(s.Plan, drawFault(src, allowed))
		}
	}
	s.Seed = uint64(src.Intn(maxSeed))
	return s
}

func drawFault(src Source, allowed []chaos.Kind) chaos.Fault {
	f := chaos.Fault{Kind: allowed[src.Intn(len(allowed))], From: src.Intn(2)}
	f.To = 1 - f.From
	if f.Kind != chaos.Cut && f.Kind != chaos.Bandwidth && f.Kind != chaos.Queue {
		f.Number = 1 + src.Intn(maxPacket)
	}
	switch f.Kind {
	case chaos.Delay, chaos.Duplicate:
		f.Time = times[src.Intn(len(times))]
	case chaos.Flip:
		f.Value = drawPlace(src, 8)
	case chaos.Swap:
		f.Value, f.Other = drawPlace(src, 1), drawPlace(src, 1)
	case chaos.Truncate:
		f.Value = drawPlace(src, 2)
	case chaos.Inject:
		f.Bytes = strings.Repeat(string(rune(src.Intn(128))), src.Intn(32))
	case chaos.Cut:
		f.Time = time.Duration(src.Intn(100)) * time.Millisecond
		f.Until = f.Time + times[1+src.Intn(len(times)-1)]
	case chaos.Bandwidth:
		f.Value = rates[src.Intn(len(rates))]
	case chaos.Queue:
		f.Value = 16 - src.Intn(17)
	}
	return f
}

// drawPlace draws a place in a packet, mostly in a header, of so many units in
// a word of 16 bits over two.
func drawPlace(src Source, units int) int {
	words := 32
	if src.Intn(4) == 3 {
		words = 1024
	}
	return src.Intn(words * units)
}
