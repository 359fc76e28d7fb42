package foreign

import (
	"strconv"
	"sync"

	"fairloss/spec"
)

// ledger knows what each value stands for. Its processes are in one program, as
// the clients of Maelstrom are.
type ledger struct {
	mu   sync.Mutex
	sent []sent // by value
	owed int    // of these, not delivered
}

type sent struct {
	from, to  spec.Process
	message   spec.Message
	delivered bool
}

func (l *ledger) add(from, to spec.Process, m spec.Message) (value int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent = append(l.sent, sent{from: from, to: to, message: m})
	l.owed++
	return len(l.sent) - 1
}

// at returns what a value that self shows stands for; known is false where
// nobody sent it.
func (l *ledger) at(self spec.Process, value string) (s sent, known bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i, err := strconv.Atoi(value)
	if err != nil || i < 0 || i >= len(l.sent) {
		return s, false
	}
	if s = l.sent[i]; s.to == self && !s.delivered {
		l.sent[i].delivered = true
		l.owed--
	}
	return s, true
}

func (l *ledger) owes() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.owed > 0
}
