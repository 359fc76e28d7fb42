package histories

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"fairloss/spec"
)

const (
	magic      = "history"
	version    = 2
	oldVersion = 1 // without properties, and with wireBounds instead
)

// The clocks of a history.
const (
	Points = "points" // events are points; At counts steps
	Wall   = "wall"   // calls are intervals; At and Since are nanoseconds on one clock
)

// Header says what a history is a history of. Every field may be zero, which
// means not known, except where the field says otherwise.
type Header struct {
	Link      string // name of the link
	Guarantee string // name of the guarantee it claims
	Assumes   string // what the run was made under, as spec.Assumptions.String spells it; "" is the Set network
	Processes int    // how many processes there are; events outside their range are refused
	Seed      uint64 // what the run was drawn from
	Clock     string // Points or Wall; "" is Points

	// Properties are those that the link claims, as spec.Property.String spells
	// them, a contributor's own included. Nil means those of the guarantee.
	Properties []string

	// Expect maps the ID of each property that the history is known to break
	// to the index, from 0, of the event that breaks it: the Forever event
	// where liveness is broken. Nil where the history breaks nothing or
	// nobody has judged it.
	Expect map[string]int
}

// wireHeader is a Header as it stands in a file.
type wireHeader struct {
	Fairloss   string   `json:"fairloss"`
	Version    int      `json:"version"`
	Link       string   `json:"link,omitzero"`
	Guarantee  string   `json:"guarantee,omitzero"`
	Properties []string `json:"properties,omitempty"`
	Assumes    string   `json:"assumes,omitzero"`
	Processes  int      `json:"processes,omitzero"`
	Seed       uint64   `json:"seed,omitzero"`
	Clock      string   `json:"clock,omitzero"`
	wireBounds
	Expect map[string]int `json:"expect,omitempty"`
}

// headerKeys are those of each version.
var headerKeys = map[int]keyTable{
	oldVersion: keySet("fairloss", "version", "link", "guarantee", "assumes", "processes", "seed", "clock", "window", "buffer", "factor", "spare", "within", "after", "expect"),
	version:    keySet("fairloss", "version", "link", "guarantee", "properties", "assumes", "processes", "seed", "clock", "expect"),
}

// check returns what is wrong with the header, or nil.
func (h Header) check() *flaw {
	for _, s := range [...]struct{ key, value string }{{"link", h.Link}, {"guarantee", h.Guarantee}, {"assumes", h.Assumes}} {
		if !utf8.ValidString(s.value) {
			return flawf(s.key, "%q is not valid UTF-8", s.value)
		}
	}
	if h.Processes < 0 {
		return flawf("processes", "processes is %d, want 0 or more", h.Processes)
	}
	for i, text := range h.Properties {
		if slices.Contains(h.Properties[:i], text) {
			return flawf("properties", "property %q is listed twice", text)
		}
		if _, err := spec.ParseProperty(text); err != nil && !errors.Is(err, spec.ErrUnknownProperty) {
			return flawf("properties", "property %q, %v", text, err)
		}
	}
	if h.Assumes != "" {
		if _, err := spec.ParseAssumptions(h.Assumes); err != nil {
			return flawf("assumes", "%v", err)
		}
	}
	if h.Clock != "" && h.Clock != Points && h.Clock != Wall {
		return flawf("clock", "unknown clock %q (want %s or %s)", h.Clock, Points, Wall)
	}
	for id, event := range h.Expect {
		if event < 0 || !utf8.ValidString(id) {
			return flawf("expect", "property %q cannot be broken by event %d", id, event)
		}
	}
	return nil
}

func (h Header) encode() ([]byte, error) {
	return json.Marshal(wireHeader{
		Fairloss: magic, Version: version, Link: h.Link, Guarantee: h.Guarantee, Properties: h.Properties,
		Assumes: h.Assumes, Processes: h.Processes, Seed: h.Seed, Clock: h.Clock, Expect: h.Expect,
	})
}

// decodeHeader reads the first line of a file. The version is looked at before
// anything that a later version may have changed.
func decodeHeader(line []byte) (Header, *Error) {
	var first struct {
		Fairloss string `json:"fairloss"`
		Version  int    `json:"version"`
	}
	if err := unmarshal(line, &first); err != nil {
		return Header{}, err
	}
	if first.Fairloss != magic {
		return Header{}, &Error{Line: 1, Column: 1, Msg: fmt.Sprintf(`missing header (want {"fairloss":%q,"version":%d,…})`, magic, version)}
	}
	known, readable := headerKeys[first.Version]
	if !readable {
		return Header{}, flawf("version", "version %d, want %d or %d", first.Version, oldVersion, version).at(line)
	}
	var w wireHeader
	if err := unmarshal(line, &w); err != nil {
		return Header{}, err
	}
	if _, err := known.scan(line); err != nil {
		return Header{}, err
	}
	if f := w.wireBounds.check(); f != nil {
		return Header{}, f.at(line)
	}
	h := Header{
		Link: w.Link, Guarantee: w.Guarantee, Properties: w.Properties, Assumes: w.Assumes,
		Processes: w.Processes, Seed: w.Seed, Clock: w.Clock, Expect: w.Expect,
	}
	if first.Version == oldVersion {
		h.Properties = w.properties(h.Guarantee)
	}
	if len(h.Properties) == 0 {
		h.Properties = nil
	}
	if len(h.Expect) == 0 {
		h.Expect = nil
	}
	if f := h.check(); f != nil {
		return Header{}, f.at(line)
	}
	return h, nil
}
