package impl

import (
	"testing"

	"fairloss/spec"
)

// kept is a layer whose fields are read.
type kept struct {
	Layer
	next  map[spec.Process]int
	list  []string
	inner *kept
}

func TestDifference(t *testing.T) {
	loop := func(text string) *kept {
		l := &kept{list: []string{text}}
		l.inner = l
		return l
	}
	for _, test := range []struct {
		name string
		a, b Layer
		want string
	}{
		{"equal", &kept{list: []string{"a"}}, &kept{list: []string{"a"}}, ""},
		{"an element", &kept{list: []string{"a"}}, &kept{list: []string{"b"}}, `field list[0]: "a" and "b"`},
		{"a length", &kept{list: []string{"a"}}, &kept{}, "field list: [a] and []"},
		{"an entry", &kept{next: map[spec.Process]int{1: 2}}, &kept{next: map[spec.Process]int{1: 3}}, "field next[1]: 2 and 3"},
		{"another entry", &kept{next: map[spec.Process]int{1: 2}}, &kept{next: map[spec.Process]int{0: 2}}, "field next: map[1:2] and map[0:2]"},
		{"behind a pointer", &kept{inner: &kept{list: []string{"a"}}}, &kept{inner: &kept{list: []string{"b"}}}, `field inner.list[0]: "a" and "b"`},
		{"nil", &kept{inner: &kept{}}, &kept{}, "field inner: a *impl.kept and nil"},
		{"a value that contains itself", loop("a"), loop("a"), ""},
		{"another that does", loop("a"), loop("b"), `field list[0]: "a" and "b"`},
		{"another type", &kept{}, &FairLossLink{}, "a *impl.kept and a *impl.FairLossLink"},
	} {
		if got := Difference(test.a, test.b); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
