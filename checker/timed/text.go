package timed

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"fairloss/spec"
)

// String returns the conditions as one line that Parse reads. What is zero is
// left out.
func (c Conditions) String() string {
	var words []string
	word := func(key, value string, set bool) {
		if set {
			words = append(words, key+"="+value)
		}
	}
	probability := func(p float64) string { return strconv.FormatFloat(p, 'g', -1, 64) }
	word("seed", strconv.FormatUint(c.Seed, 10), c.Seed != 0)
	word("end", c.End.String(), c.End != 0)
	word("delay", c.Delay.String(), c.Delay != Range{})
	word("early", c.Early.String(), c.Early != Range{})
	word("until", c.Until.String(), c.Until != 0)
	word("edges", probability(c.Edges), c.Edges != 0)
	word("loss", probability(c.Loss), c.Loss != 0)
	word("dup", probability(c.Duplicate), c.Duplicate != 0)
	word("bandwidth", strconv.Itoa(c.Bandwidth), c.Bandwidth != 0)
	word("queue", strconv.Itoa(c.Queue), c.Queue != 0)
	word("inbox", strconv.Itoa(c.Inbox), c.Inbox != 0)
	for _, s := range c.Sends {
		word("send", s.String(), true)
	}
	for _, d := range c.Drifts {
		word("drift", d.String(), true)
	}
	for _, s := range c.Jumps {
		word("jump", s.String(), true)
	}
	for _, i := range c.Pauses {
		word("pause", i.String(), true)
	}
	for _, i := range c.Downs {
		word("down", i.String(), true)
	}
	for _, w := range c.Works {
		word("work", spell(w.Process)+":"+w.For.String(), true)
	}
	return strings.Join(words, " ")
}

// String returns both ends, as 1ms..5ms, or one where they are the same.
func (r Range) String() string {
	if r.Min == r.Max {
		return r.Min.String()
	}
	return r.Min.String() + ".." + r.Max.String()
}

// String returns the stream, as 0>1:100@0s/1ms.
func (s Stream) String() string {
	return fmt.Sprintf("%s>%s:%d@%v/%v", spell(s.From), spell(s.To), s.Count, s.Start, s.Every)
}

// String returns the drift, as 1:200ppm.
func (d Drift) String() string { return fmt.Sprintf("%s:%dppm", spell(d.Process), d.PPM) }

// String returns the jump, as 1@3s:-50ms.
func (s Jump) String() string { return fmt.Sprintf("%s@%v:%v", spell(s.Process), s.At, s.By) }

// String returns the interval, as 1@2s..3s, or 1@2s where it has no end.
func (i Interval) String() string {
	if i.To == 0 {
		return fmt.Sprintf("%s@%v", spell(i.Process), i.From)
	}
	return fmt.Sprintf("%s@%v..%v", spell(i.Process), i.From, i.To)
}

func spell(p spec.Process) string {
	if p == Everyone {
		return "*"
	}
	return strconv.Itoa(int(p))
}

// Parse is the inverse of Conditions.String. Words may come in any order, with
// blanks or commas between them; one for a list may come again. An error names the word.
func Parse(text string) (Conditions, error) {
	var c Conditions
	seen := map[string]bool{}
	separator := func(r rune) bool { return r == ',' || unicode.IsSpace(r) }
	for word := range strings.FieldsFuncSeq(text, separator) {
		key, value, _ := strings.Cut(word, "=")
		read, list := c.reader(key)
		switch {
		case read == nil:
			return Conditions{}, fmt.Errorf("conditions: unknown word %q", word)
		case seen[key] && !list:
			return Conditions{}, fmt.Errorf("conditions: %q: %s is there twice", word, key)
		}
		seen[key] = true
		if err := read(value); err != nil {
			return Conditions{}, fmt.Errorf("conditions: %q: %w", word, err)
		}
	}
	return c, nil
}

