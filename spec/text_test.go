package spec

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestKindText(t *testing.T) {
	for k := Kind(1); k < kinds; k++ {
		if got, err := ParseKind(k.String()); err != nil || got != k || k.String() == "" {
			t.Errorf("ParseKind(%q) = %v, %v, want %v", k, got, err, k)
		}
	}
	for _, k := range []Kind{0, kinds, 255} {
		if !strings.HasPrefix(k.String(), "kind(") {
			t.Errorf("kind %d is spelled %q", uint8(k), k)
		}
		if got, err := ParseKind(k.String()); err == nil {
			t.Errorf("ParseKind(%q) = %v, want an error", k, got)
		}
	}
	for _, s := range []string{"", "Send", "send "} {
		if got, err := ParseKind(s); err == nil {
			t.Errorf("ParseKind(%q) = %v, want an error", s, got)
		}
	}
}

func TestKinds(t *testing.T) {
	for k := range kinds {
		s := KindsOf(Send, k)
		for other := range kinds {
			if want := other == Send || other == k; s.Has(other) != want {
				t.Errorf("KindsOf(send, %v).Has(%v) = %t", k, other, !want)
			}
		}
	}
	if KindsOf() != 0 || KindsOf(Send).Has(255) {
		t.Error("a set has what was not put in")
	}
}

