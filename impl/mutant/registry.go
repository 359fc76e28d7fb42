package mutant

import (
	"fmt"
	"slices"

	"fairloss/impl"
)

// Registry returns all mutants, grouped by what they get wrong. One without a
// New has the layers of its parent, of which one is broken. The slice is fresh
// at each call.
func Registry() []impl.Link {
	mutants := slices.Concat(lossy(), retransmitting(), numbering(), ordering(), windows(), sessions(), logging(), processing(), sealing(), requests(), consistency())
	inherit(mutants, impl.Registry())
	return mutants
}

// inherit gives each mutant what its parent, one of the given links, claims.
func inherit(mutants, parents []impl.Link) {
	for i := range mutants {
		m := &mutants[i]
		p := slices.IndexFunc(parents, func(l impl.Link) bool { return l.Name == m.Parent })
		if p < 0 {
			panic(fmt.Sprintf("mutant: %s has no parent %q", m.Name, m.Parent))
		}
		if m.New == nil {
			m.Layers = replaced(parents[p].Layers, m.Layers)
			m.New = m.Layers.Stack()
		}
		m.Kind, m.Guarantee, m.Assumes = impl.Mutant, parents[p].Guarantee, parents[p].Assumes
		m.Processes, m.Messages = parents[p].Processes, parents[p].Messages
	}
}

// replaced returns the layers of a stack, of which the broken one is another.
func replaced(layers, broken impl.Layering) impl.Layering {
	if broken.Lower != nil {
		layers.Lower = broken.Lower
	}
	if broken.Upper != nil {
		layers.Upper = broken.Upper
	}
	return layers
}

func lossy() []impl.Link {
	return []impl.Link{
		{
			Name: "tires", Parent: "fairloss", New: impl.FactoryOf(tires{}), Breaks: "FLL1",
			Doc: "Delivers only the first copy of a packet.",
		},
		{
			Name: "echoes", Parent: "fairloss", New: impl.FactoryOf(echoes{}), Breaks: "FLL2",
			Doc: "Delivers all that it received again at each timeout.",
		},
		{
			Name: "invents", Parent: "fairloss", New: impl.FactoryOf(invents{}), Breaks: "FLL3", Also: []string{"FLL2"},
			Doc: "Delivers an empty message after each message.",
		},
		{
			Name: "stops", Parent: "stubborn", New: impl.FactoryOf(stops{}), Breaks: "SL1",
			Doc: "Stops after two retransmissions.",
		},
		{
			Name: "glues", Parent: "stubborn", New: impl.FactoryOf(glues{}), Breaks: "SL2", Also: []string{"SL1"},
			Doc: "Retransmits everything in one packet, without a mark between messages.",
		},
	}
}

func retransmitting() []impl.Link {
	return []impl.Link{
		{
			Name: "never-retransmits", Parent: "atleastonce", New: impl.FactoryOf(neverRetransmits{}), Breaks: "PL1",
			Doc: "Lets the timer expire and does nothing.",
		},
		{
			Name: "gives-up", Parent: "atleastonce", New: impl.FactoryOf(givesUp{}), Breaks: "PL1",
			Doc: "Retransmits once, then forgets what is not acknowledged.",
		},
		{
			Name: "not-rearmed", Parent: "atleastonce", New: impl.FactoryOf(notRearmed{}), Breaks: "PL1",
			Doc: "Retransmits, but does not arm its timer again.",
		},
		{
			Name: "confirms-sending", Parent: "atleastonce", New: impl.FactoryOf(confirmsSending{}), Breaks: "ACK",
			Doc: "Confirms a message when it sends it.",
		},
		{
			Name: "any-acknowledgement", Parent: "atleastonce", New: impl.FactoryOf(anyAcknowledgement{}),
			Breaks: "PL1", Also: []string{"ACK"},
			Doc: "Takes each acknowledgement for one of its oldest message.",
		},
		{
			Name: "delivers-silence", Parent: "atleastonce", New: impl.FactoryOf(deliversSilence{}), Breaks: "PL3",
			Doc: "Delivers an empty message when a timer expires.",
		},
	}
}

