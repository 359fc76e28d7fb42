package explore

import (
	"io"

	"fairloss/histories"
	"fairloss/impl"
	"fairloss/spec"
)

func header(link impl.Link) histories.Header {
	h := histories.Header{Link: link.Name, Assumes: link.Assumes.String(), Processes: link.Size(), Clock: histories.Points}
	h.Claim(link.Guarantee)
	return h
}

// WriteHistory writes a history of points of the link.
func WriteHistory(w io.Writer, link impl.Link, events []spec.Event) error {
	return histories.WriteAll(w, header(link), events)
}
