// The guest in Go: what `fficheck gen examples/water/water.wit --target wasm-go` leaves to write.
package main

import (
	"bar/bar"
	"bar/ffirt"
)

type water struct {
	liters uint32
}

func (w *water) Drink(liters uint32) ffirt.Result[uint32, string] {
	if liters > w.liters {
		return ffirt.Result[uint32, string]{IsErr: true, Err: "not that much water"}
	}
	w.liters -= liters
	return ffirt.Result[uint32, string]{Ok: w.liters}
}

func (w *water) Spill() uint32 {
	spilled := w.liters
	w.liters = 0
	return spilled
}

func (w *water) Drop() {}

type guest struct{}

func litersOf(w bar.Water) uint32 { return w.Impl().(*water).liters }

func (guest) NewWater(liters uint32) bar.Water {
	return bar.MakeWater(&water{liters})
}

// WaterMix owns both: they are used up.
func (guest) WaterMix(a, b bar.Water) bar.Water {
	mixed := bar.MakeWater(&water{litersOf(a) + litersOf(b)})
	a.Drop()
	b.Drop()
	return mixed
}

func (guest) Fuller(a, b bar.Water) string {
	switch first, second := litersOf(a), litersOf(b); {
	case first > second:
		return "the first"
	case first < second:
		return "the second"
	default:
		return "neither"
	}
}

func (guest) Echo(text string) string { return text }

func init() { bar.Export(guest{}) }

func main() {}
