// Package foreign makes links of programs in other languages: a program that
// reads events as JSON, one a line, from its standard input and answers each
// with its effects, one line on its standard output, is a link like any other.
//
//	func TestProp(t *testing.T) {
//		linktest.Test(t, foreign.Link(t, "python3", "mylink.py"))
//	}
//
// One program holds all instances of its link, at all processes, so that a
// search starts it once. The protocol is on one page, PROTOCOL.md; beside it
// are its JSON schema and examples in Python and C.
//
// A program is held to the contract of impl.Layer: it is deterministic, reads
// no clock, and keeps its instances apart. Whatever it does wrong, by an answer
// that is none, an early exit or a silence, is an error that quotes the line.
// Only the verdict that it hangs rests on the time that passes.
//
// Do not use it for a program that runs on its own time, as a server does. Of
// these, Broadcast runs those that speak the message format of Maelstrom, for
// real, and can say less of them. A pass says what a pass says of a link in Go,
// for the program as it was when it was started.
package foreign
