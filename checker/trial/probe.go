package trial

import (
	"encoding/binary"
	"maps"
	"slices"

	"fairloss/impl"
	"fairloss/spec"
)

// probe is a process's end of the link under a watch. Only the goroutine that
// runs the link calls it.
type probe struct {
	layer   impl.Layer
	ready   impl.Readier // nil where the link always is
	self    spec.Process
	watch   *watch
	observe func(spec.Event)

	armed  map[impl.TimerID]bool
	stable []byte
	state  []byte
}

func newProbe(layer impl.Layer, self spec.Process, w *watch, observe func(spec.Event)) *probe {
	p := &probe{layer: layer, self: self, watch: w, observe: observe, armed: map[impl.TimerID]bool{}}
	p.ready, _ = impl.As[impl.Readier](layer)
	return p
}

// Init is the layer's.
func (p *probe) Init(out *impl.Effects) {
	p.layer.Init(out)
	p.saw(occurrence{}, out)
}

// Send is the layer's.
func (p *probe) Send(to spec.Process, m spec.Message, out *impl.Effects) {
	if p.watch.frozen.Load() {
		return
	}
	p.layer.Send(to, m, out)
	p.saw(occurrence{}, out)
}

// Receive is the layer's.
func (p *probe) Receive(from spec.Process, packet impl.Packet, out *impl.Effects) {
	if p.watch.frozen.Load() {
		return
	}
	p.layer.Receive(from, packet, out)
	p.saw(occurrence{arrived: flight{from, p.self, packet}, arrival: true}, out)
}

// Timeout is the layer's.
func (p *probe) Timeout(t impl.TimerID, out *impl.Effects) {
	if p.watch.frozen.Load() {
		return
	}
	delete(p.armed, t)
	p.layer.Timeout(t, out)
	p.saw(occurrence{expired: t, expiry: true}, out)
}

// Ready is the layer's.
func (p *probe) Ready(to spec.Process) bool { return p.ready == nil || p.ready.Ready(to) }

// saw reads the effects of a handler. It runs before they are carried out.
func (p *probe) saw(o occurrence, out *impl.Effects) {
	delivered := 0
	for _, e := range out.List() {
		switch e.Kind {
		case impl.Confirm:
			p.observe(spec.Event{Kind: spec.Confirm, Process: p.self, Peer: e.Peer, Message: e.Message})
		case impl.Deliver:
			delivered++
		case impl.SetTimer:
			p.armed[e.Timer] = true
		case impl.CancelTimer:
			delete(p.armed, e.Timer)
		case impl.Store, impl.Commit:
			p.stable = e.Stable
			delivered += len(e.Deliveries)
			for _, d := range e.Deliveries {
				p.observe(stored(p.self, d))
			}
		}
	}
	p.watch.delivered[p.self].Add(int64(delivered))
	p.watch.unready[p.self].Store(!p.Ready(receiver(p.self, len(p.watch.ends))))
	p.watch.armed[p.self].Store(int64(len(p.armed)))
	if p.watch.calm.Load() {
		p.watch.see(p.self, o, p.localState(), slices.Sorted(maps.Keys(p.armed)), out.List())
	}
}

// localState returns key, armed timers and stable value as bytes, valid until
// the next call; nil where the link has no key.
func (p *probe) localState() []byte {
	b, err := impl.AppendKey(p.state[:0], p.layer)
	if err != nil {
		return nil
	}
	b = binary.AppendUvarint(b, uint64(len(p.armed)))
	for _, t := range slices.Sorted(maps.Keys(p.armed)) {
		b = binary.AppendUvarint(b, uint64(t))
	}
	p.state = append(b, p.stable...)
	return p.state
}
