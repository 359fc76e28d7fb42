package impl

import "fairloss/spec"

// Layering says of which two layers a link is stacked, and what holds them
// together: so each can be checked alone. A layer may be a stack itself. The
// zero value is a link of one layer.
type Layering struct {
	Lower, Upper Factory
	Needs        spec.Guarantee // what Upper needs of the layer below it, and Lower keeps
}

// Stack returns the factory of the whole.
func (l Layering) Stack() Factory { return Stack(l.Lower, l.Upper) }

// Split returns the two layers of a stacked link as links of their own: the
// lower one, which claims what the upper one needs, on the network of the link;
// and the upper one, which claims what the link claims, on the network that
// stands for what it needs. Where both keep that, and the lower one ACK and
// finite duplication too, so does the link. Of the lower layer that is wanted
// for the packets of the upper one only: numbered ones are never equal. Split
// reports false where the link is not stacked, or no network stands for what is
// needed.
func (l Link) Split() (lower, upper Link, ok bool) {
	below, ok := spec.Abstract(l.Layers.Needs)
	if !ok || l.Layers.Lower == nil || l.Layers.Upper == nil {
		return Link{}, Link{}, false
	}
	lower, upper = l, l
	lower.Name, lower.New, lower.Guarantee = l.Name+"/lower", l.Layers.Lower, l.Layers.Needs
	upper.Name, upper.New, upper.Assumes = l.Name+"/upper", l.Layers.Upper, below
	lower.Layers, upper.Layers = Layering{}, Layering{}
	return lower, upper, true
}
