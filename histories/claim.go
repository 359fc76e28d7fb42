package histories

import (
	"errors"
	"time"

	"fairloss/spec"
)

// Claim says in the header what a link claims: the name of its guarantee, and
// its properties with their parameters.
func (h *Header) Claim(g spec.Guarantee) {
	h.Guarantee, h.Properties = g.Name, nil
	for _, p := range g.Properties {
		h.Properties = append(h.Properties, p.String())
	}
}

// Claimed is the inverse of Claim. Those of the properties that the header
// lists and this reader does not know, such as a contributor's own, are in
// unknown: nothing can be said of them. What the guarantee of that name has is
// claimed, too, if the list leaves it out. If there is no list, the name must be
// that of a guarantee, of a timed world or not. The error says
// that there is no such guarantee, or that a property is malformed.
func (h Header) Claimed() (g spec.Guarantee, unknown []string, err error) {
	named, err := spec.ParseGuarantee(h.Guarantee)
	if err != nil {
		named, err = spec.ParseTimedGuarantee(h.Guarantee, 0)
	}
	if len(h.Properties) == 0 {
		return named, nil, err
	}
	g.Name = h.Guarantee
	for _, text := range h.Properties {
		switch p, err := spec.ParseProperty(text); {
		case errors.Is(err, spec.ErrUnknownProperty):
			unknown = append(unknown, text)
		case err != nil:
			return g, nil, err
		default:
			g.Properties = append(g.Properties, p)
		}
	}
	for _, p := range named.Properties {
		if _, listed := g.Property(p.ID); !listed {
			g.Properties = append(g.Properties, p)
		}
	}
	return g, unknown, nil
}

// wireBounds are the parameters of properties as version 1 of a header has
// them.
type wireBounds struct {
	Window int   `json:"window,omitzero"`
	Buffer int   `json:"buffer,omitzero"`
	Factor int   `json:"factor,omitzero"`
	Spare  int   `json:"spare,omitzero"`
	Within int64 `json:"within,omitzero"` // nanoseconds
	After  int64 `json:"after,omitzero"`  // nanoseconds
}

// check returns what is wrong with the parameters, or nil.
func (b wireBounds) check() *flaw {
	for _, n := range [...]struct {
		key   string
		value int64
	}{
		{"window", int64(b.Window)},
		{"buffer", int64(b.Buffer)},
		{"factor", int64(b.Factor)},
		{"spare", int64(b.Spare)},
		{"within", b.Within},
		{"after", b.After},
	} {
		if n.value < 0 {
			return flawf(n.key, "%s is %d, want 0 or more", n.key, n.value)
		}
	}
	if (b.Factor > 0 || b.Spare > 0) && b.Within == 0 {
		return flawf("within", "factor %d and spare %d without within", b.Factor, b.Spare)
	}
	return nil
}

// properties returns the list that version 2 has instead; nil where the name
// of the guarantee says it all.
func (b wireBounds) properties(guarantee string) []string {
	if b == (wireBounds{}) {
		return nil
	}
	var h Header
	h.Guarantee = guarantee
	g, _, err := h.Claimed()
	if err != nil {
		g = spec.Guarantee{Name: guarantee}
	}
	if timed, err := spec.ParseTimedGuarantee(guarantee, time.Duration(b.After)); err == nil {
		g = timed
	}
	if b.Window > 0 || b.Buffer > 0 {
		g = g.With(spec.Bounded(b.Window, b.Buffer))
	}
	if b.Within > 0 {
		g = g.With(spec.Amplification(b.Factor, b.Spare, time.Duration(b.Within)))
	}
	h.Claim(g)
	return h.Properties
}
