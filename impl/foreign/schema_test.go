package foreign

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"fairloss/impl"
	"fairloss/spec"
)

// everybody is a peer in the documentation.
var everybody = []spec.Process{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile("protocol.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// documented returns the lines that PROTOCOL.md shows.
func documented(t *testing.T) (lines []string) {
	t.Helper()
	page, err := os.ReadFile("PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range strings.Split(string(page), "```json\n")[1:] {
		block, _, _ = strings.Cut(block, "```")
		lines = append(lines, strings.Split(strings.TrimSpace(block), "\n")...)
	}
	return lines
}

func object(t *testing.T, line string) map[string]any {
	t.Helper()
	o, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return o.(map[string]any)
}

// read reads a line of either direction as this package does.
func read(o map[string]any) error {
	line, err := json.Marshal(o)
	if err != nil {
		return err
	}
	_, hasKey := o["key"]
	_, hasReady := o["ready"]
	_, hasHeld := o["held"]
	switch {
	case o["fairloss"] != nil:
		_, _, err = parseHello(line)
	default:
		var n json.Number
		n, _ = o["n"].(json.Number)
		number, _ := n.Int64()
		_, err = parseAnswer(line, int(number), offers{key: hasKey, ready: hasReady, held: hasHeld}, &event{kind: request, peers: everybody})
	}
	return err
}

// TestDocumentation demands that what the page shows is what the schema allows
// and the program understands or writes.
func TestDocumentation(t *testing.T) {
	schema := compiled(t)
	lines := documented(t)
	if len(lines) < 10 {
		t.Fatalf("PROTOCOL.md shows %d lines", len(lines))
	}
	for _, line := range lines {
		o := object(t, line)
		if err := schema.Validate(o); err != nil {
			t.Errorf("%s\n%v", line, err)
		}
		if o["event"] != nil {
			if got := written(t, line); got != compact(t, line) {
				t.Errorf("PROTOCOL.md shows\n%s\nand the program reads\n%s", compact(t, line), got)
			}
			continue
		}
		if err := read(o); err != nil {
			t.Errorf("%s\n%v", line, err)
		}
	}
}

func compact(t *testing.T, line string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(line)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// written is the line that is written for the event that a line is.
func written(t *testing.T, line string) string {
	t.Helper()
	var e struct {
		N, Instance          int
		Event                eventKind
		Self, To, From       spec.Process
		Peers                []spec.Process
		Message, Packet, Key text
		Stable               *text
		Timer                impl.TimerID
	}
	if err := json.Unmarshal([]byte(line), &e); err != nil {
		t.Fatal(err)
	}
	w := event{
		kind: e.Event, instance: uint64(e.Instance), self: e.Self, peers: e.Peers, peer: e.To + e.From,
		data: string(e.Message + e.Packet + e.Key), nothing: e.Stable == nil, timer: e.Timer,
	}
	if e.Stable != nil {
		w.data = string(*e.Stable)
	}
	return strings.TrimSuffix(string(w.appendLine(nil, e.N)), "\n")
}

// TestSchemaAgrees changes what the page shows in every way that is one step,
// and demands that schema and program agree on what is left.
func TestSchemaAgrees(t *testing.T) {
	schema := compiled(t)
	refused := 0
	for _, line := range documented(t) {
		if object(t, line)["event"] != nil {
			continue
		}
		for _, changed := range changes(t, line) {
			allowed, understood := schema.Validate(changed), read(changed)
			if understood != nil && strings.Contains(understood.Error(), "sets a timer to ") {
				continue // a schema cannot compare two numbers
			}
			if (allowed == nil) != (understood == nil) {
				text, _ := json.Marshal(changed)
				t.Errorf("%s\nschema: %v\nprogram: %v", text, allowed, understood)
			}
			if understood != nil {
				refused++
			}
		}
	}
	if refused < 100 {
		t.Errorf("only %d changes were refused", refused)
	}
}

// changes returns the objects that differ from the one that a line is in one
// field, of its own or of an object within it.
func changes(t *testing.T, line string) (list []map[string]any) {
	t.Helper()
	for i := 0; ; i++ {
		o := object(t, line)
		left := i
		if !change(o, &left) {
			return list
		}
		list = append(list, o)
	}
}

// others are values that a field has nowhere, or elsewhere.
var others = []any{"x", "\u0100", json.Number("-1"), json.Number("1"), json.Number("0.5"), true, []any{}, []any{"key"}, map[string]any{}}

// change makes the change of a number, counted down in left, to an object. It
// reports whether there is one.
func change(o map[string]any, left *int) bool {
	for _, key := range slices.Sorted(maps.Keys(o)) {
		if key == "n" || key == "fairloss" {
			continue
		}
		if *left == 0 {
			delete(o, key)
			return true
		}
		*left--
		if *left < len(others) {
			o[key] = others[*left]
			return true
		}
		*left -= len(others)
		items, _ := o[key].([]any)
		for _, item := range items {
			if inner, ok := item.(map[string]any); ok && change(inner, left) {
				return true
			}
		}
	}
	for _, key := range []string{"more", "to", "from", "message", "timer", "key", "held", "stable"} {
		if _, has := o[key]; has {
			continue
		}
		if *left == 0 {
			o[key] = json.Number("1")
			return true
		}
		*left--
	}
	return false
}
