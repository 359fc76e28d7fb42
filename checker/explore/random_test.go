package explore

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

// named returns the link or mutant of that name.
func named(t testing.TB, name string) impl.Link {
	t.Helper()
	for _, l := range append(impl.Registry(), mutant.Registry()...) {
		if l.Name == name {
			return l
		}
	}
	t.Fatalf("no link is named %s", name)
	return impl.Link{}
}

func campaign(t testing.TB, link impl.Link) *Campaign {
	t.Helper()
	c, err := New(link)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// run runs so many schedules, all drawn from one source.
func run(t testing.TB, c *Campaign, seed uint64, schedules int) {
	t.Helper()
	src := Seeded(seed, 0)
	for range schedules {
		if err := c.Run(src); err != nil {
			t.Fatal(err)
		}
	}
}

// drawnHistory runs the schedule of one seed on the campaign, replays it with
// the real code, and returns both as text.
func drawnHistory(t *testing.T, c *Campaign, seed uint64) string {
	t.Helper()
	src := Seeded(seed, 1)
	if err := c.Run(src); err != nil {
		t.Fatal(err)
	}
	s := c.schedule(nil)
	if c.live != 0 {
		s = c.schedule(c.suffix(nil, c.draw(Seeded(seed, 1))))
	}
	w, _, err := Replay(c.link, s, c.judged...)
	if err != nil {
		t.Fatal(err)
	}
	if w.Broken() != c.world.Broken() || w.Owing() != c.world.Owing() || w.Steps() != c.world.Steps() {
		t.Fatalf("%s, seed %d: the replay has broken %b, owing %b, %d steps, the campaign %b, %b, %d", c.link.Name, seed,
			w.Broken(), w.Owing(), w.Steps(), c.world.Broken(), c.world.Owing(), c.world.Steps())
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nthe next choice is %d\n", s, src.Intn(1<<30))
	for _, e := range w.History() {
		fmt.Fprintln(&b, e.At, e)
	}
	return b.String()
}

const (
	hashVariable   = "FAIRLOSS_TEST_HASH" // set in the second process
	hashedSeeds    = 50
	repeats        = 1000
	freshCampaigns = 20
)

// deterministic are links of each kind: one with repeated sends, one with
// drops, one whose safety breaks, one whose liveness does.
var deterministic = []string{"fairloss", "alternatingbit", "selectiverepeat", "short-memory", "gives-up"}

// historiesHash is the hash of what many seeds lead to on each of the links.
func historiesHash(t *testing.T) string {
	t.Helper()
	hash := sha256.New()
	for _, name := range deterministic {
		c := campaign(t, named(t, name))
		for seed := range uint64(hashedSeeds) {
			fmt.Fprint(hash, drawnHistory(t, c, seed))
		}
	}
	return fmt.Sprintf("%x", hash.Sum(nil))
}

// One seed is one history: however often it is run, however much the campaign
// has learnt before, and in another process.
func TestSeedsAreHistories(t *testing.T) {
	if os.Getenv(hashVariable) != "" {
		fmt.Printf("hash %s\n", historiesHash(t))
		return
	}
	for i, name := range deterministic {
		link := named(t, name)
		seed := uint64(i)
		want := drawnHistory(t, campaign(t, link), seed)
		warm := campaign(t, link)
		run(t, warm, 99, 200)
		for n := range repeats / len(deterministic) {
			if got := drawnHistory(t, warm, seed); got != want {
				t.Fatalf("%s: repetition %d of seed %d on a warm campaign is\n%s\nit was\n%s", name, n+1, seed, got, want)
			}
		}
		for range freshCampaigns {
			fresh := campaign(t, link)
			if got := drawnHistory(t, fresh, seed); got != want {
				t.Fatalf("%s: seed %d on a fresh campaign is\n%s\nit was\n%s", name, seed, got, want)
			}
			if other := drawnHistory(t, fresh, seed+1); other == want {
				t.Fatalf("%s: two seeds lead to\n%s", name, want)
			}
		}
	}
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(executable, "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), hashVariable+"=1")
	out, err := cmd.CombinedOutput()
	if want := "hash " + historiesHash(t); err != nil || !strings.Contains(string(out), want) {
		t.Errorf("another process does not say %s: %v\n%s", want, err, out)
	}
}

// A campaign that has learnt too much forgets it and goes on as before.
func TestForgettingChangesNothing(t *testing.T) {
	a, b := campaign(t, named(t, "perfect")), campaign(t, named(t, "perfect"))
	for seed := range uint64(30) {
		if err := b.forget(); err != nil {
			t.Fatal(err)
		}
		if first, second := drawnHistory(t, a, seed), drawnHistory(t, b, seed); first != second {
			t.Fatalf("seed %d gives\n%s\nand after forgetting\n%s", seed, first, second)
		}
	}
	if a.Stats() != b.Stats() {
		t.Errorf("%+v and %+v", a.Stats(), b.Stats())
	}
}

// Each move is chosen with the weight of its kind.
func TestChoose(t *testing.T) {
	c := campaign(t, named(t, "alternatingbit"))
	for _, text := range []string{`send 0>1 "a"`, `send 1>0 "b"`} {
		s, err := world.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.world.Follow(s); err != nil {
			t.Fatal(err)
		}
	}
	moves := c.world.Enabled(nil) // two deliveries, two timeouts, two drops
	weights := weights{world.Send: 1, world.Deliver: 3, world.Confirm: 7, world.Timeout: 2, world.Duplicate: 1, world.Drop: 5}
	var got []string
	for n := range 20 {
		got = append(got, choose(given(n), moves, &weights).Kind().String())
	}
	want := slices.Concat(slices.Repeat([]string{"deliver"}, 6), slices.Repeat([]string{"timeout"}, 4), slices.Repeat([]string{"drop"}, 10))
	if !slices.Equal(got, want) {
		t.Errorf("chosen %v, want %v", got, want)
	}
}

// given is a source of one choice, again and again.
type given int

func (g given) Intn(n int) int {
	if int(g) >= n {
		panic(fmt.Sprintf("a choice of %d was given, of %d asked", g, n))
	}
	return int(g)
}

// A report says of each property what the schedules said, and no more.
func TestReport(t *testing.T) {
	c := campaign(t, named(t, "perfect"))
	r, err := c.Report()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		if f.Verdict != spec.Inconclusive || !strings.HasPrefix(f.Reason, "vacuous: ") {
			t.Errorf("%s is %s (%s) before any schedule", f.Property.ID, f.Verdict, f.Reason)
		}
	}
	run(t, c, 1, 200)
	if r, err = c.Report(); err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		if f.Verdict != spec.Holds || f.Counterexample != nil || f.Tested == 0 {
			t.Errorf("%s is %s after 200 schedules: %s", f.Property.ID, f.Verdict, f.Reason)
		}
	}
	if r.Stats.Schedules != 200 || r.Stats.Steps == 0 || r.Stats.Losses == 0 || r.Stats.Timeouts == 0 {
		t.Errorf("%+v", r.Stats)
	}
}

// A schedule that breaks a property is counted by Run and not by Breaks.
func TestBreaks(t *testing.T) {
	c := campaign(t, named(t, "confirms-sending"))
	ack := slices.IndexFunc(c.judged, func(p spec.Property) bool { return p.ID == "ACK" })
	broke := 0
	for seed := range uint64(40) {
		b, err := c.Breaks(Seeded(seed, 0), ack)
		if err != nil {
			t.Fatal(err)
		}
		if b {
			broke++
		}
	}
	if broke == 0 || len(c.failing[ack]) == 0 || c.Stats() != (Stats{}) || c.Violated() != nil {
		t.Errorf("%d of 40 schedules break ACK, %d are kept, counted are %+v %v", broke, len(c.failing[ack]), c.Stats(), c.Violated())
	}
}

// What breaks the contract ends a campaign with the schedule that shows it.
func TestBroken(t *testing.T) {
	link := named(t, "stubborn")
	link.New = func(self spec.Process, _ []spec.Process) impl.Layer { return &thirdTimeout{self: self} }
	c := campaign(t, link)
	var broken *Broken
	for seed := uint64(0); broken == nil; seed++ {
		if err := c.Run(Seeded(seed, 0)); err != nil {
			var ok bool
			if broken, ok = err.(*Broken); !ok {
				t.Fatalf("error %v, want a *Broken", err)
			}
		}
		if seed == 100 {
			t.Fatal("100 schedules have no third timeout")
		}
	}
	if want := "the link at process 0, handling Timeout(1), panics: third"; broken.Error() != want {
		t.Errorf("%q, want %q", broken, want)
	}
	s := broken.Schedule
	want := `send 0>1 "a"` + strings.Repeat("; timeout 0 1", 3)
	if got := s.Inline(); got != want {
		t.Errorf("shrunk to %s, want %s", got, want)
	}
	if _, _, err := Replay(link, s, link.Guarantee.Properties...); err == nil || err.Error() != broken.Error() {
		t.Errorf("the replay says %v", err)
	}
}

// thirdTimeout panics at the third timeout of process 0.
type thirdTimeout struct {
	impl.RetransmitForever
	self     spec.Process
	timeouts byte
}

func (l *thirdTimeout) Timeout(t impl.TimerID, out *impl.Effects) {
	if l.timeouts = min(l.timeouts+1, 3); l.timeouts == 3 && l.self == 0 {
		panic("third")
	}
	l.RetransmitForever.Timeout(t, out)
}

func (l *thirdTimeout) AppendKey(b []byte) []byte {
	return append(l.RetransmitForever.AppendKey(b), l.timeouts)
}
