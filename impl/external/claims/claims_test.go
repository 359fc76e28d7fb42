package claims

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"fairloss/checker/transport"
	"fairloss/spec"
)

// schedules is how many each class of faults gets for each transport.
const (
	schedules = 200
	few       = 20 // in short tests
)

// TestProp demands of each transport that its findings are what they say, and
// that schedules of each class of faults break nothing else.
func TestProp(t *testing.T) {
	for _, c := range Registry() {
		t.Run(c.Name, func(t *testing.T) {
			built(t, c)
			if transport.Serve(t, c.Transport) {
				return
			}
			w := transport.NewWorker(t, c.Transport)
			defer w.Close()
			for _, f := range Findings() {
				if !slices.Contains(f.Of, c.Name) {
					continue
				}
				if err := f.confirm(c, w.Run); err != nil {
					t.Errorf("%s: %v", f.Name, err)
				}
			}
			n := schedules
			if testing.Short() {
				n = few
			}
			for _, class := range Classes() {
				if class.Befalls(c.Over) {
					if err := c.survey(class, n, w.Run); err != nil {
						t.Errorf("%s: %v", class.Name, err)
					}
				}
			}
		})
	}
}

// built skips a test of a transport that this binary does not have.
func built(t *testing.T, c Claim) {
	t.Helper()
	if c.Open == nil {
		t.Skip("built without it: -tags gvisor -ldflags=-checklinkname=0")
	}
}

// runs makes a run, with packets in its history where they are asked for.
type runs func(s transport.Schedule, packets bool) (transport.Result, error)

// attempts is how often a finding is tried. The machine may stop a goroutine in
// the middle of an instant, and let others come first: then a run differs from
// the same run before, once in some hundred.
const attempts = 3

// confirm returns what is wrong with a finding and its chart, which is of the
// first transport that it is true of.
func (f Finding) confirm(c Claim, run runs) (err error) {
	for range attempts {
		r, wrong := f.check(c, run)
		if wrong == nil && c.Name == f.Of[0] && !shuffled {
			wrong = f.drawn(r)
		}
		if wrong == nil {
			return nil
		}
		err = wrong
	}
	return err
}

// check returns what is wrong with a finding: it breaks other properties than
// it says, the claim does not hold without its faults, or it could be shorter.
func (f Finding) check(c Claim, run runs) (transport.Result, error) {
	s := f.schedule()
	r, err := run(s, true)
	if err != nil {
		return r, err
	}
	if got, want := violated(r), slices.Sorted(slices.Values(f.Broken())); !slices.Equal(got, want) {
		return r, fmt.Errorf("it breaks %v, want %v: the finding is mended, or another one", got, want)
	}
	calm := s
	calm.Plan = nil
	control, err := run(calm, false)
	if err != nil {
		return r, err
	}
	for _, id := range c.Properties() {
		if j := control.Of(id); j.Verdict != spec.Holds {
			return r, fmt.Errorf("without faults %s is %v: %s", id, j.Verdict, j.Reason)
		}
	}
	shorter := transport.Minimise(s, 1000, func(s transport.Schedule) bool {
		r, err := run(s, false)
		return err == nil && slices.Equal(violated(r), slices.Sorted(slices.Values(f.Broken())))
	})
	if got := shorter.Inline(); got != f.Schedule {
		return r, fmt.Errorf("it can be shorter: %s", got)
	}
	return r, nil
}

// survey runs schedules of one class and returns what they break that no
// finding says, or an error where they put a property to no test.
func (c Claim) survey(class Class, schedules int, run runs) error {
	known, surprising := c.broken(class)
	held := map[string]int{}
	for seed := range uint64(schedules) {
		s := c.Draw(transport.Seeded(seed, 1))
		s.Plan = class.Draw(transport.Seeded(seed, 2))
		r, err := run(s, false)
		if err != nil {
			return err
		}
		for _, id := range violated(r) {
			if !slices.Contains(known, id) && !slices.Contains(surprising, id) {
				return fmt.Errorf("no finding says that %s breaks: %s (%s)", id, r.Of(id).Reason, s.Inline())
			}
		}
		for _, id := range c.Properties() {
			if r.Of(id).Verdict == spec.Holds {
				held[id]++
			}
		}
	}
	var errs []error
	for _, id := range c.Properties() {
		if held[id] < schedules/3 {
			errs = append(errs, fmt.Errorf("%s holds in %d of %d schedules: too few to say so", id, held[id], schedules))
		}
	}
	return errors.Join(errs...)
}

