package inbox_test

import (
	"errors"
	"net"
	"testing"

	"fairloss/impl/external/inbox"
)

func TestInbox(t *testing.T) {
	b := inbox.New()
	put := make(chan bool)
	go func() { put <- b.Put("alpha") }()
	if m, err := b.Take(); m != "alpha" || err != nil {
		t.Errorf("took %q, %v", m, err)
	}
	if !<-put {
		t.Error("what was taken was not put")
	}
	b.Close()
	b.Close()
	if b.Put("bravo") {
		t.Error("put into a closed inbox")
	}
	if _, err := b.Take(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("took from a closed inbox: %v", err)
	}
}
