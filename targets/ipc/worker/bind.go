package worker

import (
	"context"
	"reflect"

	"fficheck.local/batch/ffirt"
)

// addresses are where the batch's server listens for each library; set before any constructor runs.
var addresses = map[*ffirt.Library]string{}

// Constructor makes a function of a generated constructor that connects to the library's server.
func Constructor(library *ffirt.Library, f any) any {
	return leaveOut(f, 2, 0, func() []reflect.Value {
		return []reflect.Value{background, reflect.ValueOf(addresses[library])}
	})
}

// Method makes a function without context.Context of a generated method.
func Method(f any) any {
	return leaveOut(f, 1, 1, func() []reflect.Value { return []reflect.Value{background} })
}

var background = reflect.ValueOf(context.Background())

// leaveOut is f without n parameters from `from` on, for which it gets what fill gives.
func leaveOut(f any, n, from int, fill func() []reflect.Value) any {
	function := reflect.ValueOf(f)
	t := function.Type()
	var in, out []reflect.Type
	for i := range t.NumIn() {
		if i < from || i >= from+n {
			in = append(in, t.In(i))
		}
	}
	for i := range t.NumOut() {
		out = append(out, t.Out(i))
	}
	return reflect.MakeFunc(reflect.FuncOf(in, out, false), func(args []reflect.Value) []reflect.Value {
		all := append(append(append([]reflect.Value{}, args[:from]...), fill()...), args[from:]...)
		return function.Call(all)
	}).Interface()
}
