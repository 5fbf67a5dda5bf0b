package check

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"fficheck.local/batch/ffirt"
)

// Role is what the callee does for a function: section 5 of docs/value-stream.md.
type Role uint8

const (
	RoleConsume Role = iota
	RoleProduce
	RoleEcho
	RoleCall
)

// Schema is one schema of a batch as generated code describes it.
type Schema struct {
	Library *ffirt.Library
	// Constructor is the function that makes a client, Instance a client's context.
	Constructor Function
	Instance    func(client any) *ffirt.Instance
	// Table has a row for each type of the schema; see newPlanner.
	Table string
	// Functions are those of the schema; a constructor among them has no Method.
	Functions []Function
	// Imports are what the host implements and listens to.
	Imports []Import
	// Types: enums, flags and variants, which reflection alone does not know.
	Types []Type

	planner *planner
}

// Function is one function of a schema.
type Function struct {
	Name string
	Role Role
	// Method is the client's method as a function, or the constructor.
	Method any
	// Declares: the result is a result<T, E>, so an error of the method may be a value.
	Declares bool
	// Context is the method with a context, for completion scripts.
	Context any
	// Task: its first parameter is a plan (docs/completion.md).
	Task bool

	signature string // rows of the parameters, ">", row of the result
	errType   any    // pointer to an E, or nil
	plans     *plans // nil before the first use
}

// Fn describes a function; err is a nil pointer to E where the result is a result<T, E>.
func Fn(name string, role Role, signature string, method, err any) Function {
	return Function{Name: name, Role: role, Method: method, signature: signature, errType: err}
}

// part is a plan with its Go type.
type part struct {
	*plan
	goType reflect.Type
}

func (p part) draw(g *Stream, depth int) reflect.Value {
	v := reflect.New(p.goType)
	p.gen(g, v.UnsafePointer(), depth)
	return v.Elem()
}

// plans are what a function's values need.
type plans struct {
	method reflect.Value
	params []part
	ok     part // its plan is nothing where there is no value
	err    part
	text   bool // err is a string
}

// Prepare gives a function, with its plans; not for two goroutines at once.
func (s *Schema) Prepare(f *Function) *Function {
	if f.plans == nil {
		method := reflect.ValueOf(f.Method)
		s.prepare(f, method.Type())
		f.plans.method = method
	}
	return f
}

// prepare makes the plans of a function whose last parameters and first result have the types of t.
func (s *Schema) prepare(f *Function, t reflect.Type) {
	if s.planner == nil {
		s.planner = newPlanner(s.Table, s.Types)
	}
	p := &plans{ok: part{nothing, unit}, err: part{nothing, unit}}
	in, out, _ := strings.Cut(f.signature, ">")
	ids := strings.Fields(in)
	for i, id := range ids {
		goType := t.In(t.NumIn() - len(ids) + i)
		p.params = append(p.params, part{s.planner.plan(id, goType), goType})
	}
	ok := out
	if out != "" && s.planner.table[word(out)][0] == "result" {
		row := s.planner.table[word(out)]
		f.Declares = true
		ok = row[1]
		if row[2] != "-" {
			goType := reflect.TypeOf(f.errType).Elem()
			p.err = part{s.planner.plan(row[2], goType), goType}
			p.text = s.planner.table[word(row[2])][0] == "string"
		}
	}
	if ok != "" && ok != "-" {
		p.ok = part{s.planner.plan(ok, t.Out(0)), t.Out(0)}
	}
	f.plans = p
}

// Open makes a client; a constructor's arguments come from the stream.
func (s *Schema) Open(g *Stream) (any, error) {
	f := s.Prepare(&s.Constructor)
	var args []reflect.Value
	for _, p := range f.plans.params {
		args = append(args, p.draw(g, 0))
	}
	results := f.plans.method.Call(args)
	err, _ := results[1].Interface().(error)
	return results[0].Interface(), err
}

// expect draws what a callee answers from that seed: its witness, and whether it is an err.
func (f *Function) expect(seed uint64) (h Witness, isErr bool) {
	v, isErr := f.drawResult(seed)
	return f.resultWitness(v, isErr), isErr
}

// drawResult draws a result, of a result<T, E> one of its sides.
func (f *Function) drawResult(seed uint64) (v reflect.Value, isErr bool) {
	g := NewStream(seed)
	if !f.Declares {
		return f.plans.ok.draw(g, 0), false
	}
	isErr = !g.Maybe()
	return f.side(isErr).draw(g, 1), isErr
}

