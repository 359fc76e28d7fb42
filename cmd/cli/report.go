package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"fairloss/checker"
	"fairloss/impl"
	"fairloss/spec"
)

// report is what is said of one history.
type report struct {
	Verdict    spec.Verdict `json:"verdict"`
	Link       string       `json:"link"`
	Guarantee  string       `json:"guarantee"`
	Properties []finding    `json:"properties"`
	Clocks     []clocked    `json:"clocks,omitempty"` // of each event, where they are asked for
}

// finding is what is said of one property.
type finding struct {
	ID      string       `json:"id"`
	Name    string       `json:"name"`
	Verdict spec.Verdict `json:"verdict"`
	Reason  string       `json:"reason,omitempty"`
	Event   int          `json:"event,omitempty"` // line of the history file that breaks it; 0 where no single event does
	Tested  int          `json:"tested"`
	Voided  int          `json:"voided"` // of what it owed, how much faults have excused
	Engine  string       `json:"engine"`
}

func newReport(link, guarantee string, judgements []checker.Judgement) report {
	r := report{Link: link, Guarantee: guarantee}
	var verdicts []spec.Verdict
	for _, j := range judgements {
		f := finding{ID: j.Property.ID, Name: j.Property.Name, Verdict: j.Verdict, Reason: j.Reason, Tested: j.Tested, Voided: j.Voided, Engine: "monitor"}
		if j.Broken >= 0 {
			f.Event = lineOf(j.Broken)
		}
		if j.Engine != 0 {
			f.Engine = j.Engine.String()
		}
		r.Properties = append(r.Properties, f)
		verdicts = append(verdicts, j.Verdict)
	}
	r.Verdict = spec.Worst(verdicts...)
	return r
}

// lineOf returns the line of a history file that holds the event of that
// index: a header stands before the first.
func lineOf(event int) int { return event + 2 }

// counts says how many events put the property to the test and, where there
// were any, how many obligations faults have excused.
func (f finding) counts() string {
	if f.Voided > 0 {
		return fmt.Sprintf("%d tested, %d excused", f.Tested, f.Voided)
	}
	return fmt.Sprintf("%d tested", f.Tested)
}

// table prints a line for each property, how many events put it to the test,
// and how many obligations faults have excused. Where says what an event is called.
func (r report) table(s *session, where func(f finding) string) {
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, f := range r.Properties {
		reason := f.Reason
		if f.Event > 0 {
			reason = where(f) + ": " + reason
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", f.ID, f.Verdict, f.Name, f.counts(), reason)
	}
	t.Flush()
}

func atLine(f finding) string { return fmt.Sprintf("line %d", f.Event) }

// conclusion says the verdict and what led to it, in a few words.
func (r report) conclusion() string {
	var ids []string
	for _, f := range r.Properties {
		if f.Verdict == r.Verdict {
			ids = append(ids, f.ID)
		}
	}
	return strings.TrimSuffix(fmt.Sprintf("%s: %s", r.Verdict, strings.Join(ids, " ")), ": ")
}

// reportContract reports a link that broke the contract of a layer, and so
// promises nothing.
func (s *session) reportContract(link impl.Link, err error) error {
	r := newContractReport(link, err)
	if s.json {
		return s.printJSON(r)
	}
	r.table(s, atLine)
	fmt.Fprintln(s.out, r.conclusion())
	return nil
}

func newContractReport(link impl.Link, err error) report {
	return report{Verdict: spec.Violated, Link: link.Name, Guarantee: link.Guarantee.Name, Properties: []finding{contractFinding(err)}}
}

// contractID is what stands where a property has its ID.
const contractID = "Contract"

// contractFinding is what is said of a link that broke the contract of a
// layer.
func contractFinding(err error) finding {
	return finding{ID: contractID, Name: "contract of a layer", Verdict: spec.Violated, Reason: err.Error(), Tested: 1, Engine: "runtime"}
}

// printJSON prints v, indented.
func (s *session) printJSON(v any) error {
	e := json.NewEncoder(s.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func actions(n int) string {
	if n == 1 {
		return "1 action"
	}
	return fmt.Sprintf("%d actions", n)
}
