package explore

import (
	"io"

	"fairloss/histories"
	"fairloss/impl"
	"fairloss/spec"
)

func header(link impl.Link) histories.Header {
	h := histories.Header{
		Link: link.Name, Guarantee: link.Guarantee.Name, Assumes: link.Assumes.String(),
		Processes: link.Size(), Clock: histories.Points,
	}
	if bound, claimed := link.Guarantee.Property("BND"); claimed {
		h.Bound = histories.Bound{Window: bound.Window, Buffer: bound.Buffer}
	}
	return h
}

// WriteHistory writes a history of points of the link.
func WriteHistory(w io.Writer, link impl.Link, events []spec.Event) error {
	return histories.WriteAll(w, header(link), events)
}
