package impl

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"sync"
)

// maxNesting bounds how deep slices and maps contain one another: one that
// contains itself passes it.
const maxNesting = 1000

// Key returns the state of l as bytes: AppendKey to nothing.
func Key(l Layer) ([]byte, error) { return AppendKey(nil, l) }

// AppendKey appends the state of l to b: two instances of one link whose keys
// are equal are in the same state. A Keyer encodes itself, a stack is the keys
// of its layers, and every other layer is read field by field, unexported ones
// too. It reads only. Its cost is linear in the state, but for the sorting of
// maps.
//
// Nil and empty slices are the same state, and so are nil and empty maps. What
// a pointer points to is part of the state, and so is which pointers are the
// same; a Keyer behind a pointer encodes itself. That two slices share memory,
// or that a pointer leads into a value that is reached otherwise, is not seen.
//
// AppendKey refuses, with an error that names the field, what cannot be
// compared or is not the state of a deterministic layer: functions, channels,
// unsafe pointers, all of sync, sync/atomic and time but time.Duration, pointers
// inside the keys of maps, maps with two keys of the same encoding (NaN), and
// values that contain themselves. Types are refused wherever they occur, even if
// the value is nil. The error leaves b as it was, up to its length.
func AppendKey(b []byte, l Layer) ([]byte, error) {
	switch l := l.(type) {
	case nil:
		return b, errors.New("a nil layer has no state")
	case *stack:
		return l.appendKey(b)
	case Keyer:
		return l.AppendKey(b), nil
	}
	e := encoders.Get().(*encoder)
	defer e.release()
	e.b = b
	if r := e.dynamic(reflect.ValueOf(l)); r != nil {
		return b, fmt.Errorf("no key for %T: %w (an AppendKey method can say what the state is)", l, r)
	}
	return e.b, nil
}

// encoders are for use once more: a key is taken for each new state, and most
// states are small.
var encoders = sync.Pool{New: func() any { return &encoder{visited: make(map[pointer]visit)} }}

// maxKept bounds what clearing the map of a kept encoder costs.
const maxKept = 64

func (e *encoder) release() {
	if len(e.visited) <= maxKept {
		e.b, e.inKey, e.nesting = nil, false, 0
		clear(e.visited)
		encoders.Put(e)
	}
}

// encoder writes values so that none is the beginning of another: each is its
// kind and then, where its type does not fix it, its length.
type encoder struct {
	b       []byte
	visited map[pointer]visit
	inKey   bool
	nesting int
}

// pointer identifies what a pointer points to: a struct and its first field
// share an address.
type pointer struct {
	address uintptr
	elem    reflect.Type
}

type visit struct {
	number int
	open   bool // its value is being written
}

// How a pointer is written.
const (
	nilPointer = iota
	firstVisit
	laterVisit // and the number of the first
)

// dynamic appends the type of v, which is not known from what was written
// before, and v.
func (e *encoder) dynamic(v reflect.Value) *refusal {
	t := learn(typeUse{v.Type(), e.inKey})
	if t.refused != nil {
		return &refusal{t.refused.path, t.refused.reason}
	}
	e.b = append(e.b, t.name...)
	return e.value(v)
}

func (e *encoder) bytes(p []byte) {
	e.b = binary.AppendUvarint(e.b, uint64(len(p)))
	e.b = append(e.b, p...)
}

func (e *encoder) value(v reflect.Value) *refusal {
	e.b = append(e.b, byte(v.Kind()))
	switch {
	case v.Kind() == reflect.Bool:
		e.flag(v.Bool())
	case v.CanInt():
		e.b = binary.AppendVarint(e.b, v.Int())
	case v.CanUint():
		e.b = binary.AppendUvarint(e.b, v.Uint())
	case v.CanFloat():
		e.float(v.Float())
	case v.CanComplex():
		e.float(real(v.Complex()))
		e.float(imag(v.Complex()))
	case v.Kind() == reflect.String:
		e.b = binary.AppendUvarint(e.b, uint64(v.Len()))
		e.b = append(e.b, v.String()...)
	case v.Kind() == reflect.Pointer:
		return e.pointer(v)
	default:
		return e.composite(v)
	}
	return nil
}

func (e *encoder) flag(f bool) {
	if f {
		e.b = append(e.b, 1)
	} else {
		e.b = append(e.b, 0)
	}
}

func (e *encoder) float(f float64) {
	e.b = binary.BigEndian.AppendUint64(e.b, math.Float64bits(f))
}

