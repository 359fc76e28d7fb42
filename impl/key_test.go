package impl

import (
	"bytes"
	"container/list"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"fairloss/spec"
)

// state is a layer whose state is one value.
type state[T any] struct {
	header
	v T
}

func keyOf[T any](t *testing.T, v T) []byte {
	t.Helper()
	key, err := Key(&state[T]{v: v})
	if err != nil {
		t.Fatalf("no key for %T: %v", v, err)
	}
	return key
}

func same[T any](t *testing.T, a, b T) {
	t.Helper()
	if !bytes.Equal(keyOf(t, a), keyOf(t, b)) {
		t.Errorf("keys differ: %#v and %#v", a, b)
	}
}

// differ checks that no two of the values have one key.
func differ[T any](t *testing.T, values ...T) {
	t.Helper()
	seen := make(map[string]int)
	for i, v := range values {
		key := string(keyOf(t, v))
		if j, ok := seen[key]; ok {
			t.Errorf("one key for %#v and %#v", values[j], v)
		}
		seen[key] = i
	}
}

type point struct{ x, y int }

func TestKeyOfEqualStates(t *testing.T) {
	same(t, []int(nil), []int{})
	same(t, []byte(nil), make([]byte, 0, 9))
	same(t, map[int]int(nil), map[int]int{})
	same(t, []int{1, 2}, append(make([]int, 0, 9), 1, 2))
	same(t, &point{1, 2}, &point{1, 2})
	same(t, []*point{{1, 2}, nil}, []*point{{1, 2}, nil})
	same(t, any(map[any][]int{1: nil, "1": {}}), any(map[any][]int{"1": nil, 1: {}}))
	same(t, map[float64]int{math.NaN(): 1}, map[float64]int{math.NaN(): 1})
	same(t, time.Second, 1000*time.Millisecond)
	full, emptied := make(map[int]bool), make(map[int]bool)
	for i := range 100 {
		full[i] = true
		emptied[99-i] = true
	}
	same(t, full, emptied)
	clear(emptied)
	same(t, nil, emptied)
}

func TestKeyOfDifferentStates(t *testing.T) {
	differ(t, 0, 1, -1, math.MaxInt64, math.MinInt64)
	differ(t, uint8(0), 1, 127, 128, 255)
	differ(t, uint64(0), 1, 1<<63, math.MaxUint64)
	differ(t, false, true)
	differ(t, 0.0, math.Copysign(0, -1), 1.5, math.Inf(1), math.NaN())
	differ(t, 0, 1i, 1+1i, 1)
	differ(t, "", "\x00", "a", "ab")
	differ(t, []string{}, []string{""}, []string{"ab"}, []string{"a", "b"}, []string{"", "ab"}, []string{"ab", ""})
	differ(t, [2]string{"a", ""}, [2]string{"", "a"})
	differ(t, [][]int{}, [][]int{{}}, [][]int{{}, {}}, [][]int{{1}, {}}, [][]int{{}, {1}})
	differ(t, [][]byte{{1}, {}}, [][]byte{{}, {1}}, [][]byte{{1}})
	differ(t, point{1, 2}, point{2, 1})
	differ(t, nil, new(int), new(1), new(2))
	differ(t, nil, map[string]string{"a": ""}, map[string]string{"": "a"}, map[string]string{"a": "b"},
		map[string]string{"a": "b", "b": "a"}, map[string]string{"a": "a", "b": "b"})
	differ[any](t, nil, 0, int8(0), uint(0), false, "", []byte{}, []string{}, time.Duration(0), spec.Process(0),
		spec.Message(""), Packet(""), point{}, &point{}, (*point)(nil), new(int), new(*int), [0]int{}, [1]int{},
		map[int]int{}, struct{}{}, []any{nil}, []any{[]any{}}, []any{})
}

