package impl

import (
	"fmt"
	"slices"

	"fairloss/spec"
)

// As reports whether l is a T, one of the optional interfaces of this package
// (Recoverer, Readier, Holder, Describer, Confirmer, Forger), and returns it as such.
// A stack is a Confirmer where its bottom layer is, and any other T where at
// least one of its layers is; a type assertion would find that every stack is.
func As[T any](l Layer) (T, bool) {
	t, ok := l.(T)
	if s, isStack := l.(*stack); ok && isStack {
		layers := s.layers
		if _, confirmer := any(&t).(*Confirmer); confirmer {
			layers = layers[:1]
		}
		ok = slices.ContainsFunc(layers, func(l Layer) bool {
			_, ok := As[T](l)
			return ok
		})
	}
	if !ok {
		var none T
		return none, false
	}
	return t, true
}

// Ready reports whether every layer that is a Readier is ready.
func (s *stack) Ready(to spec.Process) bool {
	for _, l := range s.layers {
		if r, ok := l.(Readier); ok && !r.Ready(to) {
			return false
		}
	}
	return true
}

// Held is the sum over the layers that are Holders.
func (s *stack) Held() int {
	held := 0
	for _, l := range s.layers {
		if h, ok := l.(Holder); ok {
			held += h.Held()
		}
	}
	return held
}

// Forge asks the lowest layer that is a Forger.
func (s *stack) Forge(p Packet) []Packet {
	for _, l := range s.layers {
		if f, ok := As[Forger](l); ok {
			return f.Forge(p)
		}
	}
	return nil
}

// Describe asks the lowest layer that is a Describer: the layers below it are
// taken to add no header.
func (s *stack) Describe(p Packet) string {
	for _, l := range s.layers {
		if d, ok := As[Describer](l); ok {
			return d.Describe(p)
		}
	}
	return fmt.Sprintf("%q", string(p))
}
