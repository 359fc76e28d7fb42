package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"fairloss/impl"
	"fairloss/impl/foreign"
)

// link returns the link of that name, for a command in whose world there is no
// time.
func (s *session) link(name string) (impl.Link, error) {
	if _, is := maelstrom(name); is {
		return impl.Link{}, fmt.Errorf("%s runs on its own time: try 'fairloss run'", name)
	}
	link, err := s.anyLink(name)
	if err == nil && link.Conditions != "" {
		err = fmt.Errorf("link %s leans on time: try 'fairloss run %[1]s'", name)
	}
	return link, err
}

// anyLink returns the link of that name, or the one that the program of that
// name is.
func (s *session) anyLink(name string) (impl.Link, error) {
	var names []string
	for _, l := range s.registry {
		if l.Name == name {
			return l, nil
		}
		names = append(names, l.Name)
	}
	if command, is := maelstrom(name); is {
		return s.broadcast(name, command), nil
	}
	if command := program(name); command != nil {
		return s.foreign(name, command)
	}
	if _, err := os.Stat(name); err == nil {
		return impl.Link{}, fmt.Errorf("%s is no link, and no path of an executable file (chmod +x, or name its interpreter, as in 'python3 mylink.py')", name)
	}
	return impl.Link{}, fmt.Errorf("unknown link %q%s (fairloss list shows all)", name, suggest(name, names))
}

// isProgram reports whether anyLink would start a program.
func (s *session) isProgram(name string) bool {
	return program(name) != nil && !slices.ContainsFunc(s.registry, func(l impl.Link) bool { return l.Name == name })
}

// program returns the command that a name is, nil where it is none: a command
// line of several words, which nothing quotes, or the path of an executable
// file.
func program(name string) []string {
	words := strings.Fields(name)
	if len(words) < 2 {
		file, err := os.Stat(name)
		if err != nil || !file.Mode().IsRegular() || file.Mode()&0o111 == 0 || !strings.ContainsRune(name, os.PathSeparator) {
			return nil
		}
	}
	return words
}

// foreign returns the link that a program is, and starts that once. The link
// has the name of the program, so that a schedule finds it again.
func (s *session) foreign(name string, command []string) (impl.Link, error) {
	p, started := s.programs[name]
	if !started {
		var err error
		if p, err = foreign.Start(command...); err != nil {
			return impl.Link{}, err
		}
		if s.programs == nil {
			s.programs = map[string]*foreign.Program{}
		}
		s.programs[name] = p
		s.closers = append(s.closers, p)
	}
	link := p.Link()
	link.Name = name
	return link, nil
}

// maelstrom returns the command of a program that speaks the message format of
// Maelstrom: what follows that word.
func maelstrom(name string) (command []string, is bool) {
	words := strings.Fields(name)
	if len(words) < 2 || words[0] != "maelstrom" {
		return nil, false
	}
	return words[1:], true
}

// broadcast returns the link that programs for the broadcast workload are.
func (s *session) broadcast(name string, command []string) impl.Link {
	b := foreign.NewBroadcast(command...)
	b.Silence = s.silence
	s.closers = append(s.closers, b)
	link := b.Link()
	link.Name = name
	return link
}

// closePrograms ends what was started.
func (s *session) closePrograms() {
	for _, c := range s.closers {
		if err := c.Close(); err != nil {
			fmt.Fprintf(s.err, "fairloss: %v\n", err)
		}
	}
}
