package claims

const (
	tcpFailures   = "https://www.rfc-editor.org/rfc/rfc9293#section-3.8.3"
	yamuxRelies   = "https://github.com/hashicorp/yamux/blob/v0.1.2/README.md"
	yamuxTimeout  = "https://pkg.go.dev/github.com/hashicorp/yamux@v0.1.2#Config"
	memberlistKey = "https://pkg.go.dev/github.com/hashicorp/memberlist@v0.7.0#Config"
	packetCRC     = "https://github.com/hashicorp/memberlist/blob/v0.7.0/net.go"
)

var (
	gvisorTCP   = []string{"tcp gvisor"}
	yamuxStream = []string{"yamux"}
	reliable    = []string{"memberlist reliable"}
	bestEffort  = []string{"memberlist best effort"}
	withIDs     = []string{"jetstream memory", "jetstream file"}
	withoutIDs  = []string{"jetstream without ids"}
)

// ofStreams returns the findings of TCP, and of what runs over it.
func ofStreams() []Finding {
	return []Finding{
		{
			Name: "gvisor-swap", Of: gvisorTCP, Says: "The checksum of TCP does not see words that have changed places: what was never sent is acknowledged and delivered.",
			Schedule: `send 0>1 "alpha"; send 0>1 "bravo"; swap 0>1 3 27 28`,
			Breaks:   "PL3", Also: []string{"PL1", "FIFO"}, Known: true, Source: wordOrder,
		},
		{
			Name: "gvisor-cut", Of: gvisorTCP, Says: "The server gives up a handshake that takes too long, when the client has sent already.",
			Schedule: `send 0>1 "alpha"; cut 0>1 1ms..1m13.891604s; cut 1>0 0s..59.91583s`,
			Breaks:   "PL1", Known: true, Source: tcpFailures,
		},
		{
			Name: "yamux-delay", Of: yamuxStream, Says: "A ping that is not answered in time ends the session, and what was written to it is lost.",
			Schedule: `send 0>1 "alpha"; send 0>1 "bravo" 20s; delay 0>1 4 20s`,
			Breaks:   "PL1", Known: true, Source: yamuxTimeout,
		},
		{
			Name: "yamux-flip", Of: yamuxStream, Says: "Frames have no checksum: on a corrupt stream of bytes, what was changed is delivered.",
			Schedule: `send 0>1 "alpha"; send 0>1 "bravo"; flip 0>1 3 16`,
			Breaks:   "PL3", Also: []string{"PL1", "FIFO"}, Known: true, Source: yamuxRelies,
		},
		{
			Name: "yamux-reset", Of: yamuxStream, Says: "A message that was written is lost with its connection.",
			Schedule: `send 0>1 "alpha"; reset 0>1 3`,
			Breaks:   "PL1", Known: true, Source: yamuxRelies,
		},
		{
			Name: "memberlist-overtaken", Of: reliable, Says: "Each message has a connection of its own, so that one overtakes another.",
			Schedule: `send 0>1 "alpha"; send 0>1 "bravo"; delay 0>1 1 1ms`,
			Breaks:   "FIFO", Source: sendReliable,
		},
		{
			Name: "memberlist-late", Of: reliable, Says: "No error is returned, and what comes later than the receiver's timeout of 10 s is dropped.",
			Schedule: `send 0>1 "alpha"; delay 0>1 1 10s`,
			Breaks:   "PL1", Source: sendReliable,
		},
		{
			Name: "memberlist-reset", Of: reliable, Says: "No error is returned, and what was written is lost with its connection: nothing is acknowledged.",
			Schedule: `send 0>1 "alpha"; send 0>1 "bravo"; reset 0>1 1`,
			Breaks:   "PL1", Also: []string{"FIFO"}, Source: sendReliable,
		},
		{
			Name: "memberlist-flip", Of: bestEffort, Says: "The byte that says that there is a checksum is not under it: one flipped bit makes a message of checksum and message.",
			Schedule: `send 0>1 "alpha"; flip 0>1 1 2`,
			Breaks:   "FLL3", Source: packetCRC,
		},
		{
			Name: "memberlist-injection", Of: bestEffort, Says: "Whoever writes the right address is believed, without a secret key.",
			Schedule: `send 0>1 "alpha"; inject 0>1 1 "\b"`,
			Breaks:   "FLL3", Known: true, Source: memberlistKey,
		},
		{
			Name: "jetstream-window", Of: withIDs, Says: "A message that is published again after the deduplication window is stored again.",
			Schedule: `send 0>1 "alpha"; delay 1>0 3 2m1s`,
			Breaks:   "PL2", Known: true, Source: modelOfStreams,
		},
		{
			Name: "jetstream-late", Of: withoutIDs, Says: "A message whose acknowledgement is late is published again, and stored again.",
			Schedule: `send 0>1 "alpha"; delay 1>0 3 5s`,
			Breaks:   "PL2", Known: true, Source: modelOfStreams,
		},
		{
			Name: "jetstream-reset", Of: withoutIDs, Says: "The same where the acknowledgement is lost with its connection.",
			Schedule: `send 0>1 "alpha"; reset 1>0 3`,
			Breaks:   "PL2", Known: true, Source: modelOfStreams,
		},
	}
}
