package kcp

import (
	"reflect"
	"testing"

	"github.com/xtaci/kcp-go/v5"
)

// TestTaskLayout wants kcp-go's scheduler to pass on what startClock takes it to.
func TestTaskLayout(t *testing.T) {
	tasks, found := reflect.TypeFor[kcp.TimedSched]().FieldByName("chTask")
	if !found || tasks.Type.Kind() != reflect.Chan {
		t.Fatal("kcp.TimedSched has no channel chTask")
	}
	got, want := tasks.Type.Elem(), reflect.TypeFor[task]()
	if got.Kind() != reflect.Struct || got.NumField() != want.NumField() || got.Size() != want.Size() {
		t.Fatalf("a task of kcp-go is %v, want it laid out as %v", got, want)
	}
	for i := range want.NumField() {
		if got.Field(i).Type != want.Field(i).Type || got.Field(i).Offset != want.Field(i).Offset {
			t.Errorf("field %d of a task of kcp-go is %v %v, want it laid out as %v", i, got.Field(i).Name, got.Field(i).Type, want.Field(i).Type)
		}
	}
}
