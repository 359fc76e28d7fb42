package quic_test

import (
	"testing"

	"fairloss/checker/linktest"
	"fairloss/impl/external/quic"
)

func TestPropStream(t *testing.T)    { linktest.TestTransport(t, quic.Stream()) }
func TestPropStreams(t *testing.T)   { linktest.TestTransport(t, quic.Streams()) }
func TestPropDatagrams(t *testing.T) { linktest.TestTransport(t, quic.Datagrams()) }
func TestPropEarlyData(t *testing.T) { linktest.TestTransport(t, quic.EarlyData()) }
