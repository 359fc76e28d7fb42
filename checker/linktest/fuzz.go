package linktest

import (
	"math/rand/v2"
	"sync"
	"testing"

	"fairloss/checker/explore"
	"fairloss/impl"
)

// Fuzz gives a link to go test -fuzz: each input is the choices of one random
// schedule, and a violation is reported as Test reports it. As a plain test it
// runs a few inputs of its own and those in testdata/fuzz. With
// -fairloss.replay it runs that schedule instead.
//
// What a link has already shown is remembered, so that coverage depends on the
// inputs before: -fuzzminimizetime=10x keeps go test from spending a minute on
// each input that it finds interesting.
func Fuzz(f *testing.F, link impl.Link) {
	f.Helper()
	r := reporter{link: link, pkg: callerPackage()}
	text, err := replayed()
	if err != nil {
		f.Fatalf("-fairloss.replay: %v", err)
	}
	if text != "" {
		f.Add([]byte(nil))
		f.Fuzz(func(t *testing.T, _ []byte) { r.replay(t, text) })
		return
	}
	for seed := range uint64(4) {
		f.Add(randomBytes(seed, 256))
	}
	c, err := explore.New(link)
	if err != nil {
		f.Fatal(err)
	}
	var mu sync.Mutex // a campaign is one world
	f.Fuzz(func(t *testing.T, input []byte) {
		mu.Lock()
		defer mu.Unlock()
		bytes := given(input)
		if err := guard(link, func() error { return c.Run(&bytes) }); err != nil {
			t.Fatal(r.failure(t, err))
		}
		if len(c.Violated()) == 0 {
			return
		}
		report, err := c.Report()
		if err != nil {
			t.Fatal(err)
		}
		for _, finding := range report.Findings {
			if finding.Counterexample != nil {
				t.Error(r.violation(t, finding.Counterexample, "found by fuzzing, then minimised"))
			}
		}
		if c, err = explore.New(link); err != nil {
			t.Fatal(err)
		}
	})
}

// given is a source of choices that a fuzzer makes: one byte for each, two
// where there are more than 256, and 0 once they are used up.
type given []byte

// Intn returns the next choice, brought into the range from 0 to n-1.
func (g *given) Intn(n int) int {
	choice := 0
	for span := 1; span < n && len(*g) > 0; span <<= 8 {
		choice = choice<<8 | int((*g)[0])
		*g = (*g)[1:]
	}
	return choice % n
}

func randomBytes(seed uint64, n int) []byte {
	r := rand.New(rand.NewPCG(seed, 0))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}
