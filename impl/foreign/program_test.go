package foreign

import (
	"errors"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"fairloss/checker/explore"
	"fairloss/checker/world"
	"fairloss/impl"
	"fairloss/spec"
)

const (
	plain = `{"fairloss":1,"name":"scripted","guarantee":"perfect"}`
	empty = `{"n":$n,"effects":[]}`
)

// script starts a program that writes these lines. It is closed at the end.
func script(t *testing.T, lines ...string) (*Program, error) {
	t.Helper()
	p, err := Start(append([]string{os.Args[0], "script"}, lines...)...)
	if err == nil {
		p.limit = time.Minute
		t.Cleanup(func() { p.Close() })
	}
	return p, err
}

// tried calls a handler and returns the error of the impl.Fault that it panics
// with, nil where it does not.
func tried(handler func(out *impl.Effects)) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = r.(impl.Fault).Err
		}
	}()
	handler(&impl.Effects{})
	return nil
}

func demand(t *testing.T, err error, wants ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range wants {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error is\n%v\nwhich lacks\n%s", err, want)
		}
	}
}

func TestHellos(t *testing.T) {
	for _, test := range []struct{ line, want string }{
		{`hello`, "line 1 of its output, the hello, is no JSON at column 1: "},
		{``, "the hello, is empty"},
		{`{"fairloss":1,`, "the hello, is JSON that is cut short"},
		{`{} {}`, "the hello, goes on after a JSON object, at column "},
		{`[]`, "the hello, cannot be read: "},
		{`{"name":"a","guarantee":"fifo"}`, `has "fairloss" 0, want the version 1`},
		{`{"fairloss":2,"name":"a","guarantee":"fifo"}`, `has "fairloss" 2, want the version 1`},
		{`{"fairloss":1,"guarantee":"fifo"}`, `has the "name" "", want a word`},
		{`{"fairloss":1,"name":"a b","guarantee":"fifo"}`, `has the "name" "a b", want a word`},
		{`{"fairloss":1,"name":"a"}`, `has a "guarantee" that is none: unknown guarantee ""`},
		{`{"fairloss":1,"name":"a","guarantee":"fifo","network":"wet"}`, `has a "network" that is none: unknown network "wet"`},
		{`{"fairloss":1,"name":"a","guarantee":"fifo","processes":16}`, `has "processes" 16, want 2 to 15`},
		{`{"fairloss":1,"name":"a","guarantee":"fifo","messages":["€"]}`, `the character U+20AC, which is no byte`},
		{`{"fairloss":1,"name":"a","guarantee":"fifo","offers":["magic"]}`, `offers "magic", want some of`},
		{`{"fairloss":1,"name":"a","guarantee":"fifo","offers":["key","key"]}`, `offers "key", want some of key, restore, recover, confirmed, ready, held, each once`},
		{`{"fairloss":1,"name":"a","guarantee":"fifo","offers":["restore"]}`, `offers restore without key`},
		{`{"fairloss":1,"name":"a","guarantee":"fifo","color":1}`, `unknown field "color"`},
		{`exit:3`, "it exited with status 3 before it wrote a hello"},
		{`cut:{"fair`, `its output ends in the middle of line 1, {"fair, before it wrote a hello`},
		{`long`, "line 1 of its output, the hello, is longer than 1048576 bytes: xxx"},
	} {
		t.Run(test.line, func(t *testing.T) {
			_, err := script(t, test.line)
			demand(t, err, test.want)
			if !strings.Contains(test.line, ":3") && test.line != "long" && !strings.HasPrefix(test.line, "cut:") {
				demand(t, err, test.line)
			}
		})
	}
}

func TestCommands(t *testing.T) {
	_, err := Start()
	demand(t, err, "foreign: no command")
	_, err = Start("/no/such/program", "-x")
	demand(t, err, "foreign: ", "no such file")
}

