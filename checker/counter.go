package checker

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"fairloss/spec"
)

// Counter judges every server of the history as a linearizable counter whose
// only operation is increment-and-get, the plainest operation that must not be
// executed twice. It is what an exactly-once RPC promises.
//
// A request is a Send of any message m from a client to the server; its reply
// is a Deliver at the client, from the server, of m, "=" and the value after
// the increment, in decimal, counting from 1. The operation lasts from the call
// of the Send to the return of the Deliver. A request without a reply may have
// been executed or not. A reply of m and "=full" is an error, and an answer too:
// its request has added nothing. The events at the server are not read. All messages of
// the history are taken for requests or replies, and the requests of a client
// to one server must differ: equal ones are inconclusive.
//
// Porcupine searches in the order that the values force; ctx bounds it. The
// monitor always finishes, in O(n log n).
//
// The error is about malformed events, or says that the judges disagree.
func Counter(ctx context.Context, events []spec.Event) (Result, error) {
	all, err := channels(events)
	if err != nil {
		return Result{}, err
	}
	var objects []object
	for _, s := range servers(all) {
		objects = append(objects, s.object())
	}
	return judge(ctx, objects)
}

// increment is an answered request with its value.
type increment struct {
	operation
	value int64
}

// server is one counter.
type server struct {
	process  spec.Process
	answered []increment // by value
	pending  []operation // by call
	refused  int         // requests that were answered with an error
	strays   int         // deliveries from the server that are no request's one and only answer
	flaw     opinion     // what is wrong with requests or replies as such; zero where nothing is
}

// object returns the counter as something to judge.
func (s *server) object() object {
	o := object{
		name:       fmt.Sprintf("server %d", s.process),
		operations: len(s.answered) + len(s.pending) + s.refused,
		answers:    len(s.answered) + s.refused + s.strays,
		search:     func(ctx context.Context) opinion { return searchForced(ctx, s.forced(), segmentOperations) },
		monitor:    s.monitor,
	}
	if s.flaw.reason != "" {
		o.search = func(context.Context) opinion { return abstain("porcupine was not asked: %s", s.flaw.reason) }
		o.monitor = func() opinion { return s.flaw }
	}
	return o
}

// servers finds the counters in a history, ordered by process.
func servers(all []traffic) []*server {
	byProcess := map[spec.Process]*server{}
	for _, c := range conversations(all) {
		s := byProcess[c.To]
		if s == nil {
			s = &server{process: c.To}
			byProcess[c.To] = s
		}
		s.hear(c)
	}
	found := make([]*server, 0, len(byProcess))
	for _, s := range byProcess {
		slices.SortFunc(s.answered, func(a, b increment) int { return cmp.Compare(a.value, b.value) })
		slices.SortFunc(s.pending, func(a, b operation) int { return cmp.Compare(a.call, b.call) })
		found = append(found, s)
	}
	slices.SortFunc(found, func(a, b *server) int { return cmp.Compare(a.process, b.process) })
	return found
}

// conversation is what one client, from, asked one server, to, and what was
// delivered to the client from there.
type conversation struct {
	spec.Channel
	requests []operation
	rejected map[spec.Message]bool
	replies  []operation
}

// conversations separates requests from replies, which a history may record as
// sends of the server too.
func conversations(all []traffic) []conversation {
	sent := map[spec.Channel]map[spec.Message]bool{}
	deliveries := map[spec.Channel][]operation{}
	for _, t := range all {
		sent[t.Channel] = maps.Clone(t.rejected)
		for _, o := range t.sends {
			sent[t.Channel][o.message] = true
		}
		deliveries[t.Channel] = t.deliveries
	}
	isReply := func(c spec.Channel, m spec.Message) bool {
		request, _, ok := cutReply(m)
		return ok && sent[c.Reverse()][request]
	}
	var found []conversation
	for _, t := range all {
		c := conversation{Channel: t.Channel, rejected: t.rejected}
		for _, o := range t.sends {
			if !isReply(t.Channel, o.message) {
				c.requests = append(c.requests, o)
			}
		}
		back := t.Reverse()
		for _, o := range deliveries[back] {
			if isReply(back, o.message) || !sent[back][o.message] {
				c.replies = append(c.replies, o)
			}
		}
		if len(c.requests)+len(c.rejected) > 0 {
			found = append(found, c)
		}
	}
	return found
}

// full is the value of a reply which says that its request added nothing.
const full = -1

// cutReply splits a reply into its request and its value.
func cutReply(m spec.Message) (request spec.Message, value int64, ok bool) {
	i := strings.LastIndexByte(string(m), '=')
	if i < 0 {
		return "", 0, false
	}
	if m[i+1:] == "full" {
		return m[:i], full, true
	}
	value, err := strconv.ParseInt(string(m[i+1:]), 10, 64)
	if err != nil || value == full {
		return "", 0, false
	}
	return m[:i], value, true
}

