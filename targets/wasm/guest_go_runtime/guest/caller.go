package guest

import (
	"math"
	"reflect"
	"strconv"

	"fficheck.local/batch/check"
)

// lawRepeat is what docs/worker-protocol.md numbers so; docs/target-wasm.md the others.
const (
	lawRepeat = 3
	lawKeep   = 254
	lawKept   = 255
)

// kept is a result that is kept while the host calls exports.
var kept struct {
	f       *function
	result  reflect.Value
	witness check.Witness
}

func keptHolds() bool {
	if kept.f == nil {
		return false
	}
	seen := check.NewWitness
	kept.f.out.Absorb(&seen, kept.result.Addr().UnsafePointer())
	kept.f = nil
	return seen == kept.witness
}

// tally is what a run of values through a host function found.
type tally struct {
	held, failed, digest, errs uint64
}

func number(word string) int {
	n, err := strconv.Atoi(word)
	if err != nil {
		panic(err)
	}
	return n
}

// run sends the values first.. through a host function.
func (s *Schema) run(index int, law uint32, seed, first, count uint64) tally {
	t := tally{failed: math.MaxUint64}
	if law == lawKept {
		if keptHolds() {
			t.held = 1
		}
		return t
	}
	f := s.host(index)
	for i := first; i != first+count; i++ {
		held := s.holds(f, law, check.ValueSeed(seed, i), &t)
		Finish()
		if held {
			t.held++
		} else if t.failed == math.MaxUint64 {
			t.failed = i
		}
	}
	return t
}

// holds sends one value, and holds the answer against docs/value-stream.md.
func (s *Schema) holds(f *function, law uint32, seed uint64, t *tally) bool {
	var args []reflect.Value
	if f.role == "produce" {
		args = []reflect.Value{reflect.New(f.types[0])}
		args[0].Elem().SetUint(seed)
	} else {
		args = f.draw(seed)
	}
	before := f.witness(args)
	expected, isErr := s.expect(f, args, seed, before)
	if f.role == "produce" {
		t.digest += uint64(expected)
	} else {
		t.digest += uint64(before)
	}
	if isErr {
		t.errs++
	}
	times := 1
	if law == lawRepeat {
		times = 2
	}
	held := true
	for range times {
		result := f.send(args)
		if f.result == "" {
			continue
		}
		seen := check.NewWitness
		f.out.Absorb(&seen, result.Addr().UnsafePointer())
		held = held && seen == expected
		if law == lawKeep {
			kept.f, kept.result, kept.witness = f, result, expected
		}
	}
	// What was handed on is gone, and with it perhaps its number.
	return held && (f.owns || f.witness(args) == before)
}

// expect is the witness of what a correct callee answers, and whether that is an err.
func (s *Schema) expect(f *function, args []reflect.Value, seed uint64, h check.Witness) (check.Witness, bool) {
	expected := check.NewWitness
	if f.result == "" {
		return expected, false
	}
	result := reflect.New(f.types[len(f.params)])
	switch f.role {
	case "consume":
		result.Elem().SetUint(uint64(h))
	case "produce":
		f.drawResult(seed, result.UnsafePointer(), true)
	case "echo":
		result = args[0]
	case "create", "construct": // the zero value: ok, and a handle counts as 0
	default:
		f.drawResult(uint64(h), result.UnsafePointer(), true)
	}
	f.out.Absorb(&expected, result.UnsafePointer())
	kind, _ := s.plans.Kind(f.result)
	return expected, kind == "result" && result.Elem().Field(0).Bool()
}
