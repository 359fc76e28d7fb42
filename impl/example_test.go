package impl_test

import (
	"fmt"

	"fairloss/impl"
)

// A stubborn link transmits everything for ever, so it outlasts any loss; and
// it delivers every copy that arrives.
func ExampleRetransmitForever() {
	sender, receiver := &impl.RetransmitForever{}, &impl.RetransmitForever{}

	var out impl.Effects
	sender.Send(1, "g", &out) // this packet gets lost
	for range 2 {
		out = *out.Next()
		sender.Timeout(1, &out)
		packet := out.List()[0].Packet

		out = *out.Next()
		receiver.Receive(0, packet, &out)
		for _, e := range out.List() {
			fmt.Printf("deliver %q from process %d\n", e.Message, e.Peer)
		}
	}
	// Output:
	// deliver "g" from process 0
	// deliver "g" from process 0
}

// A perfect link is two layers: the lower one retransmits until the message is
// acknowledged, the upper one delivers each number once.
func ExampleEliminateDuplicates() {
	perfect := impl.Stack(
		impl.FactoryOf(impl.RetransmitUntilAcknowledged{}),
		impl.FactoryOf(impl.EliminateDuplicates{}),
	)
	sender, receiver := perfect(0, impl.Peers(0, 2)), perfect(1, impl.Peers(1, 2))

	var out impl.Effects
	sender.Send(1, "g", &out)
	data := out.List()[1].Packet // after the timer

	for range 2 { // the network delivers it twice
		out = *out.Next()
		receiver.Receive(0, data, &out)
		for _, e := range out.List() {
			switch e.Kind {
			case impl.Deliver:
				fmt.Printf("process 1 delivers %q\n", e.Message)
			case impl.Transmit:
				fmt.Printf("process 1 transmits %q\n", e.Packet)
			}
		}
	}
	ack := out.List()[0].Packet

	out = *out.Next()
	sender.Receive(1, ack, &out)
	for _, e := range out.List() {
		if e.Kind == impl.Confirm {
			fmt.Printf("process 0 confirms %q\n", e.Message)
		}
	}
	// Output:
	// process 1 delivers "g"
	// process 1 transmits "A\x01"
	// process 1 transmits "A\x01"
	// process 0 confirms "g"
}
