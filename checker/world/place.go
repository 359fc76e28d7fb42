package world

import "slices"

// Place is the enabled actions of one kind at one process or channel. Which
// there are, and what they do, depends on few components of the state.
type Place struct {
	On    []int // these one or two components, as indices of State; nil: on all of them
	kind  ActionKind
	place uint8
}

// Effect is what a move does in every state that agrees in the components of
// its Place: cells of the state get values, then packets are handed to the
// network, and something is observed.
type Effect struct {
	Cells    []Cell
	sends    []push
	observed uint32
}

// Cell is a component of State and its value.
type Cell struct {
	Component int
	Value     uint32
}

// Plain reports whether an effect does nothing but to set its cells.
func (e *Effect) Plain() bool { return len(e.sends) == 0 && e.observed == 0 }

// Touched returns the components that may change in the move that an effect is
// of, ascending, in the memory of list.
func (w *World) Touched(e *Effect, list []int) []int {
	list = list[:0]
	for _, c := range e.Cells {
		list = append(list, c.Component)
	}
	for _, s := range e.sends {
		list = append(list, len(w.locals)+int(s.channel))
	}
	if e.observed != 0 {
		list = append(list, w.Judged())
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Take makes the move that an effect is of.
func (w *World) Take(e *Effect) {
	w.steps++
	for i := range e.Cells {
		w.state[e.Cells[i].Component] = e.Cells[i].Value
	}
	w.push(e.sends)
	w.observe(e.observed)
}

// Places returns what the enabled moves fall into, from the state of the world
// on, in the order of Enabled. It is one place where there are faults other than
// of packets, or the network confirms: what can happen at one process or channel
// then depends on others.
func (w *World) Places() []Place {
	a := w.sys.link.Assumes
	if a.Crashes+a.Cuts+a.Corruptions+a.Forgeries > 0 || w.sys.net.confirms {
		return []Place{{}}
	}
	var list []Place
	n, budgets := w.sys.n, len(w.state)-rests
	for _, kind := range []ActionKind{Send, Deliver, Timeout, Duplicate, Drop} {
		for p := range n {
			local, next := p, n+n*n+p
			switch {
			case kind == Send && len(w.requestable(p)) > 0:
				list = append(list, Place{[]int{local, next}, kind, uint8(p)})
			case kind == Timeout:
				list = append(list, Place{[]int{local}, kind, uint8(p)})
			}
		}
		for c := range n * n {
			to, content := c%n, n+c
			switch {
			case to == c/n: // no channel leads to its own end
			case kind == Deliver:
				list = append(list, Place{[]int{to, content}, kind, uint8(c)})
			case kind == Duplicate && w.canCopy():
				list = append(list, Place{[]int{content, budgets + copies}, kind, uint8(c)})
			case kind == Drop && w.canDrop():
				list = append(list, Place{[]int{content, budgets + drops}, kind, uint8(c)})
			}
		}
	}
	return list
}

// Effects returns what each enabled move of a place does, in the order of
// Enabled, in the memory of list. An error is a *Failure of the link, in the
// move after those that are returned; else the world is as before. It must not
// be a Witness, nor within a fair suffix.
func (w *World) Effects(p Place, list []Effect) ([]Effect, error) {
	list = list[:0]
	w.before = append(w.before[:0], w.state...)
	w.moves = w.Enabled(w.moves[:0])
	for _, m := range w.moves {
		if p.On != nil && (m.kind != p.kind || m.place != p.place) {
			continue
		}
		list = slices.Grow(list, 1)[:len(list)+1]
		e := &list[len(list)-1]
		*e = Effect{Cells: e.Cells[:0]}
		w.captured = e
		err := w.Do(m)
		w.captured = nil
		if err != nil {
			return list[:len(list)-1], err
		}
		w.steps--
		for c, v := range w.before {
			if w.state[c] != v {
				e.Cells = append(e.Cells, Cell{c, w.state[c]})
				w.state[c] = v
			}
		}
	}
	return list, nil
}