func TestEventString(t *testing.T) {
	tests := []struct {
		event Event
		want  string
	}{
		{Event{Kind: Send, Process: 0, Peer: 1, Message: "a", At: 7}, `send 0>1 "a"`},
		{Event{Kind: Accept, Process: 0, Peer: 1, Message: "a", Op: 2}, `accept 0>1 "a"`},
		{Event{Kind: Reject, Process: 0, Peer: 1, Message: "a", Op: 2}, `reject 0>1 "a"`},
		{Event{Kind: Confirm, Process: 0, Peer: 1, Message: "a"}, `confirm 0>1 "a"`},
		{Event{Kind: Deliver, Process: 1, Peer: 0, Message: "a\xff"}, `deliver 0>1 "a\xff"`},
		{Event{Kind: Store, Process: 1, Peer: 0, Message: "a"}, `store 0>1 "a"`},
		{Event{Kind: Transmit, Process: 0, Peer: 1, Packet: "D\x01"}, `transmit 0>1 "D\x01"`},
		{Event{Kind: Receive, Process: 1, Peer: 0, Packet: "D\x01"}, `receive 0>1 "D\x01"`},
		{Event{Kind: Held, Process: 2, Count: 3}, "held 2 3"},
		{Event{Kind: Kept, Process: 2, Count: 300}, "kept 2 300"},
		{Event{Kind: Crash, Process: 2}, "crash 2"},
		{Event{Kind: Recover, Process: 2}, "recover 2"},
		{Event{Kind: Cut, Process: 0, Peer: 1}, "cut 0>1"},
		{Event{Kind: Heal, Process: 1, Peer: 0}, "heal 1>0"},
		{Event{Kind: Forever}, "forever"},
		{Event{}, "kind(0)"},
	}
	for _, tt := range tests {
		if got := tt.event.String(); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

func TestVerdictText(t *testing.T) {
	for _, v := range []Verdict{Inconclusive, Holds, Violated} {
		text, err := json.Marshal(v)
		if err != nil || string(text) != `"`+v.String()+`"` {
			t.Errorf("%v is written %s, %v", v, text, err)
		}
		got := Verdict(255)
		if err := json.Unmarshal(text, &got); err != nil || got != v {
			t.Errorf("%s is read as %v, %v", text, got, err)
		}
	}
	for _, s := range []string{"", "Holds", "verdict(3)"} {
		v := Violated
		if err := v.UnmarshalText([]byte(s)); err == nil || v != Violated {
			t.Errorf("%q is read as %v, %v, want an error", s, v, err)
		}
	}
	if got := Verdict(3).String(); got != "verdict(3)" {
		t.Errorf("got %q", got)
	}
	if v := Verdict(0); v != Inconclusive {
		t.Errorf("the zero verdict is %v", v)
	}
}

func TestWorst(t *testing.T) {
	tests := []struct {
		verdicts []Verdict
		want     Verdict
	}{
		{nil, Inconclusive},
		{[]Verdict{Holds}, Holds},
		{[]Verdict{Holds, Holds}, Holds},
		{[]Verdict{Holds, Inconclusive, Holds}, Inconclusive},
		{[]Verdict{Inconclusive, Violated}, Violated},
		{[]Verdict{Violated, Inconclusive, Holds}, Violated},
		{[]Verdict{Holds, Verdict(9)}, Inconclusive},
	}
	for _, tt := range tests {
		if got := Worst(tt.verdicts...); got != tt.want {
			t.Errorf("Worst(%v) = %v, want %v", tt.verdicts, got, tt.want)
		}
	}
}

func TestAssumptionsText(t *testing.T) {
	tests := []struct {
		text string
		want Assumptions
		back string // what String makes of it, where that is not text
	}{
		{"set", Assumptions{}, ""},
		{"lossyset", Assumptions{Network: LossySetNetwork}, ""},
		{"bag(capacity=3,drops=2,duplicates=1)", Assumptions{Network: BagNetwork, Capacity: 3, Drops: 2, Duplicates: 1}, ""},
		{"fifo(capacity=1)", Assumptions{Network: FIFONetwork, Capacity: 1}, ""},
		{"set(crashes=1)", Assumptions{Crashes: 1}, ""},
		{"fifo(capacity=2,crashes=1,recoveries=2)", Assumptions{Network: FIFONetwork, Capacity: 2, Crashes: 1, Recoveries: 2}, ""},
		{"set(cuts=2)", Assumptions{Cuts: 2}, ""},
		{"set(crashes=1,cuts=1,corruptions=3,forgeries=1)", Assumptions{Crashes: 1, Cuts: 1, Corruptions: 3, Forgeries: 1}, ""},
		{"set(recoveries=1)", Assumptions{Recoveries: 1}, "set(crashes=0,recoveries=1)"},
		{"bag", Assumptions{Network: BagNetwork}, "bag(capacity=4,drops=0,duplicates=0)"},
		{"fifo", Assumptions{Network: FIFONetwork}, "fifo(capacity=4)"},
		{"fifo(duplicates=2)", Assumptions{Network: FIFONetwork, Duplicates: 2}, "fifo(capacity=4,duplicates=2)"},
		{"stubborn", Assumptions{Network: StubbornNetwork}, ""},
		{"atleastonce(capacity=2)", Assumptions{Network: AtLeastOnceNetwork, Capacity: 2}, ""},
		{"perfect", Assumptions{Network: PerfectNetwork}, "perfect(capacity=4)"},
		{"fifoperfect", Assumptions{Network: FIFOPerfectNetwork}, "fifoperfect(capacity=4)"},
		{"fifoperfect(capacity=4,duplicates=1)", Assumptions{Network: FIFOPerfectNetwork, Capacity: 4, Duplicates: 1}, ""},
		{"bag(duplicates=7)", Assumptions{Network: BagNetwork, Duplicates: 7}, "bag(capacity=4,drops=0,duplicates=7)"},
		{"bag(drops=65536,capacity=65536)", Assumptions{Network: BagNetwork, Capacity: 65536, Drops: 65536}, "bag(capacity=65536,drops=65536,duplicates=0)"},
	}
	for _, tt := range tests {
		got, err := ParseAssumptions(tt.text)
		if err != nil || got != tt.want {
			t.Errorf("ParseAssumptions(%q) = %+v, %v, want %+v", tt.text, got, err, tt.want)
		}
		if tt.back == "" {
			tt.back = tt.text
		}
		if got.String() != tt.back {
			t.Errorf("%+v is spelled %q, want %q", got, got, tt.back)
		}
	}
	if got := Network(networks).String(); got != "network(9)" {
		t.Errorf("got %q", got)
	}
}

func TestParseAssumptionsErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  `unknown network "" (want set, lossyset, bag, fifo, stubborn, atleastonce, fifoatleastonce, perfect or fifoperfect)`,
		"Set":                               `unknown network "Set" (want set, lossyset, bag, fifo, stubborn, atleastonce, fifoatleastonce, perfect or fifoperfect)`,
		"bag(drops=1":                       `network "bag(drops=1": missing )`,
		"bag(drops=1) ":                     `network "bag(drops=1) ": missing )`,
		"bag()":                             `network "bag()": setting "": want a number from 0 to 65536`,
		"bag(drops)":                        `network "bag(drops)": setting "drops": want a number from 0 to 65536`,
		"bag(drops=-1)":                     `network "bag(drops=-1)": setting "drops=-1": want a number from 0 to 65536`,
		"bag(drops=65537)":                  `network "bag(drops=65537)": setting "drops=65537": want a number from 0 to 65536`,
		"bag(capacity=0)":                   `network "bag(capacity=0)": setting "capacity=0" does not fit this network`,
		"fifo(drops=1)":                     `network "fifo(drops=1)": setting "drops=1" does not fit this network`,
		"set(capacity=1)":                   `network "set(capacity=1)": setting "capacity=1" does not fit this network`,
		"stubborn(capacity=1)":              `network "stubborn(capacity=1)": setting "capacity=1" does not fit this network`,
		"perfect(duplicates=1)":             `network "perfect(duplicates=1)": setting "duplicates=1" does not fit this network`,
		"fifoperfect(drops=1)":              `network "fifoperfect(drops=1)": setting "drops=1" does not fit this network`,
		"bag(drops=1,loss=2)":               `network "bag(drops=1,loss=2)": setting "loss=2" does not fit this network`,
		"bag(drops=1,drops=1)":              `network "bag(drops=1,drops=1)": setting "drops=1": drops was set before`,
		"bag(drops=1,,)":                    `network "bag(drops=1,,)": setting "": want a number from 0 to 65536`,
		"bag(drops=1000000000000000000000)": `network "bag(drops=1000000000000000000000)": setting "drops=1000000000000000000000": want a number from 0 to 65536`,
	} {
		if a, err := ParseAssumptions(text); err == nil || err.Error() != want {
			t.Errorf("ParseAssumptions(%q) = %+v, %v, want the error %s", text, a, err, want)
		}
	}
}

