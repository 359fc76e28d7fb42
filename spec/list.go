package spec

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// ErrUnknownProperty is what the error of ParseProperty wraps where the text is
// well formed and names a property that is not in the list: one of a
// contributor's own, perhaps.
var ErrUnknownProperty = errors.New("unknown property")

// family is all properties of one ID, one for each choice of its parameters.
type family struct {
	example    Property
	parameters []parameter
	make       func(v []value) Property
}

// parameter says what values a parameter of a family has, and how they are read.
type parameter struct {
	name     string
	want     string
	optional bool // zero where it is left out
	read     func(text string) (v value, ok bool)
}

// value is the value of a parameter.
type value struct {
	n    int64 // of a count, or nanoseconds
	text string
}

func count(name string) parameter {
	return parameter{name: name, want: "a number from 0 on", read: func(text string) (value, bool) {
		n, err := strconv.ParseUint(text, 10, 31)
		return value{n: int64(n)}, err == nil
	}}
}

func text(name string) parameter {
	return parameter{name: name, want: `a quoted text, as "H"`, optional: true, read: func(text string) (value, bool) {
		s, err := strconv.Unquote(text)
		return value{text: s}, err == nil && s != ""
	}}
}

func duration(name string) parameter {
	return parameter{name: name, want: "a duration from 0s on, as 10ms", read: func(text string) (value, bool) {
		d, err := time.ParseDuration(text)
		return value{n: int64(d)}, err == nil && d >= 0
	}}
}

// families is the list of the properties with parameters, each with an example.
var families = []family{
	{
		Bounded(2, 3),
		[]parameter{count("window"), count("buffer")},
		func(v []value) Property { return Bounded(int(v[0].n), int(v[1].n)) },
	},
	{
		Amplification(1, 40, 10*time.Millisecond),
		[]parameter{count("factor"), count("spare"), duration("window")},
		func(v []value) Property {
			return Amplification(int(v[0].n), int(v[1].n), time.Duration(v[2].n))
		},
	},
	{
		EventualAccuracy(8 * time.Second),
		[]parameter{duration("after")},
		func(v []value) Property { return EventualAccuracy(time.Duration(v[0].n)) },
	},
	{
		Quiescence("H"),
		[]parameter{text("heartbeat")},
		func(v []value) Property { return Quiescence(v[0].text) },
	},
}

// plain returns all properties without parameters.
func plain() []Property {
	return slices.Concat(Properties(), []Property{GracefulClose, EventualConfirmation, BoundedState, StreamPrefix}, TimedProperties())
}

// AllProperties returns every property there is, in a fixed order, each of
// those with parameters once, as an example.
func AllProperties() []Property {
	all := plain()
	for _, f := range families {
		all = append(all, f.example)
	}
	return all
}

// String returns the property as ParseProperty reads it: its ID, with the
// values of its parameters, as in BND(window=2,buffer=3).
func (p Property) String() string {
	if p.Parameters == "" {
		return p.ID
	}
	return p.ID + "(" + p.Parameters + ")"
}

// ParseProperty is the inverse of Property.String, for all properties of
// AllProperties with any values of their parameters. The error says at which
// byte of the text, from 1, what was expected; or it wraps ErrUnknownProperty.
func ParseProperty(text string) (Property, error) {
	id, given, err := splitProperty(text)
	if err != nil {
		return Property{}, err
	}
	for _, p := range plain() {
		switch {
		case p.ID != id:
		case len(given) > 0:
			return Property{}, wanted(len(id)+1, "the end: "+id+" has no parameters")
		default:
			return p, nil
		}
	}
	for _, f := range families {
		if f.example.ID == id {
			return f.parse(given, len(text))
		}
	}
	return Property{}, fmt.Errorf("%w %q", ErrUnknownProperty, id)
}

// wanted says what was expected at a column, from 1.
func wanted(column int, what string) error { return fmt.Errorf("column %d: want %s", column, what) }

// argument is name=value, as it stands in a text, and where each begins.
type argument struct {
	name, value     string
	column, valueAt int
}

// parse makes the property of a family; end is the length of the text.
func (f family) parse(given []argument, end int) (Property, error) {
	values := make([]value, len(f.parameters))
	for i, p := range f.parameters {
		if len(given) == 0 || given[0].name != p.name {
			if p.optional {
				continue
			}
			column := max(end, len(f.example.ID)+1)
			if len(given) > 0 {
				column = given[0].column
			}
			return Property{}, wanted(column, f.example.ID+" with "+p.name+"=…")
		}
		v, ok := p.read(given[0].value)
		if !ok {
			return Property{}, wanted(given[0].valueAt, p.want)
		}
		values[i], given = v, given[1:]
	}
	if len(given) > 0 {
		return Property{}, wanted(given[0].column, "no more parameters of "+f.example.ID)
	}
	return f.make(values), nil
}

// splitProperty splits a text as ID or ID(name=value,…). A value is a quoted
// string of Go, or has none of these signs. It does not ask whether there is
// such a property.
func splitProperty(text string) (id string, given []argument, err error) {
	id, rest, bracket := strings.Cut(text, "(")
	for i, r := range id {
		if !unicode.IsPrint(r) || r == utf8.RuneError || strings.ContainsRune(`),="`, r) {
			return "", nil, wanted(i+1, "the ID of a property, or (")
		}
	}
	if strings.TrimSpace(id) == "" || strings.TrimSpace(id) != id {
		return "", nil, wanted(1, "the ID of a property")
	}
	for bracket {
		a := argument{column: len(text) - len(rest) + 1}
		end := strings.IndexFunc(rest, func(r rune) bool { return r < 'a' || r > 'z' })
		if end < 1 || rest[end] != '=' {
			return "", nil, wanted(a.column, "a parameter, as window=2")
		}
		a.name, rest = rest[:end], rest[end+1:]
		a.valueAt = len(text) - len(rest) + 1
		if a.value, err = strconv.QuotedPrefix(rest); err != nil {
			a.value = rest[:max(0, strings.IndexAny(rest+")", `,()="`))]
		}
		rest = rest[len(a.value):]
		after := len(text) - len(rest) + 1
		switch {
		case a.value == "" || !utf8.ValidString(a.value):
			return "", nil, wanted(a.valueAt, "a value")
		case rest == ")":
			return id, append(given, a), nil
		case !strings.HasPrefix(rest, ","):
			return "", nil, wanted(after, "a comma, or ) at the end")
		}
		given, rest = append(given, a), rest[1:]
	}
	return id, given, nil
}