// Which pointers are the same is state: a change through one is seen through
// the other.
func TestKeyOfSharedPointers(t *testing.T) {
	p, q := &point{1, 2}, &point{1, 2}
	differ(t, []*point{p, p, q}, []*point{p, q, q}, []*point{p, q, p}, []*point{p, p, p}, []*point{p, q, {1, 2}})
	same(t, []*point{p, q, p}, []*point{q, p, q})
	type inner struct{ x int }
	type outer struct{ inner }
	o := &outer{}
	same(t, []any{o, &o.inner}, []any{&outer{}, &inner{x: 0}})
	type nothing struct{}
	e := &nothing{}
	same(t, []*nothing{e, e}, []*nothing{{}, {}})
}

func TestKeyTellsLayersApart(t *testing.T) {
	type a struct{ header }
	type b struct{ header }
	ka, errA := Key(&a{"x"})
	kb, errB := Key(&b{"x"})
	if errA != nil || errB != nil || bytes.Equal(ka, kb) {
		t.Errorf("%q %v, %q %v: want two keys", ka, errA, kb, errB)
	}
}

// counter encodes itself, and nothing else could.
type counter struct {
	header
	n int
	f func()
}

func (c *counter) AppendKey(b []byte) []byte { return append(b, byte(c.n)) }

func TestKeyerEncodesItself(t *testing.T) {
	if key, err := AppendKey([]byte("b"), &counter{n: 'c'}); string(key) != "bc" || err != nil {
		t.Errorf("key %q, %v", key, err)
	}
	same(t, Layer(&counter{n: 1, f: func() {}}), Layer(&counter{n: 1}))
	differ(t, Layer(&counter{n: 1}), Layer(&counter{n: 2}), Layer((*counter)(nil)), nil)
	c := &counter{n: 1}
	differ(t, []*counter{c, c}, []*counter{c, {n: 1}})
}

func TestKeyOfStack(t *testing.T) {
	stores := func(n int) Layer {
		l := stackOf(&counter{n: n}, recorder{})
		run(sending(l, "x"))
		return l
	}
	var keys []string
	for _, l := range []Layer{
		stackOf(&counter{n: 1}, &counter{n: 2}),
		stackOf(&counter{n: 2}, &counter{n: 1}),
		stackOf(&counter{n: 1}, header("")),
		stackOf(&counter{n: 1}, header("\x02")),
		stackOf(&counter{n: 1}, stackOf(&counter{n: 2}, &counter{n: 3})),
		stackOf(stackOf(&counter{n: 1}, &counter{n: 2}), &counter{n: 3}),
		stackOf(&counter{n: 1}, recorder{}),
		stores(1),
	} {
		key, err := Key(l)
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(keys, string(key)) {
			t.Errorf("two stacks have the key %q", key)
		}
		keys = append(keys, string(key))
	}
	if again, err := AppendKey([]byte("b"), stores(1)); err != nil || string(again) != "b"+keys[len(keys)-1] {
		t.Errorf("key %q, %v", again, err)
	}
	same(t, stackOf(&counter{n: 1}, header("a")), stackOf(&counter{n: 1}, header("a")))
	differ(t, stackOf(&counter{n: 1}, header("a")), stackOf(&counter{n: 1}, header("b")))
}

// recorder stores what it sends.
type recorder struct{ header }

func (recorder) Send(_ spec.Process, m spec.Message, out *Effects) { out.Store([]byte(m)) }

type tree struct{ left, right *tree }

