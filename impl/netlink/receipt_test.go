package netlink

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"fairloss/impl"
	"fairloss/spec"
)

func TestReceiptsOfEqualMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		a := open(t, w, 0, script{receive: func(p impl.Packet, out *impl.Effects) { out.Confirm(1, spec.Message(p)) }})
		b := open(t, w, 1, script{})
		var receipts []*Receipt
		for _, m := range []spec.Message{"x", "y", "x", "x"} {
			receipts = append(receipts, send(t, a, m))
		}
		for _, c := range []struct {
			confirm spec.Message
			want    string
		}{
			{"x", "[true false false false]"},
			{"z", "[true false false false]"},
			{"x", "[true false true false]"},
			{"x", "[true false true true]"},
			{"x", "[true false true true]"},
			{"y", "[true true true true]"},
		} {
			send(t, b, c.confirm)
			synctest.Wait()
			var got []bool
			for _, r := range receipts {
				got = append(got, confirmed(r))
			}
			if fmt.Sprint(got) != c.want {
				t.Errorf("after the confirmation of %q: %v, want %s", c.confirm, got, c.want)
			}
		}
		if p := a.Pending(); len(p) > 0 {
			t.Errorf("pending: %v", p)
		}
		again := send(t, a, "x")
		if p := a.Pending(); len(p) != 1 || p[0] != again {
			t.Errorf("pending: %v, want the new one", p)
		}
	})
}

func TestConfirmWithinSend(t *testing.T) {
	l := open(t, newWire(), 0, script{send: func(m spec.Message, out *impl.Effects) { out.Confirm(1, m) }})
	<-send(t, l, "x").Confirmed()
	if p := l.Pending(); len(p) > 0 {
		t.Errorf("pending: %v", p)
	}
}

func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, newWire(), 0, script{})
		if err := l.Drain(t.Context()); err != nil {
			t.Errorf("with nothing pending: %v", err)
		}
		send(t, l, "x")
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if err := l.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("of a link that never confirms: %v", err)
		}
		if err := l.Drain(context.Background()); err == nil {
			t.Error("a context that never ends: no error")
		}
	})
}