func numbering() []impl.Link {
	return []impl.Link{
		{
			Name: "delivers-header", Parent: "atmostonce", New: impl.FactoryOf(deliversHeader{}), Breaks: "PL3",
			Doc: "Delivers a packet with its header.",
		},
		{
			Name: "drops-overtaken", Parent: "perfect", Layers: impl.Layering{Upper: impl.FactoryOf(dropsOvertaken{})},
			Breaks: "PL1", Also: []string{"ACK"},
			Doc: "Accepts any number above the last one and drops what was overtaken, though it was acknowledged.",
		},
		{
			Name: "short-memory", Parent: "perfect", Layers: impl.Layering{Upper: impl.FactoryOf(shortMemory{})}, Breaks: "PL2",
			Doc: "Remembers only the last number that it saw.",
		},
		{
			Name: "payload-is-id", Parent: "perfect", Layers: impl.Layering{Upper: impl.FactoryOf(payloadIsID{})},
			Breaks: "PL1", Also: []string{"ACK"},
			Doc: "Tells messages apart by their payloads, so that equal ones are one.",
		},
		{
			Name: "short-hash", Parent: "perfect", Layers: impl.Layering{Upper: impl.FactoryOf(shortHash{})},
			Breaks: "PL1", Also: []string{"ACK"},
			Doc: "Tells messages apart by a hash of their numbers, which collides.",
		},
		{
			Name: "delivers-first", Parent: "perfect", Layers: impl.Layering{Upper: impl.FactoryOf(deliversFirst{})}, Breaks: "PL2",
			Doc: "Delivers before it looks whether it has delivered already.",
		},
	}
}

func ordering() []impl.Link {
	return []impl.Link{
		{
			Name: "confirms-buffered", Parent: "fifo", Layers: impl.Layering{Upper: impl.FactoryOf(confirmsBuffered{})}, Breaks: "ACK",
			Doc: "Passes on a confirmation while the message waits in the reorder buffer.",
		},
		{
			Name: "overflows", Parent: "fifo", Layers: impl.Layering{Upper: impl.FactoryOf(overflows{})}, Breaks: "PL1",
			Doc: "Has a reorder buffer for one message and drops what finds it full, though it was acknowledged.",
		},
		{
			Name: "flushes-backwards", Parent: "fifo", Layers: impl.Layering{Upper: impl.FactoryOf(flushesBackwards{})}, Breaks: "FIFO",
			Doc: "Empties the reorder buffer from the wrong end.",
		},
		{
			Name: "never-flips", Parent: "alternatingbit", New: impl.FactoryOf(neverFlips{}),
			Breaks: "PL2", Also: []string{"PL1", "FIFO", "ACK"},
			Doc: "Expects the same bit again after a message.",
		},
		{
			Name: "stuck-bit", Parent: "alternatingbit", New: impl.FactoryOf(stuckBit{}), Breaks: "PL1",
			Doc: "Reads every bit as 0.",
		},
	}
}

func windows() []impl.Link {
	return []impl.Link{
		{
			Name: "window-off-by-one", Parent: "selectiverepeat", New: impl.FactoryOf(windowOffByOne{}), Breaks: "BND",
			Doc: "Has one message more than its window unconfirmed.",
		},
		{
			Name: "confirms-selectively", Parent: "selectiverepeat", New: impl.FactoryOf(confirmsSelectively{}), Breaks: "ACK",
			Doc: "Confirms a message that waits in the reorder buffer.",
		},
		{
			Name: "reaches-too-far", Parent: "selectiverepeat", New: impl.FactoryOf(reachesTooFar{}),
			Breaks: "PL1", Also: []string{"ACK"},
			Doc: "Takes the acknowledgement of a message for one of all before it.",
		},
		{
			Name: "retransmits-newest", Parent: "gobackn", New: impl.FactoryOf(retransmitsNewest{}), Breaks: "PL1",
			Doc: "Retransmits only the newest message of the window.",
		},
		{
			Name: "acknowledges-dropped", Parent: "gobackn", New: impl.FactoryOf(acknowledgesDropped{}),
			Breaks: "PL1", Also: []string{"ACK"},
			Doc: "Acknowledges a message that it drops.",
		},
		{
			Name: "wraps-early", Parent: "gobackn", New: impl.FactoryOf(wrapsEarly{}),
			Breaks: "PL2", Also: []string{"PL1", "FIFO", "ACK"},
			Doc: "Numbers messages modulo the window plus one, so that an old packet passes for a new one.",
		},
	}
}

func sessions() []impl.Link {
	return []impl.Link{
		{
			Name: "restarts-numbers", Parent: "session", Breaks: "PL1", Also: []string{"ACK"},
			New: impl.FactoryOf(restartsNumbers{impl.Session{Patience: 2, Resets: 1}}),
			Doc: "Restarts its numbers with a session, while the receiver goes on with the old ones.",
		},
		{
			Name: "forgets-numbers", Parent: "durablesession", Layers: impl.Layering{Upper: impl.FactoryOf(shortMemory{})},
			Breaks: "PL2", Also: []string{"FIFO"},
			Doc: "Remembers of earlier sessions only the last number.",
		},
	}
}