// reader returns what reads the value of a key, nil where there is no such key,
// and whether the key may come again.
func (c *Conditions) reader(key string) (read func(string) error, list bool) {
	switch key {
	case "seed":
		return func(s string) (err error) { c.Seed, err = strconv.ParseUint(s, 10, 64); return err }, false
	case "end":
		return into(&c.End, time.ParseDuration), false
	case "delay":
		return into(&c.Delay, parseRange), false
	case "early":
		return into(&c.Early, parseRange), false
	case "until":
		return into(&c.Until, time.ParseDuration), false
	case "edges":
		return into(&c.Edges, parseProbability), false
	case "loss":
		return into(&c.Loss, parseProbability), false
	case "dup":
		return into(&c.Duplicate, parseProbability), false
	case "bandwidth":
		return into(&c.Bandwidth, strconv.Atoi), false
	case "queue":
		return into(&c.Queue, strconv.Atoi), false
	case "inbox":
		return into(&c.Inbox, strconv.Atoi), false
	case "send":
		return onto(&c.Sends, parseStream), true
	case "drift":
		return onto(&c.Drifts, parseDrift), true
	case "jump":
		return onto(&c.Jumps, parseJump), true
	case "pause":
		return onto(&c.Pauses, parseInterval), true
	case "down":
		return onto(&c.Downs, parseInterval), true
	case "work":
		return onto(&c.Works, parseWork), true
	}
	return nil, false
}

func into[T any](place *T, parse func(string) (T, error)) func(string) error {
	return func(s string) (err error) {
		*place, err = parse(s)
		return err
	}
}

func onto[T any](list *[]T, parse func(string) (T, error)) func(string) error {
	return func(s string) error {
		v, err := parse(s)
		*list = append(*list, v)
		return err
	}
}

func parseProbability(s string) (float64, error) { return strconv.ParseFloat(s, 64) }

// parseRange reads 1ms..5ms, or 5ms for 5ms..5ms.
func parseRange(s string) (r Range, err error) {
	first, last, both := strings.Cut(s, "..")
	if r.Min, err = time.ParseDuration(first); err != nil || !both {
		return Range{r.Min, r.Min}, err
	}
	r.Max, err = time.ParseDuration(last)
	return r, err
}

func parseProcess(s string) (spec.Process, error) {
	if s == "*" {
		return Everyone, nil
	}
	n, err := strconv.Atoi(s)
	if err == nil && n < 0 {
		err = fmt.Errorf("process %d", n)
	}
	return spec.Process(n), err
}

// split cuts s at the separators, in their order, each of which must be there.
func split(s, form string, separators ...string) ([]string, error) {
	var parts []string
	for _, sep := range separators {
		part, rest, found := strings.Cut(s, sep)
		if !found {
			return nil, fmt.Errorf("want %s", form)
		}
		parts, s = append(parts, part), rest
	}
	return append(parts, s), nil
}

func parseStream(text string) (s Stream, err error) {
	parts, err := split(text, "FROM>TO:COUNT@START/EVERY", ">", ":", "@", "/")
	if err != nil {
		return s, err
	}
	if s.From, err = parseProcess(parts[0]); err != nil {
		return s, err
	}
	if s.To, err = parseProcess(parts[1]); err != nil {
		return s, err
	}
	if s.Count, err = strconv.Atoi(parts[2]); err != nil {
		return s, err
	}
	if s.Start, err = time.ParseDuration(parts[3]); err != nil {
		return s, err
	}
	s.Every, err = time.ParseDuration(parts[4])
	return s, err
}

func parseDrift(text string) (d Drift, err error) {
	parts, err := split(strings.TrimSuffix(text, "ppm"), "PROCESS:NUMBERppm", ":")
	if err != nil {
		return d, err
	}
	if d.Process, err = parseProcess(parts[0]); err == nil {
		d.PPM, err = strconv.Atoi(parts[1])
	}
	return d, err
}

func parseJump(text string) (j Jump, err error) {
	parts, err := split(text, "PROCESS@TIME:BY", "@", ":")
	if err != nil {
		return j, err
	}
	if j.Process, err = parseProcess(parts[0]); err != nil {
		return j, err
	}
	if j.At, err = time.ParseDuration(parts[1]); err == nil {
		j.By, err = time.ParseDuration(parts[2])
	}
	return j, err
}

func parseInterval(text string) (i Interval, err error) {
	parts, err := split(text, "PROCESS@FROM..TO", "@")
	if err != nil {
		return i, err
	}
	if i.Process, err = parseProcess(parts[0]); err != nil {
		return i, err
	}
	from, to, ends := strings.Cut(parts[1], "..")
	if i.From, err = time.ParseDuration(from); err == nil && ends {
		i.To, err = time.ParseDuration(to)
	}
	return i, err
}

func parseWork(text string) (w Work, err error) {
	parts, err := split(text, "PROCESS:TIME", ":")
	if err != nil {
		return w, err
	}
	if w.Process, err = parseProcess(parts[0]); err == nil {
		w.For, err = time.ParseDuration(parts[1])
	}
	return w, err
}