// TestAnswers demands that each answer that is none is an error that quotes it
// and what it answers, both with the numbers of their lines.
func TestAnswers(t *testing.T) {
	for _, test := range []struct{ hello, line, want string }{
		{plain, `what?`, "is no JSON at column 1: "},
		{plain, ``, "is empty, want a JSON object"},
		{plain, `{"n":$n,"effects":[`, "is JSON that is cut short"},
		{plain, `{"effects":[]}`, `has no "n", want 2`},
		{plain, `{"n":1,"effects":[]}`, `has "n" 1, want 2: one answer for each event, in order`},
		{plain, `{"n":"$n","effects":[]}`, "cannot be read: "},
		{plain, `{"n":$n}`, `has no "effects", want a list, as []`},
		{plain, `{"n":$n,"effects":null}`, `has no "effects", want a list, as []`},
		{plain, `{"n":$n,"effects":[],"key":"a"}`, `has a "key", which the hello does not offer`},
		{offering("key"), `{"n":$n,"effects":[],"key":5}`, "cannot be read: "},
		{offering("ready"), `{"n":$n,"effects":[]}`, `has no "ready", which the hello offers`},
		{offering("ready"), `{"n":$n,"effects":[],"ready":[0]}`, `is "ready" for process 0, which is no peer`},
		{offering("held"), `{"n":$n,"effects":[],"held":-1}`, `has "held" -1, want 0 or more`},
		{plain, `{"n":$n,"effects":[{"do":"transmitt"}]}`, `has effect 1, which does "transmitt", want one of canceltimer, commit, `},
		{plain, `{"n":$n,"effects":[{"to":1,"packet":"a"}]}`, `which does "", want one of`},
		{plain, `{"n":$n,"effects":[{"do":"transmit","packet":"a"}]}`, `does "transmit" without "to"`},
		{plain, `{"n":$n,"effects":[{"do":"canceltimer","timer":1},{"do":"deliver","from":1,"message":"a","to":1}]}`, `has effect 2, which does "deliver" with "to", which it has not`},
		{plain, `{"n":$n,"effects":[{"do":"transmit","to":0,"packet":"a"}]}`, `names process 0, which is no peer`},
		{plain, `{"n":$n,"effects":[{"do":"transmit","to":-1,"packet":"a"}]}`, `names process -1, which is no peer`},
		{plain, `{"n":$n,"effects":[{"do":"transmit","to":1,"packet":"\u0100"}]}`, `the character U+0100, which is no byte`},
		{plain, `{"n":$n,"effects":[{"do":"transmit","to":1,"packet":"\ud800"}]}`, `the character U+FFFD, which is no byte`},
		{plain, `{"n":$n,"effects":[{"do":"settimer","timer":1,"at_least_ms":2,"at_most_ms":1}]}`, `sets a timer to 2 to 1 ms, want`},
		{plain, `{"n":$n,"effects":[{"do":"settimer","timer":1,"at_least_ms":0,"at_most_ms":1}]}`, `sets a timer to 0 to 1 ms, want`},
		{plain, `{"n":$n,"effects":[{"do":"settimer","timer":1,"at_least_ms":1,"at_most_ms":1e13}]}`, `sets a timer to 1 to 1e+13 ms, want`},
		{plain, `{"n":$n,"effects":[{"do":"settimer","timer":-1,"at_least_ms":1,"at_most_ms":1}]}`, `cannot be read: `},
		{plain, `{"n":$n,"effects":[{"do":"canceltimer","timer":9007199254740992}]}`, `names timer 9007199254740992, want at most 9007199254740991`},
		{plain, `{"n":$n,"effects":[{"do":"commit","stable":"","deliveries":[{"from":1}]}]}`, `has a delivery without "from" or without "message"`},
		{plain, `{"n":$n,"effects":[{"do":"commit","stable":"","deliveries":[{"from":7,"message":"a"}]}]}`, `names process 7, which is no peer`},
		{plain, `{"n":$n,"effects":[{"do":"store","stable":"","now":1}]}`, `unknown field "now"`},
	} {
		t.Run(test.line, func(t *testing.T) {
			first := empty
			if word := between(test.hello, `["`, `"]`); word != "" {
				first = `{"n":$n,"effects":[],"` + word + `":` + map[string]string{"key": `""`, "ready": `[]`, "held": `0`}[word] + `}`
			}
			p, err := script(t, test.hello, first, "stderr:what a pity", test.line)
			if err != nil {
				t.Fatal(err)
			}
			l := p.Link().New(0, []spec.Process{1})
			if err := tried(l.Init); err != nil {
				t.Fatal(err)
			}
			err = tried(func(out *impl.Effects) { l.Send(1, "m", out) })
			quoted := strings.ReplaceAll(test.line, "$n", "2")
			demand(t, err, "line 3 of its output ", test.want, quoted,
				`(it answered line 2 of its input, {"n":2,"instance":1,"event":"send","to":1,"message":"m"})`, "what a pity")
			again := tried(func(out *impl.Effects) { l.Timeout(1, out) })
			if again == nil || again.Error() != err.Error() {
				t.Errorf("after the error the program is asked again: %v", again)
			}
		})
	}
}

func offering(word string) string {
	return strings.Replace(plain, "}", `,"offers":["`+word+`"]}`, 1)
}

