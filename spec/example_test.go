package spec_test

import (
	"fmt"

	"fairloss/spec"
)

// A monitor reads a history event by event and reports the first that breaks
// its property.
func ExampleMonitor() {
	history := []spec.Event{
		{Kind: spec.Send, Process: 0, Peer: 1, Message: "a"},
		{Kind: spec.Send, Process: 0, Peer: 1, Message: "b"},
		{Kind: spec.Deliver, Process: 1, Peer: 0, Message: "b"},
		{Kind: spec.Deliver, Process: 1, Peer: 0, Message: "a"},
	}
	for _, p := range []spec.Property{spec.PL2, spec.FIFODelivery, spec.OrderOnly} {
		m := p.New()
		fmt.Println(p.ID, p.Sentence)
		for i, e := range history {
			if breach := m.Observe(e); breach != "" {
				fmt.Printf("  broken at %d, %v: %s\n", i+1, e, breach)
				break
			}
		}
	}
	// Output:
	// PL2 No message is delivered more often than it was sent.
	// FIFO A message is delivered only after every message that was sent before it on its channel.
	//   broken at 3, deliver 0>1 "b": process 1 delivers "b" from process 0 before "a", which was sent earlier
	// ORD No message is delivered after one that was sent later on its channel; gaps are allowed.
	//   broken at 4, deliver 0>1 "a": process 1 delivers "a" from process 0 after a message that was sent later
}

// Forever says that nothing more happens, or what happens again and again.
// Only then is what is owed a violation.
func ExampleMonitor_forever() {
	sent := spec.Event{Kind: spec.Send, Process: 0, Peer: 1, Message: "a"}
	delivered := spec.Event{Kind: spec.Deliver, Process: 1, Peer: 0, Message: "a"}
	for _, cycle := range [][]spec.Event{nil, {delivered}} {
		for _, p := range []spec.Property{spec.PL1, spec.SL1, spec.FLL2} {
			m := p.New()
			m.Observe(sent)
			m.Observe(spec.Event{Kind: spec.Forever})
			for _, e := range cycle {
				m.Observe(e)
			}
			fmt.Println(p.ID, m.Owed())
		}
	}
	// Output:
	// PL1 ["a", sent by process 0 to process 1, was never delivered]
	// SL1 ["a", sent by process 0 to process 1, is not delivered infinitely often]
	// FLL2 []
	// PL1 []
	// SL1 []
	// FLL2 ["a", sent by process 0 to process 1, is delivered for ever and never sent again]
}

func ExampleGuarantee_With() {
	tcp := spec.FIFO.With(spec.ACK, spec.Bounded(8, 8))
	for _, p := range tcp.Properties {
		fmt.Printf("%-4s %s (%s)\n", p.ID, p.Name, p.Class)
	}
	// Output:
	// PL1  reliable delivery (liveness)
	// PL2  no duplication (safety)
	// PL3  no creation (safety)
	// FIFO FIFO delivery (safety)
	// ACK  confirmation (safety)
	// BND  bounded buffers (safety)
}

func ExampleParseAssumptions() {
	a, err := spec.ParseAssumptions("bag(drops=2)")
	fmt.Println(a, err)
	_, err = spec.ParseAssumptions("fifo(drops=2)")
	fmt.Println(err)
	// Output:
	// bag(capacity=4,drops=2,duplicates=0) <nil>
	// network "fifo(drops=2)": setting "drops=2" does not fit this network
}
