package kcp_test

import (
	"testing"

	"fairloss/checker/linktest"
	"fairloss/checker/transport"
	"fairloss/impl/external/kcp"
	"fairloss/spec"
)

func TestPropAES(t *testing.T)    { linktest.TestTransport(t, kcp.AES()) }
func TestPropAgain(t *testing.T)  { linktest.TestTransport(t, kcp.Again()) }
func TestPropPlain(t *testing.T)  { linktest.TestTransport(t, unchanged(kcp.Plain())) }
func TestPropStream(t *testing.T) { linktest.TestTransport(t, unchanged(kcp.Stream())) }

// unchanged is the claim on a network that changes and forges no packets.
func unchanged(tr transport.Transport) transport.Transport {
	tr.Faults = spec.AllFaults &^ (spec.Corruption | spec.Forgery)
	return tr
}
