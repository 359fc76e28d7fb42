package claims

import "fairloss/checker/transport"

// Finding is a schedule under which a transport does not do what it claims.
// Without the faults of the schedule it does.
type Finding struct {
	Name string   // of its chart, testdata/NAME.txt
	Of   []string // names of the transports that it is true of; the chart is of the first
	Says string   // what happens, in one sentence

	Schedule string   // as transport.Parse reads it; Minimise makes nothing shorter of it
	Breaks   string   // the ID of the property that it is about
	Also     []string // the IDs of the others that it breaks; there are no more

	Known  bool   // it is documented; else it contradicts what is documented
	Source string // a URL of what is documented
}

// Broken returns the IDs of all properties that it breaks, the one that it is
// about first.
func (f Finding) Broken() []string { return append([]string{f.Breaks}, f.Also...) }

// schedule returns the schedule. It panics where it cannot be read.
func (f Finding) schedule() transport.Schedule {
	s, err := transport.Parse(f.Schedule)
	if err != nil {
		panic("claims: " + f.Name + ": " + err.Error())
	}
	return s
}

const (
	udpChecksum = "https://www.rfc-editor.org/rfc/rfc768"
	udpSpoofing = "https://www.rfc-editor.org/rfc/rfc8085#section-6"
	wordOrder   = "https://www.rfc-editor.org/rfc/rfc1071#section-2"
	quicReplay  = "https://pkg.go.dev/github.com/quic-go/quic-go#EarlyListener"
	kcpChecked  = "https://pkg.go.dev/github.com/xtaci/kcp-go/v5#pkg-overview"
	kcpSecurity = "https://github.com/xtaci/kcp-go#4-information-security"
)

var (
	plainKCP  = []string{"kcp", "kcp stream"}
	restarted = []string{"kcp aes again"}
	quicEarly = []string{"quic 0-rtt"}
	datagram  = []string{"udp"}
)

// Findings returns all findings, in the order of the registry.
func Findings() []Finding {
	return append([]Finding{
		{
			Name: "udp-flip", Of: datagram, Says: "Datagrams need no checksum over IPv4, and have none here.",
			Schedule: `send 0>1 "alpha"; flip 0>1 1 0`,
			Breaks:   "FLL3", Known: true, Source: udpChecksum,
		},
		{
			Name: "udp-swap", Of: datagram, Says: "The checksum of UDP does not see words that have changed places.",
			Schedule: `send 0>1 "alpha"; swap 0>1 1 0 1`,
			Breaks:   "FLL3", Known: true, Source: wordOrder,
		},
		{
			Name: "udp-truncation", Of: datagram, Says: "What is cut short is delivered.",
			Schedule: `send 0>1 "alpha"; truncate 0>1 1 4`,
			Breaks:   "FLL3", Known: true, Source: udpChecksum,
		},
		{
			Name: "udp-injection", Of: datagram, Says: "Whoever writes the right address is believed.",
			Schedule: `send 0>1 "alpha"; inject 0>1 1 ""`,
			Breaks:   "FLL3", Known: true, Source: udpSpoofing,
		},
		{
			Name: "quic-early-replay", Of: quicEarly, Says: "A first flight that arrives again is a new connection, which delivers all of it again.",
			Schedule: `send 0>1 "alpha"; duplicate 0>1 4 42ms; duplicate 0>1 5 39ms`,
			Breaks:   "PL2", Known: true, Source: quicReplay,
		},
		{
			Name: "quic-early-delay", Of: quicEarly, Says: "A first flight that is late is one, too, when the client has sent it again meanwhile: nobody replays anything.",
			Schedule: `send 0>1 "alpha"; delay 0>1 4 250ms; delay 0>1 5 250ms`,
			Breaks:   "PL2", Source: quicReplay,
		},
		{
			Name: "kcp-flip-creation", Of: plainKCP, Says: "What was changed is delivered: plain packets have no checksum.",
			Schedule: `send 0>1 "alpha"; send 0>1 "bravo"; flip 0>1 1 208`,
			Breaks:   "PL3", Also: []string{"PL1", "FIFO"}, Source: kcpChecked,
		},
		{
			Name: "kcp-flip-duplication", Of: plainKCP, Says: "With a wrong conversation in its header, a packet opens a session of its own; sent again, it opens the right one.",
			Schedule: `send 0>1 "alpha"; flip 0>1 1 0`,
			Breaks:   "PL2", Source: kcpChecked,
		},
		{
			Name: "kcp-flip-loss", Of: plainKCP, Says: "With a wrong fragment number in its header, a packet is confirmed, and waits for the other fragments for ever.",
			Schedule: `send 0>1 "alpha"; flip 0>1 1 40`,
			Breaks:   "PL1", Source: kcpChecked,
		},
		{
			Name: "kcp-swap-creation", Of: plainKCP, Says: "The same where words change places, which the checksum of UDP does not see.",
			Schedule: `send 0>1 "alpha"; send 0>1 "bravo"; swap 0>1 1 13 14`,
			Breaks:   "PL3", Also: []string{"PL1", "FIFO"}, Source: kcpChecked,
		},
		{
			Name: "kcp-swap-duplication", Of: plainKCP, Says: "The halves of the conversation change places: as under a flip.",
			Schedule: `send 0>1 "alpha"; swap 0>1 1 0 1`,
			Breaks:   "PL2", Source: kcpChecked,
		},
		{
			Name: "kcp-swap-loss", Of: plainKCP, Says: "Length and time change places: a packet is confirmed as an empty one.",
			Schedule: `send 0>1 "alpha"; swap 0>1 1 4 10`,
			Breaks:   "PL1", Source: kcpChecked,
		},
		{
			Name: "kcp-injection", Of: plainKCP, Says: "Whoever knows the conversation, which is in every packet, can send to it.",
			Schedule: `send 0>1 "alpha"; inject 0>1 1 "\x01\x00\x00\x00Q\x00 \x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\a\x00\x00\x00\x00\x05bravo"`,
			Breaks:   "PL3", Known: true, Source: kcpSecurity,
		},
		{
			Name: "kcp-again-delay", Of: restarted, Says: "A late packet of an earlier conversation ends this one for ever, encrypted or not.",
			Schedule: `send 0>1 "alpha"; send 0>1 "bravo" 2s; delay 0>1 1 2s`,
			Breaks:   "PL1", Source: kcpChecked,
		},
		{
			Name: "kcp-again-duplication", Of: restarted, Says: "So does one that arrives again.",
			Schedule: `send 0>1 "alpha"; send 0>1 "bravo" 2s; duplicate 0>1 1 2s`,
			Breaks:   "PL1", Source: kcpChecked,
		},
		{
			Name: "kcp-again-replay", Of: restarted, Says: "And where the first packet of this one arrives again, too, it begins once more.",
			Schedule: `send 0>1 "alpha"; duplicate 0>1 1 1.207s; duplicate 0>1 2 214ms`,
			Breaks:   "PL2", Known: true, Source: kcpSecurity,
		},
	}, ofStreams()...)
}
