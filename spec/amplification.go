package spec

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"time"
)

// amplification is the monitor of AMP: the times, within the window that ends
// now, at which messages were sent and packets transmitted.
type amplification struct {
	factor, spare int
	window        int64
	now           int64
	sends         []int64
	packets       []int64
	channels      map[Channel]bool // on which messages were sent
}

func (a *amplification) Observe(e Event) string {
	a.now = e.At
	a.sends, a.packets = a.recent(a.sends), a.recent(a.packets)
	c := Channel{e.Process, e.Peer}
	switch {
	case e.Kind == Send:
		if a.channels == nil {
			a.channels = map[Channel]bool{}
		}
		a.channels[c] = true
		a.sends = append(a.sends, e.At)
		return ""
	case !a.channels[c]:
		return ""
	}
	a.packets = append(a.packets, e.At)
	if allowed := a.spare + a.factor*len(a.sends); len(a.packets) > allowed {
		return fmt.Sprintf("%d packets within %v, in which %d messages were sent: more than %d", len(a.packets), time.Duration(a.window), len(a.sends), allowed)
	}
	return ""
}

// recent drops the times that have left the window.
func (a *amplification) recent(times []int64) []int64 {
	for len(times) > 0 && times[0] <= a.now-a.window {
		times = times[1:]
	}
	return times
}

func (a *amplification) Owed() []Obligation { return nil }

func (a *amplification) AppendKey(b []byte) []byte {
	for _, times := range [][]int64{a.sends, a.packets} {
		b = binary.AppendUvarint(b, uint64(len(times)))
		for _, t := range times {
			b = binary.AppendVarint(b, a.now-t)
		}
	}
	b = binary.AppendUvarint(b, uint64(len(a.channels)))
	for _, c := range sortedKeys(a.channels, Channel.Compare) {
		b = appendChannel(b, c)
	}
	return b
}

func (a *amplification) Clone() Monitor {
	c := *a
	c.sends, c.packets, c.channels = slices.Clone(a.sends), slices.Clone(a.packets), maps.Clone(a.channels)
	return &c
}
