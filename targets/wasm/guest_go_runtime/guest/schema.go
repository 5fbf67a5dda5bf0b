// Package guest is the test guest: the callee of docs/value-stream.md, the guest as caller, and the
// probe of docs/target-wasm.md. It is no part of a binding.
package guest

import (
	"reflect"
	"strings"
	"unsafe"

	"fficheck.local/batch/check"
	"fficheck.local/batch/ffirt"
)

// Schema is one schema of the batch as generated code describes it.
type Schema struct {
	// Describe fills the rest in, when it is first needed.
	Describe func(*Schema)

	Table     string       // a row for each type: check.NewPlans
	Types     []check.Type // which reflection alone does not know
	Resources []Resource
	// Exports and Hosts describe the functions: rows parted by ";", each a role, the rows of the
	// parameters, ">", and the row of the result.
	Exports, Hosts string
	HostFunctions  []any

	plans          *check.Plans
	exports, hosts []*function
}

// Resource is one resource of a schema.
type Resource struct {
	Class     *ffirt.Class
	Construct int // the host function that makes one; -1 where there is none
}

// Schemas are those of the batch.
var Schemas []*Schema

type function struct {
	role   string
	params []string
	result string
	args   []check.Plan
	out    check.Plan
	types  []reflect.Type // of the parameters, and the result's where there is one
	call   reflect.Value  // host functions only
	owns   bool           // a parameter is or holds an owned handle
}

func functions(rows string) (all []*function) {
	for _, row := range strings.Split(rows, ";") {
		if row == "" {
			continue
		}
		in, result, _ := strings.Cut(row, ">")
		words := strings.Fields(in)
		all = append(all, &function{role: words[0], params: words[1:], result: result})
	}
	return all
}

// prepared is the schema in use. What another one needed is the collector's: it would go through all of
// it each time.
var prepared *Schema

func (s *Schema) prepare() {
	if s == prepared {
		return
	}
	if prepared != nil {
		*prepared = Schema{Describe: prepared.Describe}
	}
	prepared = s
	s.Describe(s)
	s.plans = check.NewPlans(s.Table, s.Types, handles{s})
	s.exports, s.hosts = functions(s.Exports), functions(s.Hosts)
}

// know fills in the plans of a function whose Go types are known.
func (s *Schema) know(f *function, types []reflect.Type) {
	f.types = types
	for i, row := range f.params {
		f.args = append(f.args, s.plans.Plan(row, types[i]))
		f.owns = f.owns || s.owns(row)
	}
	if f.result != "" {
		f.out = s.plans.Plan(f.result, types[len(f.params)])
	}
}

// owns is whether a type reaches an owned handle.
func (s *Schema) owns(row string) bool {
	kind, parts := s.plans.Kind(row)
	switch kind {
	case "own":
		return true
	case "borrow", "enum", "flags":
		return false
	}
	for _, part := range parts {
		if part != "-" && s.owns(part) {
			return true
		}
	}
	return false
}

func (s *Schema) export(index int, values []any) *function {
	s.prepare()
	f := s.exports[index]
	if f.types == nil {
		types := make([]reflect.Type, len(values))
		for i, v := range values {
			types[i] = reflect.TypeOf(v).Elem()
		}
		s.know(f, types)
	}
	return f
}

func (s *Schema) host(index int) *function {
	s.prepare()
	f := s.hosts[index]
	if f.types == nil {
		f.call = reflect.ValueOf(s.HostFunctions[index])
		t := f.call.Type()
		var types []reflect.Type
		for i := range t.NumIn() {
			types = append(types, t.In(i))
		}
		for i := range t.NumOut() {
			types = append(types, t.Out(i))
		}
		s.know(f, types)
	}
	return f
}

// made are the handles that were lifted or made since the last Finish.
var made []ffirt.Resource

func init() {
	ffirt.Checked = true
	ffirt.OnOwn = func(r ffirt.Resource) { made = append(made, r) }
}

// Finish drops the handles that a call left behind: those that it did not hand on.
func Finish() {
	for _, r := range made {
		r.Drop()
	}
	clear(made)
	made = made[:0]
}

// making is what is being drawn: the seed, and the handles drawn so far.
var making struct {
	seed, count uint64
	dry         bool // make none: only a witness is wanted
}

// handles draws a schema's handles, which are structs that embed a ffirt.Resource.
type handles struct {
	schema *Schema
}

func (h handles) Draw(resource int, _ bool, p unsafe.Pointer) {
	if making.dry {
		return
	}
	number := check.ValueSeed(making.seed, making.count)
	making.count++
	r := h.schema.Resources[resource]
	if r.Class.Imported() {
		h.schema.construct(r, number, p)
		return
	}
	made = append(made, newResource(r.Class, number, p))
}

func (h handles) Number(resource int, p unsafe.Pointer) uint64 {
	number, _ := (*ffirt.Resource)(p).Value().(uint64)
	return number
}

// newResource makes an exported resource of that number at p.
func newResource(class *ffirt.Class, number uint64, p unsafe.Pointer) ffirt.Resource {
	r := ffirt.NewResource(class, number)
	*(*ffirt.Resource)(p) = r
	return r
}

// construct has the host make a resource.
func (s *Schema) construct(r Resource, number uint64, p unsafe.Pointer) {
	if r.Construct < 0 {
		panic("guest: nobody makes a " + r.Class.Name)
	}
	f := s.host(r.Construct)
	args := f.draw(number)
	result := f.send(args)
	if kind, _ := s.plans.Kind(f.result); kind == "result" {
		if result.Field(0).Bool() {
			panic("guest: the host's constructor failed")
		}
		result = result.Field(1)
	}
	*(*ffirt.Resource)(p) = result.Field(0).Interface().(ffirt.Resource)
}

// draw makes a function's arguments; the pointers to them.
func (f *function) draw(seed uint64) []reflect.Value {
	outer := making
	making.seed, making.count, making.dry = seed, 0, false
	g := check.NewStream(seed)
	args := make([]reflect.Value, len(f.args))
	for i, plan := range f.args {
		args[i] = reflect.New(f.types[i])
		plan.Draw(g, args[i].UnsafePointer())
	}
	making = outer
	return args
}

// drawResult makes a result at p.
func (f *function) drawResult(seed uint64, p unsafe.Pointer, dry bool) {
	outer := making
	making.seed, making.count, making.dry = seed, 0, dry
	f.out.Draw(check.NewStream(seed), p)
	making = outer
}

// send calls a host function; an addressable value, where there is a result.
func (f *function) send(args []reflect.Value) (result reflect.Value) {
	values := make([]reflect.Value, len(args))
	for i, a := range args {
		values[i] = a.Elem()
	}
	results := f.call.Call(values)
	if len(results) == 0 {
		return result
	}
	result = reflect.New(results[0].Type()).Elem()
	result.Set(results[0])
	return result
}

func (f *function) witness(args []reflect.Value) check.Witness {
	h := check.NewWitness
	for i, plan := range f.args {
		plan.Absorb(&h, args[i].UnsafePointer())
	}
	return h
}
