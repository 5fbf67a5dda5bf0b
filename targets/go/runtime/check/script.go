package check

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"fficheck.local/batch/ffirt"
)

// What completion scripts need: docs/completion.md.

// In adds the method with a context.
func (f Function) In(method any) Function {
	f.Context = method
	return f
}

// AsTask says that the first parameter is a plan.
func (f Function) AsTask() Function {
	f.Task = true
	return f
}

// Import is a host function or an event.
type Import struct {
	Function
	Event bool
	// Set is the client's method that sets the host function, with a context, or adds a listener.
	Set reflect.Value
	// Closure is the type of what it takes.
	Closure reflect.Type

	declare reflect.Value // makes an error of an E
}

// Host describes a host function; declare makes an error of an E where its result is a result<T, E>.
func Host(name string, role Role, signature string, set, declare any) Import {
	i := Import{Function: Function{Name: name, Role: role, signature: signature}, Set: reflect.ValueOf(set)}
	i.Closure = i.Set.Type().In(1)
	if declare != nil {
		i.declare = reflect.ValueOf(declare)
		i.errType = reflect.Zero(reflect.PointerTo(i.declare.Type().In(0))).Interface()
	}
	return i
}

// Event describes an event.
func Event(name, signature string, on any) Import {
	i := Host(name, RoleCall, signature, on, nil)
	i.Event = true
	return i
}

// PrepareScripts makes all plans at once, since scripts run on many goroutines.
func (s *Schema) PrepareScripts() {
	s.Prepare(&s.Constructor)
	for i := range s.Functions {
		if s.Functions[i].Method != nil {
			s.Prepare(&s.Functions[i])
		}
	}
	for i := range s.Imports {
		if s.Imports[i].plans == nil {
			s.prepare(&s.Imports[i].Function, s.Imports[i].Closure)
		}
	}
}

// Args draws the arguments of a call; a task's first is then the plan.
func (f *Function) Args(seed, plan uint64) []reflect.Value {
	g := NewStream(seed)
	args := make([]reflect.Value, len(f.plans.params))
	for i, p := range f.plans.params {
		args[i] = p.draw(g, 0)
	}
	if f.Task {
		args[0].SetUint(plan)
	}
	return args
}

// Call calls the method; ctx is nil for the form without.
func (f *Function) Call(ctx context.Context, client any, args []reflect.Value) []reflect.Value {
	if ctx == nil {
		return f.plans.method.Call(append([]reflect.Value{reflect.ValueOf(client)}, args...))
	}
	return reflect.ValueOf(f.Context).Call(append([]reflect.Value{reflect.ValueOf(client), reflect.ValueOf(ctx)}, args...))
}

// result is what a callee answers by section 5 of docs/value-stream.md, of a result<T, E> one side.
func (f *Function) result(args []reflect.Value) (v reflect.Value, isErr bool) {
	switch f.Role {
	case RoleConsume:
		return reflect.ValueOf(uint64(f.witness(args))), false
	case RoleEcho:
		if !f.Declares {
			return args[0], false
		}
		if isErr = args[0].Field(0).Bool(); isErr {
			return args[0].Field(2), true
		}
		return args[0].Field(1), false
	case RoleProduce:
		return f.drawResult(args[0].Uint())
	default:
		return f.drawResult(uint64(f.witness(args)))
	}
}

// Answer is what the closure of a host function returns that answers right.
func (i *Import) Answer(args []reflect.Value) []reflect.Value {
	v, isErr := i.result(args)
	if !isErr {
		return i.returns(v, nil)
	}
	return i.returns(reflect.Value{}, i.declare.Call([]reflect.Value{v})[0].Interface().(error))
}

// Refuse is what it returns with that error.
func (i *Import) Refuse(text string) []reflect.Value {
	return i.returns(reflect.Value{}, errors.New(text))
}

func (i *Import) returns(v reflect.Value, err error) []reflect.Value {
	last := reflect.New(reflect.TypeFor[error]()).Elem()
	if err != nil {
		last.Set(reflect.ValueOf(err))
	}
	if i.Closure.NumOut() == 1 {
		return []reflect.Value{last}
	}
	if !v.IsValid() {
		v = reflect.Zero(i.Closure.Out(0))
	}
	return []reflect.Value{v, last}
}

// Ending is how a call must end: with a result, or an error of that text.
type Ending struct {
	IsError bool
	Text    string
	witness Witness
}

// ending is a result as the method gives it: the err of a result<T, string> is an error.
func (f *Function) ending(v reflect.Value, isErr bool) Ending {
	if isErr && f.plans.text {
		return Ending{IsError: true, Text: v.String()}
	}
	return Ending{witness: f.resultWitness(v, isErr)}
}

// Fields of a plan: section 1.
const planTag = 0xF1C0DE5

