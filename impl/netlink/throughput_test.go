package netlink

import (
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"testing"

	"fairloss/impl"
)

// lossy loses one packet in five on the way out.
type lossy struct {
	*net.UDPConn
	random *rand.Rand // used by the one goroutine that writes
}

func (c lossy) WriteToUDPAddrPort(b []byte, to netip.AddrPort) (int, error) {
	if c.random.IntN(5) == 0 {
		return len(b), nil
	}
	return c.UDPConn.WriteToUDPAddrPort(b, to)
}

// Eight goroutines send on one channel and one receives at the other end, until
// every message is confirmed.
func BenchmarkLoopback(b *testing.B) {
	lose := func(c net.PacketConn) net.PacketConn {
		return lossy{c.(*net.UDPConn), rand.New(rand.NewPCG(5, 6))}
	}
	for name, wrap := range map[string]func(net.PacketConn) net.PacketConn{"calm": nil, "20% loss": lose} {
		b.Run(name, func(b *testing.B) {
			links := pair(b, "udp4", "127.0.0.1:0", impl.FactoryOf(impl.SelectiveRepeat{Window: 256}), wrap)
			var sending, receiving sync.WaitGroup
			messages := make(chan struct{})
			for range 8 {
				sending.Go(func() {
					for range messages {
						if _, err := links[0].Send(b.Context(), 1, "twenty bytes of data"); err != nil {
							b.Error(err)
						}
					}
				})
			}
			receiving.Go(func() {
				for {
					if _, _, err := links[1].Recv(b.Context()); err != nil {
						return
					}
				}
			})
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				messages <- struct{}{}
				n++
			}
			close(messages)
			sending.Wait()
			if err := links[0].Drain(b.Context()); err != nil {
				b.Error(err)
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "messages/s")
			if err := links[1].Close(); err != nil {
				b.Error(err)
			}
			receiving.Wait()
		})
	}
}