func TestKeyRefusals(t *testing.T) {
	loop := &tree{}
	loop.right = &tree{left: loop}
	var self []any
	self = append(self, &point{}, nil)
	self[1] = self
	selfMap := map[int]any{}
	selfMap[0] = selfMap
	for _, c := range []struct {
		l    Layer
		want string
	}{
		{nil, "nil layer"},
		{&state[func()]{}, "field v: a func"},
		{&state[chan int]{}, "field v: a chan"},
		{&state[unsafe.Pointer]{}, "field v: a unsafe.Pointer"},
		{&state[sync.Mutex]{}, "field v: a sync.Mutex"},
		{&state[*sync.WaitGroup]{}, "field v: a sync.WaitGroup"},
		{&state[atomic.Int64]{}, "field v: a atomic.Int64"},
		{&state[time.Time]{}, "field v: a time.Time"},
		{&state[*time.Timer]{}, "field v: a time.Timer"},
		{&state[[]struct{ at time.Time }]{}, "field v[].at: a time.Time"},
		{&state[[2]func()]{}, "field v[]: a func"},
		{&state[map[int]func()]{}, "field v[]: a func"},
		{&state[map[*int]int]{}, "field v[key]: a pointer inside the key of a map"},
		{&state[map[int]map[struct{ p *int }]int]{}, "field v[][key].p: a pointer inside the key of a map"},
		{&state[map[float64]*int]{v: map[float64]*int{math.NaN(): nil, math.NaN(): nil}}, "field v[key]: two keys have the same encoding, as NaN has"},
		{&state[any]{v: func() {}}, "field v.(func()): a func"},
		{&state[[]any]{v: []any{1, struct{ c chan int }{}}}, "field v[1].(struct { c chan int }).c: a chan"},
		{&state[map[any]int]{v: map[any]int{new(int): 1}}, "field v[key].(*int): a pointer inside the key of a map"},
		{&state[*tree]{v: loop}, "field v.right.left: points to a value that contains it"},
		{&state[*list.List]{v: list.New()}, "field v.root.next.next: points to a value that contains it"},
		{&state[[]any]{v: self}, "nested more than 1000 deep"},
		{&state[map[int]any]{v: selfMap}, "nested more than 1000 deep"},
		{&state[Layer]{v: stackOf(header(""), &state[func()]{})}, "field v.(*impl.stack): layer 1: no key for *impl.state[func()]: field v: a func"},
		{stackOf(header(""), &state[func()]{}), "layer 1: no key for *impl.state[func()]: field v: a func"},
	} {
		b := []byte("before")
		key, err := AppendKey(b, c.l)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%T: error %v, want %q", c.l, err, c.want)
		}
		if string(key) != "before" {
			t.Errorf("%T: a refusal leaves %q", c.l, key)
		}
	}
}

// Pointers are numbered in the order of the keys, whatever the order in which
// the runtime yields the entries.
func TestKeyOfPointersInMaps(t *testing.T) {
	shared, alone := map[int]*point{}, map[int]*point{}
	p := &point{1, 2}
	for i := range 100 {
		shared[i], alone[99-i] = p, &point{1, 2}
	}
	differ(t, shared, alone, map[int]*point{0: p}, map[int]*point{0: nil}, map[int]*point{1: p}, map[int]*point{0: {2, 1}})
	for range 20 {
		again := map[int]*point{}
		for i := range shared {
			again[i] = p
		}
		same(t, shared, again)
	}
	type windows map[spec.Process]*point
	same(t, map[string]*windows{"a": {1: p}, "b": nil}, map[string]*windows{"b": nil, "a": {1: {1, 2}}})
	differ(t, map[int]any{1: p, 2: p}, map[int]any{1: p, 2: &point{1, 2}})
	self := map[int]any{}
	self[0] = &self
	if _, err := Key(&state[any]{v: &self}); err == nil || !strings.Contains(err.Error(), "points to a value that contains it") {
		t.Errorf("a map that leads back to itself: %v", err)
	}
}

func TestKeyAcceptsSharedAndRecursiveTypes(t *testing.T) {
	leaf := &tree{}
	differ(t, &tree{}, &tree{left: leaf}, &tree{right: leaf}, &tree{left: leaf, right: leaf}, &tree{left: leaf, right: &tree{}})
	type chain struct{ next *chain }
	long := &chain{}
	for range 2 * maxNesting {
		long = &chain{next: long}
	}
	same(t, long, &chain{next: long.next})
}

// model is a state in a form that can be compared without Key.
type model struct {
	name    string
	queue   []string
	next    map[string][]uint16
	ack     *int8
	upper   any
	by      map[any]point
	percent float32
}

