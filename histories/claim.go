package histories

import "fairloss/spec"

// Claim says in the header what a link claims: the name of its guarantee, and
// the parameters of those of its properties that have some.
func (h *Header) Claim(g spec.Guarantee) {
	h.Guarantee = g.Name
	for _, p := range g.Properties {
		switch p.ID {
		case boundedID:
			h.Bound = Bound{p.Window, p.Buffer}
		case amplificationID:
			h.Load = p.Load
		case eventualAccuracyID:
			h.After = p.After
		}
	}
}

// Claimed is the inverse of Claim: the guarantee of that name, of a timed world
// or not, with the properties that the header has parameters of. The error says
// that there is no such guarantee.
func (h Header) Claimed() (spec.Guarantee, error) {
	g, err := spec.ParseGuarantee(h.Guarantee)
	if err != nil {
		if g, err = spec.ParseTimedGuarantee(h.Guarantee, h.After); err != nil {
			return g, err
		}
	}
	if h.Bound != (Bound{}) {
		g = g.With(spec.Bounded(h.Bound.Window, h.Bound.Buffer))
	}
	if h.Load != (spec.Load{}) {
		g = g.With(spec.Amplification(h.Load.Factor, h.Load.Spare, h.Load.Window))
	}
	return g, nil
}

var (
	boundedID          = spec.Bounded(0, 0).ID
	amplificationID    = spec.Amplification(0, 0, 0).ID
	eventualAccuracyID = spec.EventualAccuracy(0).ID
)
