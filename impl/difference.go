package impl

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Difference says where the states of two instances of one link differ: "field
// next: 3 and 4". It names the first difference that it finds, and is "" where it
// finds none. A layer that encodes itself is shown by its keys, every other one
// field by field. It is for reports.
func Difference(a, b Layer) string {
	s, stacked := a.(*stack)
	t, both := b.(*stack)
	if stacked && both {
		for i := range min(len(s.layers), len(t.layers)) {
			if d := Difference(s.layers[i], t.layers[i]); d != "" {
				return fmt.Sprintf("layer %d of the stack, %s", i, d)
			}
		}
		return ""
	}
	v, w := reflect.ValueOf(a), reflect.ValueOf(b)
	if !v.IsValid() || !w.IsValid() || v.Type() != w.Type() {
		return fmt.Sprintf("a %T and a %T", a, b)
	}
	if k, keyed := a.(Keyer); keyed {
		first, second := k.AppendKey(nil), b.(Keyer).AppendKey(nil)
		if slices.Equal(first, second) {
			return ""
		}
		return fmt.Sprintf("AppendKey: %s and %s", shown(reflect.ValueOf(first)), shown(reflect.ValueOf(second)))
	}
	d := comparison{map[pointer]bool{}}
	return d.values("", v, w)
}

// comparison compares values that may contain themselves.
type comparison struct{ seen map[pointer]bool }

func (d comparison) values(path string, v, w reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() && w.IsNil() {
			return ""
		}
		if first, second := pointed(v), pointed(w); first != second {
			return fmt.Sprintf("field %s: %s and %s", strings.TrimPrefix(path, "."), first, second)
		}
		if v.Kind() == reflect.Pointer {
			p := pointer{v.Pointer(), v.Type()}
			if d.seen[p] {
				return ""
			}
			d.seen[p] = true
		}
		return d.values(path, v.Elem(), w.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if text := d.values(path+"."+v.Type().Field(i).Name, v.Field(i), w.Field(i)); text != "" {
				return text
			}
		}
		return ""
	case reflect.Slice, reflect.Array:
		for i := range min(v.Len(), w.Len()) {
			if text := d.values(fmt.Sprintf("%s[%d]", path, i), v.Index(i), w.Index(i)); text != "" {
				return text
			}
		}
		return unlike(path, v, w, v.Len() == w.Len())
	case reflect.Map:
		return d.entries(path, v, w)
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return ""
	}
	return unlike(path, v, w, v.Equal(w))
}

// pointed says to what a pointer or an interface leads.
func pointed(v reflect.Value) string {
	if v.IsNil() {
		return "nil"
	}
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	return "a " + v.Type().String()
}

// entries compares maps by their keys, in any order.
func (d comparison) entries(path string, v, w reflect.Value) string {
	for it := v.MapRange(); it.Next(); {
		other := w.MapIndex(it.Key())
		if !other.IsValid() {
			return unlike(path, v, w, false)
		}
		if text := d.values(fmt.Sprintf("%s[%v]", path, it.Key()), it.Value(), other); text != "" {
			return text
		}
	}
	return unlike(path, v, w, v.Len() == w.Len())
}

func unlike(path string, v, w reflect.Value, same bool) string {
	if same {
		return ""
	}
	return fmt.Sprintf("field %s: %s and %s", strings.TrimPrefix(path, "."), shown(v), shown(w))
}

// maxShown bounds the bytes of a value in a report.
const maxShown = 100

// shown is a value as a report shows it.
func shown(v reflect.Value) string {
	format := "%v"
	if v.Kind() == reflect.String || v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
		format = "%q"
	}
	text := fmt.Sprintf(format, v)
	if len(text) > maxShown {
		return fmt.Sprintf("%s… (%d bytes)", text[:maxShown], len(text))
	}
	return text
}