func isPlan(plan uint64) bool { return plan>>32 == planTag<<4 }

// DelayedPlan is the plan of call i > 0 of a group, whose delay is another.
func DelayedPlan(plan, seed uint64) uint64 {
	if !isPlan(plan) {
		return plan
	}
	return plan&^0xFFFF | (seed>>20)%(plan&0xFFFF+1)
}

// PlanFails is whether the plan ends in an error.
func PlanFails(plan uint64) bool { return isPlan(plan) && plan>>29&1 != 0 }

const (
	taskFailed = "task failed"
	hostError  = "host error: "
	destroyed  = "context destroyed"
)

// Expect says how a call with these arguments ends where all goes well.
func (s *Schema) Expect(f *Function, args []reflect.Value) Ending {
	plan := uint64(0)
	if f.Task {
		plan = args[0].Uint()
	}
	if !isPlan(plan) {
		return f.ending(f.result(args))
	}
	w := uint64(f.witness(args))
	h := Witness(w)
	hosts := s.hosts()
	for i := range plan >> 18 & 3 {
		if len(hosts) == 0 {
			break
		}
		host := hosts[(plan>>20&7+i)%uint64(len(hosts))]
		v, isErr := host.result(host.Args(ValueSeed(w, i), 0))
		if end := host.ending(v, isErr); end.IsError {
			return Ending{IsError: true, Text: hostError + end.Text}
		}
		h.Add(uint64(host.answerWitness(v, isErr)))
	}
	if PlanFails(plan) {
		return Ending{IsError: true, Text: taskFailed}
	}
	return f.ending(f.drawResult(uint64(h)))
}

func (s *Schema) hosts() []*Import {
	var hosts []*Import
	for i := range s.Imports {
		if !s.Imports[i].Event {
			hosts = append(hosts, &s.Imports[i])
		}
	}
	return hosts
}

// answerWitness is of an answer as the callee holds it: of a result<T, string> the T.
func (i *Import) answerWitness(v reflect.Value, isErr bool) Witness {
	if !i.plans.text {
		return i.resultWitness(v, isErr)
	}
	h := NewWitness
	absorb(&h, i.plans.ok, v)
	return h
}

// How a call ended: section 3.
const (
	Right     = "right"
	Destroyed = "destroyed"
	ByHost    = "host"
	Cancelled = "cancelled"
	Wrong     = "wrong"
)

// Judge says how a call ended; detail is one line where that is Wrong.
func (f *Function) Judge(want Ending, results []reflect.Value) (end, detail string) {
	seen, err := f.digest(results)
	last, _ := results[len(results)-1].Interface().(error)
	if f.plans.text && last != nil {
		err = last
	}
	if err == nil {
		switch {
		case want.IsError:
			return Wrong, fmt.Sprintf("%s: expected the error %q, seen success", f.Name, want.Text)
		case seen != want.witness:
			return Wrong, fmt.Sprintf("%s: witness of the result %#016x, expected %#016x", f.Name, uint64(seen), uint64(want.witness))
		}
		return Right, ""
	}
	text := err.Error()
	switch {
	case want.IsError && text == want.Text:
		return Right, ""
	case errors.Is(err, ffirt.ErrClosed), text == destroyed, text == hostError+destroyed:
		return Destroyed, ""
	case errors.Is(err, context.Canceled):
		return Cancelled, ""
	case strings.HasPrefix(text, hostError):
		return ByHost, ""
	case want.IsError:
		return Wrong, fmt.Sprintf("%s: expected the error %q, seen %q", f.Name, want.Text, text)
	}
	return Wrong, fmt.Sprintf("%s: the call failed: %s", f.Name, text)
}

// Collect is the perturbation that collects garbage, which also stops and moves goroutines.
const Collect = -2

// collected is how many calls of a group may do that: it costs more than a call.
const collected = 64

// Perturbation is how many microseconds to sleep before call i of a group; negative: yield, or Collect.
func Perturbation(seed, group, i uint64) int {
	if seed == 0 {
		return 0
	}
	r := ValueSeed(seed+group, i)
	switch r & 7 {
	case 0, 1:
		return int((r >> 8) % 200)
	case 2, 3:
		return -1
	case 4:
		if i < collected {
			return Collect
		}
	}
	return 0
}

// TextError makes the error of a host function that declares result<T, string>.
func TextError(text string) error { return errors.New(text) }

// Make calls a constructor.
func (f *Function) Make(args []reflect.Value) []reflect.Value { return f.plans.method.Call(args) }

// Inner is the function that closures and listeners call: the first task, or the first there is.
func (s *Schema) Inner() *Function {
	var any *Function
	for i := range s.Functions {
		f := &s.Functions[i]
		if f.Method == nil {
			continue
		}
		if f.Task {
			return f
		}
		if any == nil {
			any = f
		}
	}
	return any
}
