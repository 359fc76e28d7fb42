package impl

import "fairloss/spec"

// Registry returns all links that are meant to be right, in the order of the
// ladder, each with what it claims. The slice is fresh at each call.
func Registry() []Link {
	retransmit := FactoryOf(RetransmitUntilAcknowledged{})
	session := FactoryOf(Session{Patience: 2, Resets: 1})
	perfect := Layering{retransmit, FactoryOf(EliminateDuplicates{}), spec.AtLeastOnce}
	fifo := Layering{retransmit, FactoryOf(DeliverInOrder{}), spec.AtLeastOnce}
	durable := Layering{session, FactoryOf(EliminateDuplicates{}), spec.AtLeastOnce.With(spec.FIFODelivery)}
	crashing := spec.Assumptions{Crashes: 2, Recoveries: 2}
	sealed := func(seal Seal) Factory { return Stack(Sealed(seal), perfect.Stack()) }
	return []Link{
		{
			Name: "fairloss", Guarantee: spec.FairLoss, New: FactoryOf(FairLossLink{}),
			Doc: "The plain network: packets may be lost, repeated, delayed and reordered.",
		},
		{
			Name: "stubborn", Guarantee: spec.Stubborn, New: FactoryOf(RetransmitForever{}),
			Doc: "Transmits everything for ever.",
		},
		{
			Name: "atmostonce", Guarantee: spec.AtMostOnce, New: FactoryOf(EliminateDuplicates{}),
			Doc: "Fires and forgets; the receiver delivers each number once.",
		},
		{
			Name: "atleastonce", Guarantee: spec.AtLeastOnce, New: retransmit,
			Doc: "Retransmits until the receiver acknowledges; the receiver delivers every copy.",
		},
		{
			Name: "perfect", Guarantee: spec.Perfect, New: perfect.Stack(), Layers: perfect,
			Doc: "Retransmits until acknowledged, and delivers each number once.",
		},
		{
			Name: "fifo", Guarantee: spec.FIFO, New: fifo.Stack(), Layers: fifo,
			Doc: "Retransmits until acknowledged, and delivers in the order of numbers from a reorder buffer.",
		},
		{
			Name: "selectiverepeat", New: FactoryOf(SelectiveRepeat{}),
			Guarantee: spec.FIFO.With(spec.Bounded(DefaultWindow, 2*DefaultWindow-1)),
			Doc:       "A sliding window with a reorder buffer: only what is missing is transmitted again.",
		},
		{
			Name: "gobackn", New: FactoryOf(GoBackN{}),
			Guarantee: spec.FIFO.With(spec.Bounded(DefaultWindow, DefaultWindow)),
			Doc:       "A sliding window without a receive buffer: the whole window is transmitted again.",
		},
		{
			Name: "alternatingbit", Guarantee: spec.FIFO, New: FactoryOf(AlternatingBit{}),
			Assumes: spec.Assumptions{Network: spec.FIFONetwork},
			Doc:     "One message on its way at a time, numbered with one bit: enough where packets keep their order.",
		},
		{
			Name: "session", Guarantee: spec.AtLeastOnce, New: session,
			Doc: "Numbers messages within a session, as TCP does, and sends the unconfirmed ones again in the next.",
		},
		{
			Name: "durablesession", Guarantee: spec.FIFO, New: durable.Stack(), Layers: durable,
			Doc: "Sessions under numbers that outlive them, so that what a new session repeats is recognised.",
		},
		{
			Name: "loggedstubborn", Guarantee: spec.LoggedStubborn, New: FactoryOf(StoreAndRetransmitForever{}), Assumes: crashing,
			Doc: "Stores everything that it is to transmit for ever, and takes it up again after a crash.",
		},
		{
			Name: "logged", Guarantee: spec.LoggedPerfect, New: FactoryOf(StoreFirst{}), Assumes: crashing,
			Doc: "Stores a message before it transmits it, and commits a delivery before it acknowledges it.",
		},
		{
			Name: "exactlyonce", Guarantee: spec.ExactlyOnce, New: FactoryOf(StoreFirst{}), Assumes: crashing,
			Doc: "Commits what it processes and the number of it in one step, so that no crash comes between.",
		},
		{
			Name: "checksummed", Guarantee: spec.Perfect, New: sealed(CRC32C()), Assumes: spec.Assumptions{Corruptions: 2},
			Messages: []spec.Message{"wxyz", "yzwx"},
			Doc:      "A perfect link over packets with a CRC-32C: what arrives damaged is lost, and sent again.",
		},
		{
			Name: "authenticated", Guarantee: spec.Authenticated, New: sealed(HMAC([]byte("a key that both ends know"))),
			Assumes: spec.Assumptions{Forgeries: 2},
			Doc:     "A perfect link over packets with an HMAC of content and direction: what nobody could send is dropped.",
		},
		{
			Name: "rpc", Guarantee: spec.ExactlyOnce, New: FactoryOf(RPC{}),
			Doc: "Requests to a counter, retransmitted until answered and executed once thanks to kept replies.",
		},
		{
			Name: "falliblerpc", Guarantee: spec.ExactlyOnce, New: FactoryOf(RPC{Room: 1}),
			Doc: "Requests to a counter that is full at 1: its error is an answer too, delivered once and not retried.",
		},
		{
			Name: "schema", Guarantee: spec.Perfect, New: Stack(retransmit, FactoryOf(EliminateDuplicates{}), NewSchema),
			Doc: "Records of a table whose schema changes on the way: each carries the one it was written by.",
		},
		{
			Name: "graceful", Guarantee: spec.Graceful,
			New: Stack(retransmit, FactoryOf(EliminateDuplicates{}), FactoryOf(ConfirmInOrder{})),
			Doc: "Confirms in the order of sending, so that to close it is to wait for the confirmation of a last message.",
		},
	}
}
