package cli

import (
	"fmt"
	"strings"

	"fairloss/impl"
)

// suggest returns "; did you mean NAME?" for the name that is most like what
// was typed, else "" .
func suggest(typed string, names []string) string {
	best, least := "", len(typed)/2+1
	for _, name := range names {
		d := distance(typed, name)
		if typed != "" && strings.HasPrefix(name, typed) {
			d = 0
		}
		if d < least {
			best, least = name, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// distance counts the bytes to insert, delete or replace to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

// link returns the link of that name, for a command in whose world there is no
// time.
func (s *session) link(name string) (impl.Link, error) {
	link, err := s.anyLink(name)
	if err == nil && link.Conditions != "" {
		err = fmt.Errorf("link %s leans on time: try 'fairloss run %[1]s'", name)
	}
	return link, err
}

// anyLink returns the link of that name.
func (s *session) anyLink(name string) (impl.Link, error) {
	var names []string
	for _, l := range s.registry {
		if l.Name == name {
			return l, nil
		}
		names = append(names, l.Name)
	}
	return impl.Link{}, fmt.Errorf("unknown link %q%s (fairloss list shows all)", name, suggest(name, names))
}
