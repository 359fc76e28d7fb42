package histories

import (
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"fairloss/spec"
)

const (
	magic   = "history"
	version = 1
)

// The clocks of a history.
const (
	Points = "points" // events are points; At counts steps
	Wall   = "wall"   // calls are intervals; At and Since are nanoseconds on one clock
)

// Header says what a history is a history of. Every field may be zero, which
// means not known, except where the field says otherwise.
type Header struct {
	Link      string    // name of the link
	Guarantee string    // name of the guarantee it claims
	Assumes   string    // what the run was made under, as spec.Assumptions.String spells it; "" is the Set network
	Processes int       // how many processes there are; events outside their range are refused
	Seed      uint64    // what the run was drawn from
	Clock     string    // Points or Wall; "" is Points
	Bound     Bound     // the bounds of the property BND, where the link claims it
	Load      spec.Load // the bounds of the property AMP, where the link claims it

	// After is from when on the property EFD2 is claimed, where the link claims
	// it.
	After time.Duration

	// Expect maps the ID of each property that the history is known to break
	// to the index, from 0, of the event that breaks it: the Forever event
	// where liveness is broken. Nil where the history breaks nothing or
	// nobody has judged it.
	Expect map[string]int
}

// Bound holds the parameters of spec.Bounded. The zero value claims nothing.
type Bound struct {
	Window int // messages of a channel that may be unconfirmed
	Buffer int // messages that a process may hold
}

// wireHeader is a Header as it stands in a file.
type wireHeader struct {
	Fairloss  string         `json:"fairloss"`
	Version   int            `json:"version"`
	Link      string         `json:"link,omitzero"`
	Guarantee string         `json:"guarantee,omitzero"`
	Assumes   string         `json:"assumes,omitzero"`
	Processes int            `json:"processes,omitzero"`
	Seed      uint64         `json:"seed,omitzero"`
	Clock     string         `json:"clock,omitzero"`
	Window    int            `json:"window,omitzero"`
	Buffer    int            `json:"buffer,omitzero"`
	Factor    int            `json:"factor,omitzero"`
	Spare     int            `json:"spare,omitzero"`
	Within    int64          `json:"within,omitzero"` // nanoseconds
	After     int64          `json:"after,omitzero"`  // nanoseconds
	Expect    map[string]int `json:"expect,omitempty"`
}

var headerKeys = keySet("fairloss", "version", "link", "guarantee", "assumes", "processes", "seed", "clock", "window", "buffer", "factor", "spare", "within", "after", "expect")

// check returns what is wrong with the header, or nil.
func (h Header) check() *flaw {
	for _, s := range [...]struct{ key, value string }{{"link", h.Link}, {"guarantee", h.Guarantee}, {"assumes", h.Assumes}} {
		if !utf8.ValidString(s.value) {
			return flawf(s.key, "%q is not valid UTF-8", s.value)
		}
	}
	for _, n := range [...]struct {
		key   string
		value int64
	}{
		{"processes", int64(h.Processes)},
		{"window", int64(h.Bound.Window)},
		{"buffer", int64(h.Bound.Buffer)},
		{"factor", int64(h.Load.Factor)},
		{"spare", int64(h.Load.Spare)},
		{"within", int64(h.Load.Window)},
		{"after", int64(h.After)},
	} {
		if n.value < 0 {
			return flawf(n.key, "%s is %d, want 0 or more", n.key, n.value)
		}
	}
	if h.Load != (spec.Load{}) && h.Load.Window == 0 {
		return flawf("within", "factor %d and spare %d without within", h.Load.Factor, h.Load.Spare)
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
		magic, version, h.Link, h.Guarantee, h.Assumes, h.Processes, h.Seed, h.Clock,
		h.Bound.Window, h.Bound.Buffer, h.Load.Factor, h.Load.Spare, int64(h.Load.Window), int64(h.After), h.Expect,
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
	if first.Version != version {
		return Header{}, flawf("version", "version %d, want %d", first.Version, version).at(line)
	}
	var w wireHeader
	if err := unmarshal(line, &w); err != nil {
		return Header{}, err
	}
	if _, err := headerKeys.scan(line); err != nil {
		return Header{}, err
	}
	h := Header{
		w.Link, w.Guarantee, w.Assumes, w.Processes, w.Seed, w.Clock,
		Bound{w.Window, w.Buffer},
		spec.Load{Factor: w.Factor, Spare: w.Spare, Window: time.Duration(w.Within)},
		time.Duration(w.After),
		w.Expect,
	}
	if len(h.Expect) == 0 {
		h.Expect = nil
	}
	if f := h.check(); f != nil {
		return Header{}, f.at(line)
	}
	return h, nil
}
