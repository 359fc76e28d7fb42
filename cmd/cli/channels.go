package cli

import (
	"fmt"
	"strings"

	"fairloss/spec"
)

// channels is a list of channels as a flag: "0>1,1>0".
type channels []spec.Channel

// String returns the channels separated by commas.
func (c *channels) String() string {
	list := make([]string, len(*c))
	for i, one := range *c {
		list[i] = one.String()
	}
	return strings.Join(list, ",")
}

// Set is the inverse of String.
func (c *channels) Set(text string) error {
	var list channels
	column := 1
	for _, item := range strings.Split(text, ",") {
		one, err := spec.ParseChannel(item)
		if err != nil {
			return fmt.Errorf("column %d: channel %q: %w", column, item, err)
		}
		list = append(list, one)
		column += len(item) + len(",")
	}
	*c = list
	return nil
}

// among says which channel leads from or to a process beyond n, where there are
// at least two.
func (c channels) among(n int) error {
	for _, one := range c {
		if p := max(one.From, one.To); n > 1 && int(p) >= n {
			return fmt.Errorf("channel %s: there are %d processes, and none is number %d", one, n, p)
		}
	}
	return nil
}
