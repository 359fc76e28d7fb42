package world

import (
	"fmt"
	"strconv"
	"strings"

	"fairloss/impl"
	"fairloss/spec"
)

// Schedule is a list of actions to replay, and perhaps either a fair suffix or
// a cycle that is repeated for ever (the two make a lasso). Its text has one
// action a line; see Parse.
type Schedule struct {
	Link      string            // name of the link; "" where it is known otherwise
	Assumes   *spec.Assumptions // network it was found on; nil is the link's own
	Processes int               // 0 is the link's own number
	Before    [][]Action        // runs made before, each from the start: from a state with the same key the link must do the same in all
	Actions   []Action
	Fair      bool      // after the actions the network is fair; see World.RunFair
	Repeat    []Request // within the suffix: sent again in every round
	Losses    []Action  // within the suffix: transmissions that are lost
	Forever   bool      // after the actions Cycle is repeated for ever
	Cycle     []Action  // none: nothing more happens
}

// Len is the length of a schedule: its actions, repeated sends, losses and
// cycle, and the actions of the runs before it.
func (s Schedule) Len() int {
	n := len(s.Actions) + len(s.Repeat) + len(s.Losses) + len(s.Cycle)
	for _, run := range s.Before {
		n += len(run)
	}
	return n
}

// On returns the link in the surroundings that the schedule names: its network
// and its number of processes.
func (s Schedule) On(link impl.Link) impl.Link {
	if s.Assumes != nil {
		link.Assumes = *s.Assumes
	}
	if s.Processes != 0 {
		link.Processes = s.Processes
	}
	return link
}

// lines returns the schedule without its directives, an action each.
func (s Schedule) lines() []string {
	var lines []string
	for _, run := range s.Before {
		for _, a := range run {
			lines = append(lines, a.String())
		}
		lines = append(lines, "again")
	}
	for _, a := range s.Actions {
		lines = append(lines, a.String())
	}
	if s.Fair {
		lines = append(lines, "fair")
	}
	for _, r := range s.Repeat {
		lines = append(lines, Action{Kind: Send, From: r.From, To: r.To, Message: r.Message}.String())
	}
	for _, a := range s.Losses {
		lines = append(lines, a.String())
	}
	if s.Forever {
		lines = append(lines, "forever")
	}
	for _, a := range s.Cycle {
		lines = append(lines, a.String())
	}
	return lines
}

// String returns the schedule as text, one directive or action a line.
func (s Schedule) String() string {
	var b strings.Builder
	if s.Link != "" {
		fmt.Fprintf(&b, "link %s\n", asValue(s.Link))
	}
	if s.Assumes != nil {
		fmt.Fprintf(&b, "network %s\n", s.Assumes)
	}
	if s.Processes != 0 {
		fmt.Fprintf(&b, "processes %d\n", s.Processes)
	}
	for _, line := range s.lines() {
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return b.String()
}

// asValue returns a word as it is, and quotes what is none.
func asValue(text string) string {
	if quoted := strconv.Quote(text); quoted != `"`+text+`"` || strings.ContainsAny(text, " ;#") {
		return quoted
	}
	return text
}

// Inline returns the actions in one line, separated by "; ". Parse reads it.
func (s Schedule) Inline() string { return strings.Join(s.lines(), "; ") }
