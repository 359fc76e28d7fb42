package mylink_test

import (
	"testing"

	"example.com/mylink"

	"fairloss/checker/linktest"
	"fairloss/impl"
	"fairloss/spec"
)

func TestPropRight(t *testing.T) {
	linktest.Test(t, impl.Link{Name: "right", New: mylink.Right, Guarantee: spec.FIFO})
}

func TestPropWrong(t *testing.T) {
	linktest.Test(t, impl.Link{Name: "wrong", New: mylink.Wrong, Guarantee: spec.FIFO})
}

func FuzzPropWrong(f *testing.F) {
	linktest.Fuzz(f, impl.Link{Name: "wrong", New: mylink.Wrong, Guarantee: spec.FIFO})
}

func FuzzPropRight(f *testing.F) {
	linktest.Fuzz(f, impl.Link{Name: "right", New: mylink.Right, Guarantee: spec.FIFO})
}