func (e *encoder) composite(v reflect.Value) *refusal {
	switch v.Kind() {
	case reflect.Interface:
		e.flag(!v.IsNil())
		if v.IsNil() {
			return nil
		}
		return e.dynamic(v.Elem()).in(".(" + v.Elem().Type().String() + ")")
	case reflect.Struct:
		for i := range v.NumField() {
			if r := e.value(v.Field(i)); r != nil {
				return r.in("." + v.Type().Field(i).Name)
			}
		}
		return nil
	}
	if e.nesting++; e.nesting > maxNesting {
		return &refusal{reason: fmt.Sprintf("nested more than %d deep", maxNesting)}
	}
	defer func() { e.nesting-- }()
	if v.Kind() == reflect.Map {
		return e.entries(v)
	}
	return e.elements(v)
}

// elements writes a slice or an array.
func (e *encoder) elements(v reflect.Value) *refusal {
	elem := v.Type().Elem().Kind()
	e.b = append(e.b, byte(elem))
	if v.Kind() == reflect.Slice && elem == reflect.Uint8 {
		e.bytes(v.Bytes())
		return nil
	}
	e.b = binary.AppendUvarint(e.b, uint64(v.Len()))
	for i := range v.Len() {
		if r := e.value(v.Index(i)); r != nil {
			return r.in(fmt.Sprintf("[%d]", i))
		}
	}
	return nil
}

// entries writes a map in the order of its encoded keys. A key is never the
// beginning of another. Values come after all keys are in order, since the
// pointers in them are numbered as they are met.
func (e *encoder) entries(v reflect.Value) *refusal {
	e.b = binary.AppendUvarint(e.b, uint64(v.Len()))
	entries, r := e.sorted(v)
	if r != nil {
		return r
	}
	for i, entry := range entries {
		if i > 0 && bytes.Equal(entry.key, entries[i-1].key) {
			return &refusal{"[key]", "two keys have the same encoding, as NaN has"}
		}
		e.b = append(e.b, entry.key...)
		if r := e.value(entry.value); r != nil {
			return r.in("[]")
		}
	}
	return nil
}

// entry is an entry of a map.
type entry struct {
	key   []byte // encoded
	value reflect.Value
}

// sorted returns the entries of a map in the order of their encoded keys.
func (e *encoder) sorted(v reflect.Value) ([]entry, *refusal) {
	defer func(b []byte, inKey bool) { e.b, e.inKey = b, inKey }(e.b, e.inKey)
	e.inKey = true
	start := len(e.b)
	entries, ends := make([]entry, 0, v.Len()), make([]int, 0, v.Len())
	for it := v.MapRange(); it.Next(); {
		if r := e.value(it.Key()); r != nil {
			return nil, r.in("[key]")
		}
		entries, ends = append(entries, entry{value: it.Value()}), append(ends, len(e.b))
	}
	keys := slices.Clone(e.b[start:])
	from := 0
	for i, end := range ends {
		entries[i].key = keys[from : end-start]
		from = end - start
	}
	slices.SortFunc(entries, func(a, b entry) int { return bytes.Compare(a.key, b.key) })
	return entries, nil
}

func (e *encoder) pointer(v reflect.Value) *refusal {
	if v.IsNil() {
		e.b = append(e.b, nilPointer)
		return nil
	}
	elem := v.Type().Elem()
	p := pointer{v.Pointer(), elem}
	// Whether pointers to two values without size are equal is up to the
	// compiler.
	if elem.Size() > 0 {
		if first, ok := e.visited[p]; ok {
			if first.open {
				return &refusal{reason: "points to a value that contains it"}
			}
			e.b = append(e.b, laterVisit)
			e.b = binary.AppendUvarint(e.b, uint64(first.number))
			return nil
		}
		n := len(e.visited)
		e.visited[p] = visit{n, true}
		defer func() { e.visited[p] = visit{n, false} }()
	}
	e.b = append(e.b, firstVisit)
	if !learn(typeUse{v.Type(), e.inKey}).keyed {
		return e.value(v.Elem())
	}
	// A value read from an unexported field has no methods; this one has.
	var key []byte
	var err error
	switch x := reflect.NewAt(elem, v.UnsafePointer()).Interface().(type) {
	case *stack:
		key, err = x.appendKey(nil)
	case Keyer:
		key = x.AppendKey(nil)
	}
	if err != nil {
		return &refusal{reason: err.Error()}
	}
	e.bytes(key)
	return nil
}