// drawModel makes a model of few values, so that equal ones are frequent.
func drawModel(r *rand.Rand) model {
	words := []string{"", "a", "b", "ab", "\x00"}
	word := func() string { return words[r.IntN(len(words))] }
	m := model{name: word(), next: map[string][]uint16{}, by: map[any]point{}, percent: float32(r.IntN(2))}
	for range r.IntN(3) {
		m.queue = append(m.queue, word())
		m.next[word()] = slices.Repeat([]uint16{uint16(r.IntN(2))}, r.IntN(2))
		m.by[[]any{1, "1", word(), false, uint8(1)}[r.IntN(5)]] = point{r.IntN(2), r.IntN(2)}
	}
	if r.IntN(2) == 0 {
		m.ack = new(int8(r.IntN(2)))
	}
	m.upper = []any{nil, word(), r.IntN(2), point{1, 1}, []string{word()}}[r.IntN(5)]
	return m
}

// rebuild returns an equal model that shares no memory with m, its maps filled
// in another order.
func rebuild(m model, r *rand.Rand) model {
	c := m
	c.queue = append(make([]string, 0, 10), m.queue...)
	c.next, c.by = make(map[string][]uint16, r.IntN(50)), nil
	for _, k := range slices.Backward(slices.Collect(maps.Keys(m.next))) {
		c.next[k] = append([]uint16{}, m.next[k]...)
	}
	for k, v := range m.by {
		if c.by == nil {
			c.by = make(map[any]point)
		}
		c.by[k] = v
	}
	if m.ack != nil {
		c.ack = new(*m.ack)
	}
	return c
}

// text is the slow oracle: fmt sorts maps and spells types out.
func (m model) text() string {
	ack := "nil"
	if m.ack != nil {
		ack = fmt.Sprint(*m.ack)
	}
	return fmt.Sprintf("%q %q %d %s %T%#v %d %v", m.name, append([]string{}, m.queue...), len(m.next), ack, m.upper, m.upper, len(m.by), m.percent) +
		sortedText(m.next) + sortedText(m.by)
}

func sortedText[K comparable, V any](m map[K]V) string {
	var entries []string
	for k, v := range m {
		entries = append(entries, fmt.Sprintf("%T%#v:%v", k, k, v))
	}
	slices.Sort(entries)
	return strings.Join(entries, ",")
}

func FuzzKey(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 0))
		byKey, byText := make(map[string]string), make(map[string]string)
		for range 200 {
			m := drawModel(r)
			key, text := string(keyOf(t, m)), m.text()
			if again := string(keyOf(t, rebuild(m, r))); again != key {
				t.Fatalf("rebuilt, %s has another key", text)
			}
			if other, ok := byKey[key]; ok && other != text {
				t.Fatalf("one key for\n%s\n%s", other, text)
			}
			if other, ok := byText[text]; ok && other != key {
				t.Fatalf("two keys for %s", text)
			}
			byKey[key], byText[text] = text, key
		}
	})
}

// window is the state of a typical link.
type window struct {
	header
	Self    spec.Process
	Next    map[spec.Process]uint64
	Pending map[spec.Process][]spec.Message
}

type keyedWindow struct{ window }

func (w *keyedWindow) AppendKey(b []byte) []byte {
	for _, p := range slices.Sorted(maps.Keys(w.Next)) {
		b = append(b, byte(p), byte(w.Next[p]), byte(len(w.Pending[p])))
		for _, m := range w.Pending[p] {
			b = append(append(b, byte(len(m))), m...)
		}
	}
	return b
}

func BenchmarkKey(b *testing.B) {
	w := window{
		Next:    map[spec.Process]uint64{1: 7, 2: 9},
		Pending: map[spec.Process][]spec.Message{1: {"a", "b"}, 2: {"c"}},
	}
	for name, l := range map[string]Layer{"reflective": &w, "AppendKey": &keyedWindow{w}} {
		b.Run(name, func(b *testing.B) {
			var key []byte
			b.ReportAllocs()
			for b.Loop() {
				key, _ = AppendKey(key[:0], l)
			}
		})
	}
}
