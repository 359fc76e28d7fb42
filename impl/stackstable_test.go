package impl

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"fairloss/spec"
)

func TestStackDropsStaleStores(t *testing.T) {
	answers := script{send: func(to spec.Process, m spec.Message, out *Effects) { out.Deliver(to, m) }}
	n := 0
	counts := func(end func(stable []byte, out *Effects)) Layer {
		n = 0
		return script{
			send: func(to spec.Process, m spec.Message, out *Effects) {
				n++
				stable := fmt.Append(nil, n)
				out.Transmit(to, Packet(m))
				end(stable, out)
			},
			receive: func(_ spec.Process, _ Packet, out *Effects) {
				n++
				out.Store(fmt.Append(nil, n))
			},
		}
	}
	l := stackOf(answers, counts(func(stable []byte, out *Effects) { out.Store(stable) }))
	want(t, "store", run(sending(l, "x")), `store "\x00\x01\x012"`, "\n")
	want(t, "the next event stores again", run(receiving(l, "")), `store "\x00\x01\x013"`, "\n")
	l = stackOf(answers, counts(func(stable []byte, out *Effects) { out.Commit(stable, Delivery{1, "d"}) }))
	want(t, "commit", run(sending(l, "x")), `store "\x00\x01\x012"`, "\n", `commit "\x00\x01\x012" [{1 d}]`, "\n")
	l = stackOf(answers, counts(func(stable []byte, out *Effects) { out.Commit(stable, Delivery{1, "d"}) }), script{})
	want(t, "commit below the top", run(sending(l, "x")), `store "\x00\x01\x012\x00"`, "\n", "deliver 1 d\n")
	twice := script{send: func(_ spec.Process, _ spec.Message, out *Effects) {
		out.Store([]byte("a"))
		out.Store([]byte("b"))
	}}
	want(t, "one handler", run(sending(stackOf(script{}, twice), "x")), `store "\x00\x01\x01a"`, "\n", `store "\x00\x01\x01b"`, "\n")
}

func TestStackCommits(t *testing.T) {
	commits := script{receive: func(from spec.Process, p Packet, out *Effects) {
		out.Commit([]byte("s"), Delivery{from, spec.Message(p)}, Delivery{from, "more"})
	}}
	want(t, "at the top", run(receiving(stackOf(header("a"), commits), "ax")),
		`commit "\x00\x01\x01s" [{1 x} {1 more}]`, "\n")
	want(t, "below the top", run(receiving(stackOf(commits, script{}), "x")),
		`store "\x01\x01s\x00"`, "\n", "deliver 1 x\n", "deliver 1 more\n")
}

func TestStackRecovers(t *testing.T) {
	stores := func(v []byte) Layer {
		return script{send: func(to spec.Process, m spec.Message, out *Effects) {
			out.Transmit(to, Packet(m))
			out.Store(v)
		}}
	}
	var out Effects
	before := stackOf(stores([]byte("low")), script{}, stackOf(stores([]byte{}), script{}), stores([]byte("high")))
	before.Send(1, "x", &out)
	last := func(effects []Effect) []byte { return effects[len(effects)-1].Stable }
	stable := last(slices.DeleteFunc(slices.Clone(out.List()), func(e Effect) bool { return e.Kind != Store }))

	var log []string
	recovers := func(name string) recovering {
		return recovering{
			script{send: func(_ spec.Process, _ spec.Message, out *Effects) { out.Store([]byte("again")) }},
			func(stable []byte, out *Effects) {
				log = append(log, fmt.Sprintf("%s %q %v", name, stable, stable == nil))
			},
		}
	}
	starts := script{init: func(*Effects) { log = append(log, "init") }}
	fresh := func() Layer {
		log = nil
		return stackOf(recovers("a"), starts, stackOf(recovers("b"), recovers("c")), recovers("d"))
	}
	for name, c := range map[string]struct {
		stable []byte
		want   []string
	}{
		"stored":     {stable, []string{`a "low" false`, "init", `b "" false`, `c "" true`, `d "high" false`}},
		"none":       {nil, []string{`a "" true`, "init", `b "" true`, `c "" true`, `d "" true`}},
		"cut":        {stable[:len(stable)-1], []string{`a "" true`, "init", `b "" true`, `c "" true`, `d "" true`}},
		"too long":   {append(bytes.Clone(stable), 0), []string{`a "" true`, "init", `b "" true`, `c "" true`, `d "" true`}},
		"a bad flag": {append([]byte{2}, stable[1:]...), []string{`a "" true`, "init", `b "" true`, `c "" true`, `d "" true`}},
	} {
		t.Run(name, func(t *testing.T) {
			l := fresh()
			bytesBefore := bytes.Clone(c.stable)
			r, ok := As[Recoverer](l)
			if !ok {
				t.Fatal("not a Recoverer")
			}
			run(func(out *Effects) { r.Recover(c.stable, out) })
			if !slices.Equal(log, c.want) {
				t.Errorf("recovered as %q, want %q", log, c.want)
			}
			if !bytes.Equal(c.stable, bytesBefore) {
				t.Error("Recover changed its argument")
			}
		})
	}
	l := fresh()
	run(func(out *Effects) { l.(Recoverer).Recover(stable, out) })
	out = *out.Next()
	l.Send(1, "x", &out)
	if got, want := splitStable(last(out.List()), 4), splitStable(stable, 4); string(got[3]) != "again" || !bytes.Equal(got[0], want[0]) {
		t.Errorf("after recovery a store of the top layer makes %q", got)
	}
}

func FuzzStableValues(f *testing.F) {
	f.Add([]byte{}, 2)
	f.Add([]byte("\x00\x01\x02ab"), 2)
	f.Add([]byte("\x01\x00\x00\x01\x01c"), 3)
	f.Add([]byte("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01a"), 1)
	f.Add([]byte("\x01\x80\x00"), 1)
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		if n < 0 || n > 8 {
			t.Skip()
		}
		parts := splitStable(b, n)
		if len(parts) != n {
			t.Fatalf("%d parts, want %d", len(parts), n)
		}
		if joined := joinStable(parts); joined != nil && !bytes.Equal(joined, b) {
			t.Errorf("%q splits into %q, which join to %q", b, parts, joined)
		}
	})
}

func TestStableValuesRoundTrip(t *testing.T) {
	long := bytes.Repeat([]byte("x"), 300)
	for _, parts := range [][][]byte{
		{nil, nil}, {{}, nil}, {nil, {}}, {[]byte("a"), nil, []byte("b")}, {{}, {}}, {long, {}, long},
	} {
		got := splitStable(joinStable(parts), len(parts))
		for i := range parts {
			if !bytes.Equal(got[i], parts[i]) || (got[i] == nil) != (parts[i] == nil) {
				t.Errorf("%q comes back as %q", parts, got)
			}
		}
	}
}
