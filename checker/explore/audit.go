package explore

import (
	"slices"

	"fairloss/checker/world"
	"fairloss/impl"
)

// Bounds of an audit. A thousand walks of 64 steps find every planted omission
// of the tests; a fifth of that is enough in a quick run.
const (
	AuditWalks  = 1000
	auditLength = 64
)

// Audit checks the contract of a link: the same events give the same effects
// and keys, on two instances that run interleaved; and a state's key omits
// nothing that its future depends on. It walks the link's states at random,
// running the real code beside the memo at every step. Monitors of the properties
// are checked in the same way. An error is a *Broken that names the event, or a
// *world.Failure where not even Init can be run, or a monitor is broken.
func Audit(link impl.Link, seed uint64, walks int) error {
	if err := AuditMonitors(link, seed); err != nil {
		return err
	}
	c, err := New(link)
	if err != nil {
		return err
	}
	src := Seeded(seed, 1)
	var before [][]world.Move
	for range walks {
		p := c.draw(src)
		p.length = auditLength
		w, err := c.sys.Witness(p.workload)
		c.world, c.trace, c.losses = w, c.trace[:0], c.losses[:0]
		if err == nil {
			err = c.adversarial(src, p)
		}
		if err != nil {
			return newBroken(link, c.schedule(nil), c.actions(before), err)
		}
		before = append(before, slices.Clone(c.trace))
	}
	return nil
}

// actions returns walks in readable form.
func (c *Campaign) actions(walks [][]world.Move) [][]world.Action {
	list := make([][]world.Action, len(walks))
	for i, moves := range walks {
		for _, m := range moves {
			list[i] = append(list[i], c.sys.World(nil).Action(m))
		}
	}
	return list
}