func (f *Function) side(isErr bool) part {
	if isErr {
		return f.plans.err
	}
	return f.plans.ok
}

func (f *Function) resultWitness(v reflect.Value, isErr bool) Witness {
	h := NewWitness
	if f.Declares {
		h.Bool(isErr)
	}
	absorb(&h, f.side(isErr), v)
	return h
}

// absorb adds a value to a witness.
func absorb(h *Witness, p part, v reflect.Value) {
	if p.plan == nothing {
		return
	}
	if !v.CanAddr() {
		held := reflect.New(p.goType)
		held.Elem().Set(v)
		v = held.Elem()
	}
	p.witness(h, v.Addr().UnsafePointer())
}

// Law says how a trial draws its arguments and how often it sends them.
type Law struct {
	Produce bool // the argument is the seed
	Repeat  bool // the arguments are sent twice, get one answer, and must not change
}

// Outcome is what a trial found.
type Outcome struct {
	Failure string // empty where the law held
	Digest  uint64
	IsErr   bool // the expected result is an err
}

// Run tries the value of that seed.
func (f *Function) Run(client any, law Law, seed uint64) (out Outcome) {
	defer func() {
		if r := recover(); r != nil {
			out.Failure = fmt.Sprintf("panic: %v", r)
		}
	}()
	args := []reflect.Value{reflect.ValueOf(client)}
	if law.Produce {
		args = append(args, reflect.ValueOf(seed))
	} else {
		g := NewStream(seed)
		for _, p := range f.plans.params {
			args = append(args, p.draw(g, 0))
		}
	}
	before := f.witness(args[1:])
	expected := f.expected(&out, before, args[1:])
	out.Digest = uint64(before)
	sends := 1
	if law.Produce {
		out.Digest = uint64(expected)
	}
	if law.Repeat {
		sends = 2
	}
	for i := range sends {
		seen, err := f.send(args)
		if err != nil {
			out.Failure = "the call failed: " + err.Error()
			return out
		}
		if law.Repeat && i == 0 {
			expected = seen // whether it is right is for the other laws to say
		}
		if seen != expected {
			out.Failure = fmt.Sprintf("witness of the result %#016x, expected %#016x", uint64(seen), uint64(expected))
			return out
		}
	}
	if after := f.witness(args[1:]); after != before {
		out.Failure = fmt.Sprintf("the call changed its caller's arguments: witness %#016x, was %#016x", uint64(after), uint64(before))
	}
	return out
}

func (f *Function) witness(args []reflect.Value) Witness {
	h := NewWitness
	for i, p := range f.plans.params {
		absorb(&h, p, args[i])
	}
	return h
}

func (f *Function) expected(out *Outcome, args Witness, values []reflect.Value) (expected Witness) {
	switch f.Role {
	case RoleConsume:
		expected = NewWitness
		expected.Add(uint64(args))
	case RoleEcho:
		expected = args
		out.IsErr = f.Declares && values[0].Field(0).Bool()
	case RoleProduce:
		expected, out.IsErr = f.expect(values[0].Uint())
	case RoleCall:
		expected, out.IsErr = f.expect(uint64(args))
	}
	return expected
}

// send calls the method and digests its result; an error is one that is no declared err.
func (f *Function) send(args []reflect.Value) (Witness, error) {
	return f.digest(f.plans.method.Call(args))
}

// digest is the witness of what a method gave; an error is one that is no declared err.
func (f *Function) digest(results []reflect.Value) (Witness, error) {
	if err, _ := results[len(results)-1].Interface().(error); err != nil {
		declared, ok := f.declared(err)
		if !ok {
			return 0, err
		}
		return f.resultWitness(declared, true), nil
	}
	return f.resultWitness(results[0], false), nil
}

// declared is the value of a declared err.
func (f *Function) declared(err error) (v reflect.Value, ok bool) {
	if !f.Declares {
		return v, false
	}
	if f.plans.text {
		var e *ffirt.Error
		if !errors.As(err, &e) || e.Origin != ffirt.Declared {
			return v, false
		}
		return reflect.ValueOf(e.Text), true
	}
	value := reflect.ValueOf(err)
	if value.Kind() != reflect.Pointer || !isErrValue(value.Type().Elem()) {
		return v, false
	}
	return value.Elem().Field(0), value.Elem().Field(0).Type() == f.plans.err.goType
}

// Witness digests arguments.
func (f *Function) Witness(args []reflect.Value) Witness { return f.witness(args) }
