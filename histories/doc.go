// Package histories records, writes and reads histories: what was observable
// of a link, one event after the other.
//
// A history file is JSON Lines. The first line is a header, each further line
// an event:
//
//	{"fairloss":"history","version":2,"link":"fifo","processes":2}
//	{"at":1,"kind":"send","process":0,"peer":1,"message":"a"}
//	{"at":2,"kind":"deliver","process":1,"peer":0,"message":"a"}
//
// Files are streamed both ways: memory does not grow with their length, except
// by the calls that have not returned.
//
// Use it to keep what a run did, to judge a run of a system that was not
// checked as it ran, and to exchange histories between tools. To test a link
// of your own, import fairloss/checker/linktest instead: it needs no files.
// A history that breaks nothing says nothing of the schedules that were not
// run.
//
// The directory testdata/corpus holds, for every property, histories that keep
// it and histories that break it. Their names are ID.accept.NAME.jsonl and
// ID.reject.NAME.jsonl.
package histories
