// Package claims holds what the documentation of each transport of this module
// claims, and what was found about it: the registry of claims, and the findings,
// each a schedule under which a claim does not hold, tested to do what it says.
//
// A finding that vanishes fails a test, so that the upgrade of a dependency that
// mends something is noticed, and so does a violation that no finding explains.
// The table in the README is made of both.
//
// Use it to look up what a transport withstands. A cell without a finding says
// that some hundred schedules of that class broke nothing, and no more.
package claims

import (
	"fairloss/checker/transport"
	"fairloss/impl/external/dtls"
	"fairloss/impl/external/gvisor"
	"fairloss/impl/external/jetstream"
	"fairloss/impl/external/kcp"
	"fairloss/impl/external/memberlist"
	"fairloss/impl/external/quic"
	"fairloss/impl/external/sctp"
	"fairloss/impl/external/udp"
	"fairloss/impl/external/yamux"
)

// Claim is a transport and what its documentation says it does, in the words of
// Transport.Guarantee.
type Claim struct {
	transport.Transport
	Module string // that it comes from; "" is the standard library
	Source string // a URL where the documentation says so
	Over   Medium
}

// Properties returns the IDs of what the transport claims.
func (c Claim) Properties() []string {
	var ids []string
	for _, p := range c.Guarantee.Properties {
		ids = append(ids, p.ID)
	}
	return ids
}

// Medium is what a transport runs over, which decides which classes of faults
// can befall it.
type Medium uint8

// The media. The zero value is datagrams.
const (
	Datagrams Medium = iota
	Streams          // a reliable stream of bytes, whose writes the faults befall
)

const (
	quicGo = "github.com/quic-go/quic-go"
	kcpGo  = "github.com/xtaci/kcp-go/v5"

	memberlistGo   = "github.com/hashicorp/memberlist"
	sendReliable   = "https://pkg.go.dev/github.com/hashicorp/memberlist@v0.7.0#Memberlist.SendReliable"
	sendBestEffort = "https://pkg.go.dev/github.com/hashicorp/memberlist@v0.7.0#Memberlist.SendBestEffort"
	natsServer     = "github.com/nats-io/nats-server/v2"
	modelOfStreams = "https://docs.nats.io/using-nats/developer/develop_jetstream/model_deep_dive"
)

// Registry returns all claims, in the order of the table. To add one is to add a
// line here, and its findings to those of Findings.
func Registry() []Claim {
	return []Claim{
		{udp.Transport(), "", "https://www.rfc-editor.org/rfc/rfc768", Datagrams},
		{quic.Stream(), quicGo, "https://www.rfc-editor.org/rfc/rfc9000#section-2", Datagrams},
		{quic.Streams(), quicGo, "https://www.rfc-editor.org/rfc/rfc9000#section-2", Datagrams},
		{quic.Datagrams(), quicGo, "https://www.rfc-editor.org/rfc/rfc9221#section-5", Datagrams},
		{quic.EarlyData(), quicGo, "https://www.rfc-editor.org/rfc/rfc9000#section-2", Datagrams},
		{kcp.Plain(), kcpGo, "https://pkg.go.dev/github.com/xtaci/kcp-go/v5", Datagrams},
		{kcp.Stream(), kcpGo, "https://pkg.go.dev/github.com/xtaci/kcp-go/v5", Datagrams},
		{kcp.AES(), kcpGo, "https://pkg.go.dev/github.com/xtaci/kcp-go/v5", Datagrams},
		{kcp.Again(), kcpGo, "https://pkg.go.dev/github.com/xtaci/kcp-go/v5", Datagrams},
		{sctp.Transport(), "github.com/pion/sctp", "https://www.rfc-editor.org/rfc/rfc9260#section-1.5", Datagrams},
		{dtls.Transport(), "github.com/pion/dtls/v3", "https://www.rfc-editor.org/rfc/rfc6347#section-4.1.2", Datagrams},
		{gvisor.Transport(), "gvisor.dev/gvisor", "https://www.rfc-editor.org/rfc/rfc9293#section-2.2", Datagrams},
		{yamux.Transport(), "github.com/hashicorp/yamux", "https://github.com/hashicorp/yamux/blob/v0.1.2/README.md", Streams},
		{memberlist.Reliable(), memberlistGo, sendReliable, Streams},
		{memberlist.BestEffort(), memberlistGo, sendBestEffort, Datagrams},
		{jetstream.Memory(), natsServer, modelOfStreams, Streams},
		{jetstream.File(), natsServer, modelOfStreams, Streams},
		{jetstream.NoIDs(), natsServer, modelOfStreams, Streams},
	}
}