// violated returns the IDs of what a run violates, sorted.
func violated(r transport.Result) []string {
	var ids []string
	for _, j := range r.Judgements {
		if j.Verdict == spec.Violated {
			ids = append(ids, j.Property.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// TestFindingsAreSound wants of each finding a claim that it is about, one class
// of faults and no more than two of them, and a source.
func TestFindingsAreSound(t *testing.T) {
	names := map[string]bool{}
	for _, f := range Findings() {
		if names[f.Name] {
			t.Errorf("there are two findings %s", f.Name)
		}
		names[f.Name] = true
		if plan := f.schedule().Plan; len(plan) > 2 {
			t.Errorf("%s has %d faults", f.Name, len(plan))
		}
		for _, name := range f.Of {
			if err := f.fits(name); err != nil {
				t.Errorf("%s: %v", f.Name, err)
			}
		}
		if !strings.HasPrefix(f.Source, "https://") || f.Says == "" || len(f.Of) == 0 {
			t.Errorf("%s says nothing, of nothing, or has no source", f.Name)
		}
	}
}

// fits returns why a finding is about no claim of the transport of this name.
func (f Finding) fits(name string) error {
	i := slices.IndexFunc(Registry(), func(c Claim) bool { return c.Name == name })
	if i < 0 {
		return fmt.Errorf("there is no transport %s", name)
	}
	claim, plan := Registry()[i], f.schedule().Plan
	for _, id := range f.Broken() {
		if _, claimed := claim.Guarantee.Property(id); !claimed {
			return fmt.Errorf("%s does not claim %s", name, id)
		}
	}
	if !slices.ContainsFunc(Classes(), func(c Class) bool { return c.Has(plan) }) {
		return fmt.Errorf("%s is in no column of the table", plan.Inline())
	}
	return nil
}

// TestChecksSee wants checks to fail where a finding, or a survey, is not what
// it should be.
func TestChecksSee(t *testing.T) {
	claim := Registry()[0]
	for _, f := range Findings() {
		if f.Name == "udp-flip" {
			testChecksSee(t, claim, f)
			return
		}
	}
	t.Fatal("there is no finding udp-flip")
}

func testChecksSee(t *testing.T, claim Claim, sound Finding) {
	run := func(s transport.Schedule, _ bool) (transport.Result, error) {
		return transport.Run(t, claim.Transport, s), nil
	}
	if _, err := sound.check(claim, run); err != nil {
		t.Fatal(err)
	}
	for why, spoil := range map[string]func(*Finding){
		"it breaks nothing":         func(f *Finding) { f.Schedule = `send 0>1 "alpha"; drop 0>1 1` },
		"it breaks something else":  func(f *Finding) { f.Breaks = "PL2" },
		"it breaks more":            func(f *Finding) { f.Also = []string{"PL1"} },
		"it has a fault too many":   func(f *Finding) { f.Schedule += "; drop 1>0 1" },
		"it has a message too many": func(f *Finding) { f.Schedule = `send 0>1 "alpha"; send 0>1 "bravo"; flip 0>1 1 0` },
	} {
		f := sound
		spoil(&f)
		if _, err := f.check(claim, run); err == nil {
			t.Errorf("%s, and passes", why)
		}
	}
	restless := func(s transport.Schedule, packets bool) (transport.Result, error) {
		s.Plan = sound.schedule().Plan // the control run is not calm
		return run(s, packets)
	}
	if _, err := sound.check(claim, restless); err == nil {
		t.Error("the control run breaks something, and it passes")
	}
	unknown := claim
	unknown.Name = "a transport without findings"
	for _, class := range Classes() {
		corrupts := slices.Contains([]string{"bit flip", "word swap", "truncation", "injection"}, class.Name)
		if err := unknown.survey(class, few, run); (err != nil) != corrupts {
			t.Errorf("%s: %v", class.Name, err)
		}
	}
}
