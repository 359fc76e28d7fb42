package impl_test

import (
	"testing"

	"fairloss/impl"
	"fairloss/spec"
)

func TestUnpackRefusesWhatPackDidNotMake(t *testing.T) {
	for _, p := range []impl.Packet{
		"", "D", "X\x01g", "\x00\x01", "D\x80", "D\x81\x00g", "A\x01g", "R\x01 ",
		"D\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
	} {
		var n uint64
		if kind, _ := impl.Unpack(p, &n); kind != impl.Malformed {
			t.Errorf("Unpack(%q) is %s %d", p, kind, n)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add("D\x01g")
	f.Add("A\x80\x01\x03")
	f.Add("D\x81\x00g")
	f.Fuzz(func(t *testing.T, s string) {
		var a, b uint64
		if kind, m := impl.Unpack(impl.Packet(s), &a, &b); kind != impl.Malformed {
			if again := impl.Pack(kind, m, a, b); again != impl.Packet(s) {
				t.Fatalf("%q unpacks to %s %d %d %q, which packs to %q", s, kind, a, b, m, again)
			}
		}
	})
}

func FuzzPack(f *testing.F) {
	f.Add("g", uint64(1), uint64(1<<63))
	f.Fuzz(func(t *testing.T, m string, a, b uint64) {
		for _, kind := range []impl.PacketKind{impl.Data, impl.Request} {
			var x, y uint64
			got, message := impl.Unpack(impl.Pack(kind, spec.Message(m), a, b), &x, &y)
			if got != kind || message != spec.Message(m) || x != a || y != b {
				t.Fatalf("%s %d %d %q came back as %s %d %d %q", kind, a, b, m, got, x, y, message)
			}
		}
	})
}

func TestDescribe(t *testing.T) {
	l := &impl.RetransmitUntilAcknowledged{}
	for p, want := range map[impl.Packet]string{
		"D\x01g":        "data 1 g",
		"D\x01":         `data 1 ""`,
		"D\xac\x02\x00": `data 300 "\x00"`,
		"A\x02":         "ack 2",
		"A\x02g":        `malformed "A\x02g"`,
	} {
		if got := l.Describe(p); got != want {
			t.Errorf("Describe(%q) = %q, want %q", p, got, want)
		}
	}
}

// fuzzReceive gives a layer, with messages of its own on their way, arbitrary
// packets from arbitrary peers: it must not panic, and equal runs end in equal
// states.
func fuzzReceive(f *testing.F, link string) {
	for _, p := range []string{"D\x01g", "D\x00\x01g", "A\x01", "A\x00\x01", "Q\x01g", "R\x01\x01", "D\x01D\x01g", ""} {
		f.Add(p, "D\x02h", "A\x02")
	}
	factory := find(f, link).New
	f.Fuzz(func(t *testing.T, p, q, r string) {
		var keys [2]string
		for i := range keys {
			l := factory(0, impl.Peers(0, 3))
			var out impl.Effects
			l.Send(1, "a", &out)
			l.Send(1, "b", &out)
			for _, s := range []string{p, q, r, p} {
				l.Receive(1, impl.Packet(s), &out)
				l.Receive(2, impl.Packet(s), &out)
				describe(l, impl.Packet(s))
			}
			key, err := impl.AppendKey(nil, l)
			if err != nil {
				t.Fatal(err)
			}
			keys[i] = string(key)
		}
		if keys[0] != keys[1] {
			t.Fatalf("equal runs end in the states %q and %q", keys[0], keys[1])
		}
	})
}

func describe(l impl.Layer, p impl.Packet) {
	if d, ok := impl.As[impl.Describer](l); ok {
		d.Describe(p)
	}
}

func find(tb testing.TB, name string) impl.Link {
	tb.Helper()
	for _, l := range impl.Registry() {
		if l.Name == name {
			return l
		}
	}
	tb.Fatalf("no link %q", name)
	return impl.Link{}
}

func FuzzReceiveFairloss(f *testing.F)        { fuzzReceive(f, "fairloss") }
func FuzzReceiveStubborn(f *testing.F)        { fuzzReceive(f, "stubborn") }
func FuzzReceiveAtmostonce(f *testing.F)      { fuzzReceive(f, "atmostonce") }
func FuzzReceiveAtleastonce(f *testing.F)     { fuzzReceive(f, "atleastonce") }
func FuzzReceivePerfect(f *testing.F)         { fuzzReceive(f, "perfect") }
func FuzzReceiveFifo(f *testing.F)            { fuzzReceive(f, "fifo") }
func FuzzReceiveSelectiverepeat(f *testing.F) { fuzzReceive(f, "selectiverepeat") }
func FuzzReceiveGobackn(f *testing.F)         { fuzzReceive(f, "gobackn") }
func FuzzReceiveAlternatingbit(f *testing.F)  { fuzzReceive(f, "alternatingbit") }
func FuzzReceiveSession(f *testing.F)         { fuzzReceive(f, "session") }
func FuzzReceiveDurablesession(f *testing.F)  { fuzzReceive(f, "durablesession") }
func FuzzReceiveRPC(f *testing.F)             { fuzzReceive(f, "rpc") }
func FuzzReceiveFallibleRPC(f *testing.F)     { fuzzReceive(f, "falliblerpc") }
func FuzzReceiveGraceful(f *testing.F)        { fuzzReceive(f, "graceful") }
func FuzzReceiveSchema(f *testing.F)          { fuzzReceive(f, "schema") }
