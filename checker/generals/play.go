package generals

import "fmt"

// table is where the runs of one protocol are played. It remembers what each
// general did for all that it saw: what happens twice must happen alike, or the
// protocol is not one of deterministic generals that have only their messages.
type table struct {
	Protocol
	conduct [2]map[string]string // by what was seen
	most    int                  // messages of a run so far
}

func newTable(p Protocol) (*table, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	return &table{Protocol: p, conduct: [2]map[string]string{{}, {}}}, nil
}

// loss decides the fate of message n of a run, counted from 0.
type loss func(n int) (arrives bool)

func nothing(int) bool { return true }

// allAfter loses every message after the first k.
func allAfter(k int) loss { return func(n int) bool { return n < k } }

// play plays a run, twice, for a general that is not deterministic may show it.
func (t *table) play(order bool, lost loss) (r Run, err error) {
	for range 2 {
		if r, err = t.once(order, lost); err != nil {
			return r, err
		}
		for _, x := range sides {
			seen, did := r.view(x), r.conduct(x)
			if before, known := t.conduct[x][seen]; known && before != did {
				return r, fmt.Errorf("general %s does one thing and then another, having seen the same: "+
					"it is not deterministic, or knows what no message has told it", x)
			}
			t.conduct[x][seen] = did
		}
	}
	return r, nil
}

func (t *table) once(order bool, lost loss) (r Run, err error) {
	at := call{}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("general %s panics in %s: %v", at.side, at, p)
		}
	}()
	r = Run{Order: order, Messages: make([]Sent, 0, t.most)}
	at.method = "New"
	var generals [2]General
	generals[A] = t.A(order)
	at.side = B
	generals[B] = t.B()
	for at.round = 1; at.round <= t.Rounds; at.round++ {
		first := len(r.Messages)
		for _, x := range sides {
			at.side, at.method = x, "Send"
			for _, m := range generals[x].Send(at.round) {
				arrives := lost(len(r.Messages))
				r.Messages = append(r.Messages, Sent{at.round, x, m, arrives})
			}
		}
		if len(r.Messages) > maxMessages {
			return r, fmt.Errorf("the generals send more than %d messages", maxMessages)
		}
		for _, m := range r.Messages[first:] {
			if m.Arrived {
				at.side, at.method = m.From.Other(), "Receive"
				generals[at.side].Receive(m.Round, m.Message)
			}
		}
	}
	for _, x := range sides {
		at.side, at.method = x, "Send"
		if len(generals[x].Send(at.round)) > 0 {
			return r, fmt.Errorf("general %s still sends in round %d, after the last", x, at.round)
		}
		at.method = "Attack"
		r.Attacks[x] = generals[x].Attack()
	}
	t.most = max(t.most, len(r.Messages))
	return r, nil
}

// call is a call of a general.
type call struct {
	side   Side
	method string
	round  int
}

func (c call) String() string {
	if c.method == "Send" || c.method == "Receive" {
		return fmt.Sprintf("%s, round %d", c.method, c.round)
	}
	return c.method
}

// everyRun yields a run for every way to lose messages. It ends after the
// first error.
func (t *table) everyRun(order bool, yield func(Run) error) error {
	fates := []bool{} // of the first messages; those after them arrive
	for {
		r, err := t.play(order, func(n int) bool { return n >= len(fates) || fates[n] })
		if err != nil {
			return err
		}
		if err := yield(r); err != nil {
			return err
		}
		for n := len(fates); n < len(r.Messages); n++ {
			fates = append(fates, true)
		}
		for len(fates) > 0 && !fates[len(fates)-1] {
			fates = fates[:len(fates)-1]
		}
		if len(fates) == 0 {
			return nil
		}
		fates[len(fates)-1] = false
	}
}
