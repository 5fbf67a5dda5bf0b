package check

import (
	"reflect"
	"unsafe"
)

// Handles draws and digests handles: section 6 of docs/value-stream.md.
type Handles interface {
	// Draw sets the handle at p, which a stream does not draw.
	Draw(resource int, borrow bool, p unsafe.Pointer)
	// Number is the number of the resource behind the handle at p.
	Number(resource int, p unsafe.Pointer) uint64
}

func handlePlan(handles Handles, resource int, borrow bool) *plan {
	return &plan{
		func(_ *Stream, p unsafe.Pointer, _ int) { handles.Draw(resource, borrow, p) },
		func(h *Witness, p unsafe.Pointer) { h.Add(handles.Number(resource, p)) },
	}
}

// Plans draws and digests values of one schema for who holds them by pointer.
type Plans struct {
	planner *planner
}

// NewPlans reads a table of types: see newPlanner.
func NewPlans(table string, types []Type, handles Handles) *Plans {
	p := newPlanner(table, types)
	p.handles = handles
	return &Plans{p}
}

// Kind is the kind of a row, and the rows of its parts.
func (p *Plans) Kind(row string) (kind string, parts []string) {
	words := p.planner.table[word(row)]
	return words[0], words[1:]
}

// Plan is that of a row's type, held as a Go type.
func (p *Plans) Plan(row string, t reflect.Type) Plan { return Plan{p.planner.plan(row, t)} }

// Plan draws and digests values of one type.
type Plan struct {
	plan *plan
}

// Draw sets the value at v, the argument of a call or its result.
func (p Plan) Draw(g *Stream, v unsafe.Pointer) { p.plan.gen(g, v, 0) }

// Absorb digests the value at v.
func (p Plan) Absorb(h *Witness, v unsafe.Pointer) { p.plan.witness(h, v) }
