package impl

import (
	"encoding/binary"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
)

// refusal says why a value or a type has no key.
type refusal struct {
	path   string // of fields and elements, from the value inwards
	reason string
}

func (r *refusal) Error() string {
	path := strings.TrimPrefix(r.path, ".")
	switch {
	case path == "":
		return r.reason
	case len(path) > 100: // of a value that contains itself
		path = path[:100] + "…"
	}
	return "field " + path + ": " + r.reason
}

// in returns r as seen from the value that holds it as step; nil stays nil.
func (r *refusal) in(step string) *refusal {
	if r == nil {
		return nil
	}
	return &refusal{step + r.path, r.reason}
}

// typeUse is a type and whether it is inside the key of a map. There, pointers
// are refused: keys are put in order by their content, and have no other.
type typeUse struct {
	reflect.Type
	inKey bool
}

// known is what is to know of a type.
type known struct {
	refused *refusal // why no value of it has a key; nil where some have
	name    []byte   // as it is written
	keyed   bool     // it is a pointer to a value with a key of its own
}

// types remembers what was learnt.
var types sync.Map // from typeUse to *known

func learn(u typeUse) *known {
	if k, ok := types.Load(u); ok {
		return k.(*known)
	}
	name := typeName(u.Type)
	k := &known{
		refused: findRefusal(u, make(map[typeUse]bool)),
		name:    append(binary.AppendUvarint(nil, uint64(len(name))), name...),
		keyed:   u.Kind() == reflect.Pointer && encodesItself(u.Type),
	}
	types.Store(u, k)
	return k
}

func findRefusal(u typeUse, seen map[typeUse]bool) *refusal {
	if seen[u] {
		return nil
	}
	seen[u] = true
	switch u.Kind() {
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return &refusal{reason: "a " + u.Kind().String() + " cannot be compared"}
	case reflect.Pointer:
		if u.inKey {
			return &refusal{reason: "a pointer inside the key of a map has no order"}
		}
		if encodesItself(u.Type) {
			return nil
		}
	}
	outside := []string{"sync", "sync/atomic", "time"}
	if slices.Contains(outside, u.PkgPath()) && u.Type != reflect.TypeFor[time.Duration]() {
		return &refusal{reason: "a " + u.String() + " is no state of a deterministic layer"}
	}
	return findInside(u, seen)
}

func findInside(u typeUse, seen map[typeUse]bool) *refusal {
	switch u.Kind() {
	case reflect.Pointer:
		return findRefusal(typeUse{u.Elem(), u.inKey}, seen)
	case reflect.Slice, reflect.Array:
		return findRefusal(typeUse{u.Elem(), u.inKey}, seen).in("[]")
	case reflect.Map:
		if r := findRefusal(typeUse{u.Key(), true}, seen); r != nil {
			return r.in("[key]")
		}
		return findRefusal(typeUse{u.Elem(), u.inKey}, seen).in("[]")
	case reflect.Struct:
		for i := range u.NumField() {
			f := u.Field(i)
			if r := findRefusal(typeUse{f.Type, u.inKey}, seen); r != nil {
				return r.in("." + f.Name)
			}
		}
	}
	return nil
}

// encodesItself reports whether t is a pointer to a value with a key of its
// own.
func encodesItself(t reflect.Type) bool {
	return t == reflect.TypeFor[*stack]() || t.Implements(reflect.TypeFor[Keyer]())
}

// typeName returns a name of t with full package paths where t or what it
// points to is a defined type. Only types that are declared inside functions
// can share one; their kinds still tell most of them apart.
func typeName(t reflect.Type) string {
	switch {
	case t.Name() != "" && t.PkgPath() != "":
		return t.PkgPath() + "." + t.Name()
	case t.Kind() == reflect.Pointer:
		return "*" + typeName(t.Elem())
	}
	return t.String()
}
