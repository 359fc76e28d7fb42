package cli

import (
	"io"
	"os"
	"slices"

	"golang.org/x/term"

	"fairloss/checker"
	"fairloss/histories/chart"
	"fairloss/spec"
)

// picture is a chart to draw.
type picture struct {
	events  []spec.Event
	options chart.Options
}

func (p picture) draw(w io.Writer) error { return chart.Text(w, p.events, p.options) }

// newPicture marks the first violation among the judgements.
func newPicture(events []spec.Event, judgements []checker.Judgement, processes, width int) picture {
	p := picture{events, chart.Options{Width: width, Processes: processes, Broken: -1}}
	for _, j := range judgements {
		if j.Verdict == spec.Violated {
			p.options.Broken = j.Broken
			p.options.Note = j.Property.ID + " broken here"
			p.options.Live = j.Broken < 0
			break
		}
	}
	return p
}

// picture draws the packets in the link's own words.
func (r replayed) picture(width int) picture {
	p := newPicture(r.events, r.judgements, r.link.Size(), width)
	p.options.Live = slices.ContainsFunc(r.events, func(e spec.Event) bool { return e.Kind == spec.Forever })
	p.options.Describe = r.link.Describer()
	return p
}

// columns returns the width to draw in: the one asked for, or that of the
// terminal; 0 where there is none.
func (s *session) columns(asked int) int {
	if asked != 0 {
		return asked
	}
	screen, ok := s.screen.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(screen.Fd()))
	if err != nil {
		return 0
	}
	return width
}
