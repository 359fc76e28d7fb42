package explore_test

import (
	"bytes"
	"fmt"
	"math/bits"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"fairloss/checker/explore"
	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/spec"
)

// models is the folder of the Promela models.
const models = "../../spec/promela"

// verifier is a program that SPIN made of a model.
type verifier struct {
	dir, program string
}

// spun is what a verifier reports.
type spun struct {
	states, transitions int
	bytes               float64 // memory of the search
	elapsed             time.Duration
}

// needSpin skips a test where SPIN or a C compiler is missing, unless the
// environment demands them.
func needSpin(t *testing.T) {
	t.Helper()
	for _, program := range []string{"spin", "gcc"} {
		_, err := exec.LookPath(program)
		switch {
		case err == nil:
		case os.Getenv("FAIRLOSS_REQUIRE_SPIN") != "":
			t.Fatalf("%s is not installed, and FAIRLOSS_REQUIRE_SPIN is set: %v", program, err)
		default:
			t.Skipf("%s is not installed: %v", program, err)
		}
	}
}

// change replaces the only occurrence of a text in a model.
type change struct{ from, to string }

// generate lets SPIN make the verifier of a model, and the compiler build it.
// Partial-order reduction is off: every state counts.
func generate(t *testing.T, model string, defines []string, c change, flags ...string) verifier {
	t.Helper()
	v := verifier{dir: t.TempDir(), program: "pan"}
	for _, file := range []string{"each.h", model} {
		text, err := os.ReadFile(filepath.Join(models, file))
		if err != nil {
			t.Fatal(err)
		}
		if file == model && c.from != "" {
			if n := bytes.Count(text, []byte(c.from)); n != 1 {
				t.Fatalf("%s has %q %d times, want once", file, c.from, n)
			}
			text = bytes.Replace(text, []byte(c.from), []byte(c.to), 1)
		}
		if err := os.WriteFile(filepath.Join(v.dir, file), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	v.run(t, "spin", append(append([]string{"-a"}, defines...), model)...)
	v.compile(t, v.program, flags...)
	return v
}

// compile does not optimise, unless the flags say otherwise: most verifiers run
// for less time than that takes.
func (v verifier) compile(t *testing.T, program string, flags ...string) {
	t.Helper()
	v.run(t, "gcc", append(flags, "-w", "-DSAFETY", "-DNOREDUCE", "-DNOFAIR", "-o", program, "pan.c")...)
}

func (v verifier) run(t *testing.T, program string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = v.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// search runs the verifier, with a hash table for the expected number of
// states. A path longer than its stack would fail the test.
func (v verifier) search(t *testing.T, states int) spun {
	t.Helper()
	out := v.run(t, filepath.Join(v.dir, v.program), "-n", "-m100000", fmt.Sprintf("-w%d", max(16, bits.Len(uint(states)))))
	if strings.Contains(out, "max search depth too small") || !strings.Contains(out, "errors: 0") {
		t.Fatalf("the search of SPIN is not complete:\n%s", out)
	}
	return spun{
		states:      int(figure(t, out, `(\S+) states, stored`)),
		transitions: int(figure(t, out, `(\S+) transitions`)),
		bytes:       figure(t, out, `(\S+)\s+total actual memory usage`) * (1 << 20),
		elapsed:     time.Duration(figure(t, out, `elapsed time (\S+) seconds`) * float64(time.Second)),
	}
}

func figure(t *testing.T, text, pattern string) float64 {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("the report of SPIN has no %s:\n%s", pattern, text)
	}
	x, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// exhaust lets the application of process 0 send m different messages to
// process 1, with so many workers, and judges the guarantee of the link: what its monitors remember
// of the deliveries is part of the state.
func exhaust(t *testing.T, link impl.Link, m, workers int) explore.Coverage {
	t.Helper()
	var workload []world.Request
	for i := range m {
		workload = append(workload, world.Request{From: 0, To: 1, Message: spec.Message("abcdefgh"[i : i+1])})
	}
	r, err := explore.Exhaust(t.Context(), link, link.Guarantee.Properties, explore.Bounds{Workload: workload, Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	if !r.Coverage.Complete {
		t.Fatalf("the search of %s with %d messages is not complete", link.Name, m)
	}
	return r.Coverage
}
