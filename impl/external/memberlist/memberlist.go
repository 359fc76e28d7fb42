// Package memberlist is hashicorp/memberlist as a transport: messages that one
// member sends to another, over a byte stream for each (SendReliable) or in
// packets (SendBestEffort).
//
// What it claims, in the documentation of these methods
// (https://pkg.go.dev/github.com/hashicorp/memberlist@v0.7.0#Memberlist.SendReliable):
// SendReliable uses the reliable, stream-oriented interface, and "delivery is
// guaranteed if no error is returned", from which we take FIFO delivery. That
// every message has a stream of its own, and what that means for their order, it
// does not say. SendBestEffort uses the unreliable, packet-oriented interface.
// Packets have a checksum, CRC-32, for receivers that are known to understand
// it; streams have none without encryption.
//
// The members do not join each other, so that nothing else is on the network: a
// message needs only the description of its receiver. No workaround.
package memberlist

import (
	"errors"
	"io"

	"github.com/hashicorp/memberlist"

	"fairloss/checker/chaos"
	"fairloss/checker/transport"
	"fairloss/impl/external/inbox"
	"fairloss/spec"
)

// Reliable returns SendReliable, which claims that what it took is delivered.
func Reliable() transport.Transport {
	return transport.Transport{
		Name: "memberlist reliable", Guarantee: spec.FIFO,
		Open:   opens((*memberlist.Memberlist).SendReliable),
		Faults: spec.Reordering | spec.Crashes, // what a TCP connection may still do
	}
}

// BestEffort returns SendBestEffort, which claims that nothing comes from
// nowhere.
func BestEffort() transport.Transport {
	return transport.Transport{
		Name:      "memberlist best effort",
		Guarantee: spec.Guarantee{Name: "no-creation", Properties: []spec.Property{spec.FLL3}},
		Open:      opens((*memberlist.Memberlist).SendBestEffort),
		Faults:    spec.Loss | spec.Duplication | spec.Reordering | spec.Partitions,
	}
}

type sender func(from *memberlist.Memberlist, to *memberlist.Node, message []byte) error

func opens(send sender) func(*chaos.Network) (transport.Channel, error) {
	return func(n *chaos.Network) (transport.Channel, error) {
		nearWire, err1 := listen(n, 0)
		farWire, err2 := listen(n, 1)
		if err := errors.Join(err1, err2); err != nil {
			return transport.Channel{}, err
		}
		nearWire.peer, farWire.peer = farWire, nearWire
		received := inbox.New()
		near, err1 := create("near", nearWire, nil)
		far, err2 := create("far", farWire, delegate{received})
		if err := errors.Join(err1, err2); err != nil {
			return transport.Channel{}, err
		}
		to := far.LocalNode()
		return transport.Channel{
			Send:    func(m spec.Message) error { return send(near, to, []byte(m)) },
			Receive: received.Take,
			Close: func() error {
				received.Close()
				return errors.Join(near.Shutdown(), far.Shutdown())
			},
		}, nil
	}
}

func create(name string, w *wire, d memberlist.Delegate) (*memberlist.Memberlist, error) {
	config := memberlist.DefaultLANConfig()
	config.Name, config.Transport, config.Delegate, config.LogOutput = name, w, d, io.Discard
	config.GossipInterval, config.ProbeInterval, config.PushPullInterval = 0, 0, 0
	return memberlist.Create(config)
}

// delegate puts what a member receives into an inbox.
type delegate struct{ received *inbox.Inbox }

func (d delegate) NotifyMsg(message []byte)                   { d.received.Put(spec.Message(message)) }
func (d delegate) NodeMeta(limit int) []byte                  { return nil }
func (d delegate) GetBroadcasts(overhead, limit int) [][]byte { return nil }
func (d delegate) LocalState(join bool) []byte                { return nil }
func (d delegate) MergeRemoteState(state []byte, join bool)   {}
