package guest

import (
	"reflect"

	"fficheck.local/batch/check"
)

// lastWitness is that of the newest finished call's arguments.
var lastWitness check.Witness

// Provide is the callee of function index of the schema's exports: docs/value-stream.md, section 5.
// The values are pointers to the arguments, and to the result where there is one.
func (s *Schema) Provide(index int, values ...any) {
	f := s.export(index, values)
	pointers := make([]reflect.Value, len(values))
	for i, v := range values {
		pointers[i] = reflect.ValueOf(v)
	}
	args := pointers[:len(f.args)]
	h := f.witness(args)
	if f.result != "" {
		s.answer(f, args, pointers[len(f.args)], h)
	}
	lastWitness = h
}

func (s *Schema) answer(f *function, args []reflect.Value, result reflect.Value, h check.Witness) {
	switch f.role {
	case "consume":
		result.Elem().SetUint(uint64(h))
	case "produce":
		f.drawResult(args[0].Elem().Uint(), result.UnsafePointer(), false)
	case "echo":
		result.Elem().Set(args[0].Elem())
	case "create": // the zero value: ok
	case "construct":
		own := f.result
		kind, parts := s.plans.Kind(own)
		if kind == "result" {
			own = parts[0]
			result = result.Elem().Field(1).Addr()
		}
		_, parts = s.plans.Kind(own)
		class := s.Resources[number(parts[0])].Class
		made = append(made, newResource(class, uint64(h), result.UnsafePointer()))
	default:
		f.drawResult(uint64(h), result.UnsafePointer(), false)
	}
}