// FuzzParseAssumptions wants what is read to be written in a way that is read
// as the same.
func FuzzParseAssumptions(f *testing.F) {
	for _, seed := range []string{
		"set", "lossyset", "bag", "fifo(capacity=1)", "bag(capacity=3,drops=2,duplicates=1)", "bag(drops=1", "set()", "bag(drops=+1,drops=2)",
		"stubborn", "atleastonce(capacity=1)", "fifoperfect(duplicates=1)", "fifo(capacity=2,duplicates=0)", "set(crashes=2,recoveries=1)", "lossyset(cuts=1,corruptions=1,forgeries=2)", "perfect(corruptions=1)",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAssumptions(s)
		if err != nil {
			if err.Error() == "" || strings.Contains(err.Error(), "\n") {
				t.Errorf("ParseAssumptions(%q): error %q", s, err)
			}
			return
		}
		again, err := ParseAssumptions(a.String())
		if err != nil || again.String() != a.String() || again.Cap() != a.Cap() {
			t.Errorf("%q is read as %+v, written as %q, and read as %+v, %v", s, a, a, again, err)
		}
		if a.Cap() < 1 || min(a.Drops, a.Duplicates, a.Crashes, a.Recoveries, a.Cuts, a.Corruptions, a.Forgeries) < 0 {
			t.Errorf("%q is read as %+v", s, a)
		}
	})
}

func TestFaultsText(t *testing.T) {
	for faults, want := range map[Faults]string{
		0:                               "no fault",
		Duplication:                     "duplication",
		Loss | Reordering:               "loss and reordering",
		Loss | Duplication | Reordering: "loss, duplication and reordering",
	} {
		if got := faults.String(); got != want {
			t.Errorf("%d is spelled %q, want %q", faults, got, want)
		}
	}
}

// The network that stands for a guarantee has the name of it.
func TestAbstract(t *testing.T) {
	for _, test := range []struct {
		guarantee Guarantee
		want      Network
		found     bool
	}{
		{FairLoss, SetNetwork, false},
		{AtMostOnce, SetNetwork, false},
		{ExactlyOnce, SetNetwork, false},
		{Stubborn, StubbornNetwork, true},
		{AtLeastOnce, AtLeastOnceNetwork, true},
		{AtLeastOnce.With(FIFODelivery), FIFOAtLeastOnceNetwork, true},
		{Perfect, PerfectNetwork, true},
		{FIFO, FIFOPerfectNetwork, true},
		{FIFO.With(Bounded(2, 3)), FIFOPerfectNetwork, true},
	} {
		if got, found := Abstract(test.guarantee); got.Network != test.want || found != test.found {
			t.Errorf("%s: %s, %t; want %s, %t", test.guarantee.Name, got, found, test.want, test.found)
		}
	}
}
