package spec

import (
	"fmt"
	"testing"
)

// BenchmarkObserve measures one event of a long history in which every message
// of two processes, numbered densely, is sent, delivered and confirmed, 8 of
// them under way. It reports allocations and events each second.
func BenchmarkObserve(b *testing.B) {
	const messages, window = 1 << 14, 8
	var h []Event
	name := func(n int) Message { return Message(fmt.Sprintf("m%d", n)) }
	for n := 1; n <= messages+window; n++ {
		if n <= messages {
			h = append(h, Event{Kind: Send, Process: 0, Peer: 1, Message: name(n)})
		}
		if n > window {
			h = append(h,
				Event{Kind: Deliver, Process: 1, Peer: 0, Message: name(n - window)},
				Event{Kind: Confirm, Process: 0, Peer: 1, Message: name(n - window)})
		}
	}
	for _, p := range append(Properties(), Bounded(window+1, 0)) {
		b.Run(p.ID, func(b *testing.B) {
			b.ReportAllocs()
			m, k := p.New(), 0
			for b.Loop() {
				if k == len(h) {
					m, k = p.New(), 0
				}
				if breach := m.Observe(h[k]); breach != "" {
					b.Fatal(breach)
				}
				k++
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
