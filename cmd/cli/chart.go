package cli

import (
	"bufio"
	"errors"
	"flag"
	"io"
	"strings"

	"fairloss/checker"
	"fairloss/histories"
	"fairloss/spec"
)

var chartCommand = command{
	name: "chart", argument: "FILE",
	summary: "draw a history or a schedule as a space-time diagram",
	about: "Draws a history (JSON Lines), or what a schedule leads to, as text. - is standard input.\n" +
		"The event that breaks what the link claims is marked, if there is one.",
	examples: []string{
		"fairloss chart history.jsonl",
		`printf 'link perfect\nsend 0>1 "a"\nfair\n' | fairloss chart -width 64 -`,
	},
	flags: func(flags *flag.FlagSet) func(*session, string) (spec.Verdict, error) {
		name := flags.String("link", "", "the link `NAME` of a schedule, instead of the one in it")
		width := flags.Int("width", 0, "columns of the chart; 0 is those of the terminal, else 80")
		return func(s *session, file string) (spec.Verdict, error) { return drawChart(s, file, *name, *width) }
	},
}

func drawChart(s *session, file, link string, width int) (spec.Verdict, error) {
	in, err := s.open(file)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	text := bufio.NewReader(in)
	isHistory, err := beginsWithBrace(text)
	if err != nil {
		return 0, at(file, err)
	}
	var p picture
	if isHistory {
		p, err = s.pictureHistory(text, s.columns(width))
	} else {
		p, err = s.pictureSchedule(text, link, s.columns(width))
	}
	if err != nil {
		return 0, at(file, err)
	}
	if !s.json {
		return spec.Holds, p.draw(s.out)
	}
	var b strings.Builder
	if err := p.draw(&b); err != nil {
		return 0, err
	}
	return spec.Holds, s.printJSON(map[string]any{"lines": strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")})
}

// beginsWithBrace looks at the first byte that is not blank.
func beginsWithBrace(r *bufio.Reader) (bool, error) {
	for n := 1; ; n++ {
		b, err := r.Peek(n)
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, bufio.ErrBufferFull):
			return false, nil
		case err != nil:
			return false, err
		case !strings.ContainsRune(" \t\r\n", rune(b[n-1])):
			return b[n-1] == '{', nil
		}
	}
}

// pictureHistory judges a history to mark what breaks it, where its header
// says what it claims.
func (s *session) pictureHistory(r io.Reader, width int) (picture, error) {
	header, events, err := histories.ReadAll(r)
	if err != nil {
		return picture{}, err
	}
	var judgements []checker.Judgement
	if header.Guarantee != "" {
		if judgements, err = checker.History(s.ctx, header, events, s.ownProperties()...); err != nil {
			return picture{}, err
		}
	}
	p := newPicture(events, judgements, header.Processes, width)
	if link, err := s.link(header.Link); err == nil {
		p.options.Describe = link.Describer()
	}
	return p, nil
}

func (s *session) pictureSchedule(r io.Reader, link string, width int) (picture, error) {
	plan, err := schedule(r)
	if err != nil {
		return picture{}, err
	}
	run, err := s.rerun(plan, link, "")
	if err != nil {
		return picture{}, err
	}
	return run.picture(width), nil
}
