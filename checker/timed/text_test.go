package timed

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
)

const everything = "seed=7 end=20s delay=1ms..5ms early=2ms..400ms until=3s edges=0.5 loss=0.2 dup=0.1 bandwidth=1000 queue=8 inbox=16 " +
	"send=0>1:100@0s/1ms send=*>0:1@1s/0s drift=1:-200ppm drift=*:3ppm jump=1@3s:-50ms pause=1@2s..3s down=0@0s..1s down=2@3s work=*:20µs"

func TestText(t *testing.T) {
	for _, text := range []string{"", everything, "delay=5ms"} {
		c, err := Parse(text)
		if err != nil || c.String() != text {
			t.Errorf("%q is read as %q, %v", text, c, err)
		}
	}
	c, _ := Parse("  inbox=3\t,delay=1ms..1ms\n")
	if want := "delay=1ms inbox=3"; c.String() != want {
		t.Errorf("got %q, want %q", c, want)
	}
}

func TestTextErrors(t *testing.T) {
	for text, want := range map[string]string{
		"speed=3":                        `unknown word "speed=3"`,
		"loss":                           `"loss": strconv.ParseFloat`,
		"loss=0.1 loss=0.2":              `"loss=0.2": loss is there twice`,
		"loss=x":                         `"loss=x"`,
		"end=5":                          "missing unit",
		"delay=1ms..":                    `"delay=1ms.."`,
		"send=0>1":                       "want FROM>TO:COUNT@START/EVERY",
		"send=a>1:1@0s/0s":               `"a"`,
		"send=0>-2:1@0s/0s":              "process -2",
		"drift=1":                        "want PROCESS:NUMBERppm",
		"drift=1:2s":                     `"2s"`,
		"jump=1:3s":                      "want PROCESS@TIME:BY",
		"pause=1":                        "want PROCESS@FROM..TO",
		"work=1@2s":                      "want PROCESS:TIME",
		"seed=-1":                        `"-1"`,
		"delay=1ms..5ms x=1":             `unknown word "x=1"`,
		"bandwidth=99999999999999999999": "out of range",
	} {
		c, err := Parse(text)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "conditions: ") {
			t.Errorf("%q is read as %q, %v, want an error with %q", text, c, err, want)
		}
	}
}

// The zero value is left out, so that what is parsed may be less than what was
// there: an empty list is no list.
func FuzzText(f *testing.F) {
	for word := range strings.FieldsSeq(everything) {
		f.Add(word)
	}
	f.Add(everything)
	f.Add("loss=NaN edges=1e-9 dup=Inf end=-1h0m0.5s delay=5ms..1ms")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(c.String())
		if err != nil || again.String() != c.String() {
			t.Fatalf("%q is spelled %q, which is read as %q, %v", text, c, again, err)
		}
		if err := c.Check(3); err == nil && !reflect.DeepEqual(c, again) {
			t.Fatalf("%#v is read back as %#v", c, again)
		}
	})
}

func TestCheck(t *testing.T) {
	c, _ := Parse(everything)
	if err := c.Check(3); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"loss=1.5":               "probability 1.5",
		"edges=-1":               "probability -1",
		"dup=NaN":                "probability NaN",
		"queue=-1":               "limit -1",
		"end=-1s":                "time -1s",
		"work=0:-1s":             "time -1s",
		"until=2h":               "time 2h0m0s",
		"delay=5ms..1ms":         "want the shorter one first",
		"drift=3:1ppm":           "process 3: there are 3",
		"drift=1:600000ppm":      "want -500000 to 500000 ppm",
		"jump=1@0s:2h":           "want at most 1h0m0s",
		"pause=1@2s..1s":         "ends before it begins",
		"send=1>1:1@0s/0s":       "from one process to another",
		"send=0>1:-1@0s/0s":      "from one process to another",
		"send=0>1:1@-1s/0s":      "time -1s",
		"send=0>1:9999999@0s/0s": "want 0 to 1048576",
	} {
		c, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Check(3); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want an error with %q", text, err, want)
		}
	}
}

// Steps towards calm end in calm, and no step is a step back.
func TestCalmer(t *testing.T) {
	c, _ := Parse(everything)
	for steps := 0; ; steps++ {
		list := c.Calmer()
		if len(list) == 0 {
			break
		}
		if steps > 1000 {
			t.Fatalf("no end of calmer conditions: %v", c)
		}
		for _, calmer := range list {
			if calmer.String() == c.String() || calmer.Check(3) != nil {
				t.Fatalf("%v is a step from %v: %v", calmer, c, calmer.Check(3))
			}
		}
		c = list[len(list)-1]
	}
	if len(c.Drifts)+len(c.Jumps)+len(c.Pauses)+len(c.Downs)+len(c.Works)+len(c.Sends) > 0 || c.Loss+c.Duplicate > 0 {
		t.Errorf("the end of all steps is %v", c)
	}
}

func TestWithin(t *testing.T) {
	worst, _ := Parse(everything)
	random := rand.New(rand.NewPCG(5, 6))
	seen := map[string]bool{}
	for range 500 {
		c := worst.within(random)
		if err := c.Check(3); err != nil {
			t.Fatalf("%v: %v", c, err)
		}
		if c.Loss > worst.Loss || c.Delay.Max > worst.Delay.Max || c.Delay.Min != worst.Delay.Min || len(c.Jumps) > 1 || len(c.Sends) != 2 {
			t.Fatalf("%v is worse than %v", c, worst)
		}
		for _, j := range c.Jumps {
			if j.By < -50*time.Millisecond || j.By > 0 {
				t.Fatalf("%v is worse than %v", c, worst)
			}
		}
		seen[c.String()] = true
	}
	if len(seen) < 400 {
		t.Errorf("500 draws are %d conditions", len(seen))
	}
	if worst.String() != everything {
		t.Errorf("drawing has changed %v", worst)
	}
}