// hear adds a conversation to what the server answered and what it did not.
func (s *server) hear(c conversation) {
	requests := make(map[spec.Message]operation, len(c.requests))
	repeated := map[spec.Message]bool{}
	for _, o := range c.requests {
		if _, again := requests[o.message]; again {
			repeated[o.message] = true
			s.fault(abstain("process %d sent the request %q twice, so its replies cannot be told apart", c.From, o.message))
		}
		requests[o.message] = o
	}
	answers := map[spec.Message]operation{}
	for _, reply := range c.replies {
		m, value, ok := cutReply(reply.message)
		request, asked := requests[m]
		first, again := answers[m]
		switch {
		case repeated[m]:
		case ok && c.rejected[m] && !asked:
			s.fault(breach("deliver %v to process %d, but its request was rejected", reply, c.From))
		case !ok || !asked:
			s.fault(breach("deliver %v to process %d answers no request", reply, c.From))
		case again:
			s.fault(breach("request %q of process %d was answered twice: deliver %v, deliver %v", m, c.From, first, reply))
		case reply.ret < request.call:
			s.fault(breach("deliver %v to process %d returned before its request was sent at %d", reply, c.From, request.call))
		default:
			answers[m] = reply
			if value == full {
				s.refused++
			} else {
				s.answered = append(s.answered, increment{operation{m, request.call, reply.ret}, value})
			}
			continue
		}
		s.strays++
	}
	for _, o := range c.requests {
		if _, answered := answers[o.message]; !answered {
			s.pending = append(s.pending, operation{o.message, o.call, never})
		}
	}
}

// fault keeps the first flaw, but a violation before anything inconclusive.
func (s *server) fault(flaw opinion) {
	if s.flaw.verdict != spec.Violated && (s.flaw.reason == "" || flaw.verdict == spec.Violated) {
		s.flaw = flaw
	}
}

// forced gives each answered request the position of its value, and fills the
// values that were answered to nobody with pending requests, the earliest call
// first: whichever of them fill the holes, swapping two into this order keeps
// every operation in its interval. The other pending requests need not have
// been executed.
func (s *server) forced() []forced {
	operations := make([]forced, 0, len(s.answered)+len(s.pending))
	pending, value := s.pending, int64(0)
	for _, o := range s.answered {
		for value++; value < o.value && len(pending) > 0; value++ {
			operations = append(operations, forced{pending[0], act{value: value}})
			pending = pending[1:]
		}
		operations = append(operations, forced{o.operation, act{value: o.value}})
		value = o.value
	}
	return operations
}

// monitor decides exactly: the values are distinct and count from 1, no
// request with a smaller value began after one with a greater value was
// answered, and each value that was answered to nobody is paid for by a pending
// request that began before any greater value was answered.
func (s *server) monitor() opinion {
	for k, o := range s.answered {
		switch {
		case o.value < 1:
			return breach("%v was answered %d, but the first increment makes 1", o.operation, o.value)
		case k > 0 && s.answered[k-1].value == o.value:
			return breach("%v and %v were both answered %d", s.answered[k-1].operation, o.operation, o.value)
		}
	}
	if said := s.monitorOrder(); said.verdict == spec.Violated {
		return said
	}
	return s.monitorHoles()
}

func (s *server) monitorOrder() opinion {
	var latest increment // of those with smaller values
	for k, o := range s.answered {
		if k > 0 && o.ret < latest.call {
			return breach("%v was answered %d before %v began, which was answered %d, less",
				o.operation, o.value, latest.operation, latest.value)
		}
		if k == 0 || o.call > latest.call {
			latest = o
		}
	}
	return holds
}

func (s *server) monitorHoles() opinion {
	// above[k] is the first to be answered of those from k on.
	above := slices.Clone(s.answered)
	for k := len(above) - 2; k >= 0; k-- {
		if above[k+1].ret < above[k].ret {
			above[k] = above[k+1]
		}
	}
	pending, value := s.pending, int64(0)
	for k, o := range s.answered {
		for value++; value < o.value; value++ {
			if len(pending) == 0 {
				return breach("%v was answered %d, but value %d was answered to nobody, and no request without a reply is left to have made it: one was executed twice",
					o.operation, o.value, value)
			}
			if pending[0].call > above[k].ret {
				return breach("%v was answered %d, but value %d was answered to nobody, and the next request without a reply, %v, began later: one was executed twice",
					above[k].operation, above[k].value, value, pending[0])
			}
			pending = pending[1:]
		}
	}
	return holds
}