func between(s, left, right string) string {
	_, s, found := strings.Cut(s, left)
	s, _, _ = strings.Cut(s, right)
	if !found {
		return ""
	}
	return s
}

// TestEnds demands that a program which ends, says too much, or nothing, is an
// error of the campaign that names the event, not a panic.
func TestEnds(t *testing.T) {
	for _, test := range []struct {
		name  string
		lines []string
		want  string
	}{
		{"exits", []string{empty, empty, "stderr:Traceback: line 7", "exit:1"}, "it exited with status 1 before it answered line "},
		{"exits in good order", []string{empty, empty, "exit:0"}, "it exited before it answered line "},
		{"cuts a line", []string{empty, empty, `cut:{"n":3,`}, `its output ends in the middle of line 4, {"n":3,, before it answered line `},
		{"says too much", []string{empty, empty, "long"}, "of its output is longer than 1048576 bytes: xxx"},
		{"is silent", []string{empty, empty, "hang"}, "passed before it answered line "},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := script(t, append([]string{plain}, test.lines...)...)
			if err != nil {
				t.Fatal(err)
			}
			if test.name == "is silent" {
				p.limit = 100 * time.Millisecond
			}
			c, err := explore.New(p.Link())
			for seed := uint64(0); err == nil && seed < 1000; seed++ {
				err = c.Run(explore.Seeded(seed, 0))
			}
			var failure *world.Failure
			if !errors.As(err, &failure) {
				t.Fatalf("%v is no failure of the link", err)
			}
			demand(t, err, "the link at process ", "fails: "+os.Args[0]+" script ", test.want)
			if test.name == "exits" {
				demand(t, err, "\nits standard error ends:\n    Traceback: line 7")
			}
		})
	}
}

// TestStubborn demands that a program which does not end is ended, with what it
// has started.
func TestStubborn(t *testing.T) {
	p, err := script(t, "fork", plain, "hang")
	if err != nil {
		t.Fatal(err)
	}
	l := p.Link().New(0, []spec.Process{1})
	p.limit = time.Millisecond
	demand(t, tried(l.Init), "1ms passed before it answered line 1", "orphan ")
	orphan, err := strconv.Atoi(strings.TrimPrefix(p.child.stderr.String(), "orphan "))
	if err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if _, err = os.Stat("/proc/" + strconv.Itoa(orphan)); err != nil {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("process %d was left behind", orphan)
}

// TestClose demands that a program which ignores the end of its input is
// killed, and told of.
func TestClose(t *testing.T) {
	p, err := Start(os.Args[0], "script", plain, empty, "hang")
	if err != nil {
		t.Fatal(err)
	}
	l := p.Link().New(0, []spec.Process{1})
	if err := tried(l.Init); err != nil {
		t.Fatal(err)
	}
	p.child.in.Write([]byte("\n")) // now it hangs
	p.grace = time.Millisecond
	demand(t, p.Close(), "did not exit within 1ms after the end of its input, and was killed")
	demand(t, tried(p.Link().New(0, []spec.Process{1}).Init), "before it answered line 2")
	runtime.KeepAlive(l) // or line 2 may say that it is dropped
}

// TestNoneLeft demands that of many programs, however they end, none is left:
// TestMain looks for them too.
func TestNoneLeft(t *testing.T) {
	before := len(children(os.Getpid()))
	for i := range 40 {
		last := []string{empty, "hang", "exit:1", "nonsense"}[i%4]
		p, err := Start(os.Args[0], "script", plain, last)
		if err != nil {
			t.Fatal(err)
		}
		if last == "hang" {
			p.limit = time.Millisecond
		}
		if err := tried(p.Link().New(0, []spec.Process{1}).Init); (err == nil) != (last == empty) {
			t.Errorf("%s: %v", last, err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
	if now := len(children(os.Getpid())); now > before {
		t.Errorf("%d programs before, %d after", before, now)
	}
}

// TestDrop demands that the program may forget the instances that nobody has.
func TestDrop(t *testing.T) {
	p, err := script(t, plain)
	if err != nil {
		t.Fatal(err)
	}
	p.forget(4)
	p.forget(2)
	p.dropGone()
	p.append(&event{kind: initialise, instance: 9, self: 1, peers: []spec.Process{0, 2}})
	const want = `{"n":1,"instance":4,"event":"drop"}
{"n":2,"instance":2,"event":"drop"}
{"n":3,"instance":9,"event":"init","self":1,"peers":[0,2]}
`
	if got := string(p.lines); got != want {
		t.Errorf("the program is told\n%swant\n%s", got, want)
	}
}