func logging() []impl.Link {
	return []impl.Link{
		{
			Name: "acknowledges-first", Parent: "logged", New: impl.FactoryOf(acknowledgesFirst{}), Breaks: "LPL1", Also: []string{"ACK"},
			Doc: "Acknowledges a message before it commits it.",
		},
		{
			Name: "records-later", Parent: "logged", New: impl.FactoryOf(recordsLater{}), Breaks: "LPL2",
			Doc: "Commits a delivery, and then stores that it was made.",
		},
		{
			Name: "logs-header", Parent: "logged", New: impl.FactoryOf(logsHeader{}), Breaks: "LPL3", Also: []string{"LPL1", "ACK"},
			Doc: "Commits a packet with its header.",
		},
		{
			Name: "transmits-first", Parent: "logged", New: impl.FactoryOf(transmitsFirst{}), Breaks: "LPL1", Also: []string{"ACK"},
			Doc: "Transmits a message before it stores it: after a crash the next one gets its number.",
		},
		{
			Name: "stores-below", Parent: "logged", New: impl.Stack(impl.FactoryOf(impl.StoreFirst{}), impl.FactoryOf(countsAbove{})),
			Breaks: "LPL1", Also: []string{"ACK"},
			Doc: "Has an application above that commits on its own, when the link has stored already that it delivered.",
		},
	}
}

func processing() []impl.Link {
	return []impl.Link{
		{
			Name: "recovers-nothing", Parent: "loggedstubborn", New: impl.FactoryOf(recoversNothing{}), Breaks: "LSL1",
			Doc: "Stores what it is to transmit, and does not look at it after a crash.",
		},
		{
			Name: "stores-then-delivers", Parent: "exactlyonce", New: impl.FactoryOf(storesThenDelivers{}), Breaks: "XOP", Also: []string{"ACK"},
			Doc: "Stores that it has processed a message, and then processes it: at most once is what remains.",
		},
		{
			Name: "delivers-then-stores", Parent: "exactlyonce", New: impl.FactoryOf(deliversThenStores{}), Breaks: "XOP",
			Doc: "Processes a message, and then stores that it has: at least once is what remains.",
		},
	}
}

func sealing() []impl.Link {
	perfect := impl.Stack(impl.FactoryOf(impl.RetransmitUntilAcknowledged{}), impl.FactoryOf(impl.EliminateDuplicates{}))
	return []impl.Link{
		{
			Name: "unsealed", Parent: "checksummed", New: perfect, Breaks: "PL3", Also: []string{"PL1", "PL2", "ACK"},
			Doc: "Believes every packet.",
		},
		{
			Name: "internet-checksum", Parent: "checksummed", New: impl.Stack(impl.Sealed(impl.InternetChecksum()), perfect),
			Breaks: "PL3", Also: []string{"PL1", "PL2", "ACK"},
			Doc: "Has the checksum of IP, UDP and TCP, which does not see words that have changed places.",
		},
		{
			Name: "no-secret", Parent: "authenticated", New: impl.Stack(impl.Sealed(impl.CRC32C()), perfect),
			Breaks: "AL3", Also: []string{"PL1", "PL2", "ACK"},
			Doc: "Has a seal that everybody can make.",
		},
		{
			Name: "reflected", Parent: "authenticated", New: impl.Stack(impl.Sealed(undirected()), perfect),
			Breaks: "AL3", Also: []string{"PL1", "PL2", "ACK"},
			Doc: "Does not seal the direction, so that its own packets can be sent back to it.",
		},
	}
}

func requests() []impl.Link {
	return []impl.Link{
		{
			Name: "executes-again", Parent: "rpc", New: impl.FactoryOf(executesAgain{}), Breaks: "XOP",
			Doc: "Executes a duplicate of a request again.",
		},
		{
			Name: "retries-as-new", Parent: "rpc", New: impl.FactoryOf(retriesAsNew{}), Breaks: "XOP",
			Doc: "Retries its oldest request under a new number, which the server takes for a new request.",
		},
		{
			Name: "retries-errors", Parent: "falliblerpc", New: impl.FactoryOf(retriesErrors{impl.RPC{Room: 1}}), Breaks: "XOP",
			Doc: "Takes an error for a loss, and sends the request again as a new one.",
		},
	}
}

func consistency() []impl.Link {
	retransmit, eliminate := impl.FactoryOf(impl.RetransmitUntilAcknowledged{}), impl.FactoryOf(impl.EliminateDuplicates{})
	return []impl.Link{
		{
			Name: "reads-by-own-schema", Parent: "schema", Breaks: "PL3", Also: []string{"PL1", "PL2", "ACK"},
			New: impl.Stack(retransmit, eliminate, newReadsByOwnSchema),
			Doc: "Reads a record by the schema that the reader knows, which need not be the writer's.",
		},
		{
			Name: "confirms-out-of-order", Parent: "graceful", Breaks: "CLS",
			New: impl.Stack(retransmit, eliminate, impl.FactoryOf(confirmsOutOfOrder{})),
			Doc: "Confirms a message though one before it is not delivered.",
		},
		{
			Name: "closes-at-once", Parent: "graceful", Breaks: "CLS", Also: []string{"ACK"},
			New: impl.Stack(retransmit, eliminate, impl.FactoryOf(closesAtOnce{})),
			Doc: "Confirms a message when it sends it, so that one closes the link too early.",
		},
	}
}
