package check

import (
	"reflect"
	"strconv"
	"strings"
	"unsafe"
)

// A plan draws and digests values of one type of a schema, held as its Go type. Plans are closures
// made once from the schema's table of types and from reflection, so that a batch holds no test code
// for each type: compiling it would cost more than the binding.
type plan struct {
	gen     func(g *Stream, p unsafe.Pointer, depth int)
	witness func(h *Witness, p unsafe.Pointer)
}

// planner makes the plans of one schema.
type planner struct {
	table    [][]string // the words of each type's row: its kind, then parts or a count
	variants map[reflect.Type][]reflect.Type
	known    map[planKey]*plan
	handles  Handles // nil where a handle is drawn as the number it stands for
}

type planKey struct {
	id     string
	goType reflect.Type
}

// newPlanner reads a table of types: rows parted by ";", each a kind and the rows of its parts ("-"
// for none), or the number of cases or flags, or that of the resource.
func newPlanner(table string, types []Type) *planner {
	p := &planner{nil, map[reflect.Type][]reflect.Type{}, map[planKey]*plan{}, nil}
	for _, row := range strings.Split(table, ";") {
		p.table = append(p.table, strings.Fields(row))
	}
	for _, t := range types {
		p.variants[t.goType] = t.cases
	}
	return p
}

func (b *planner) plan(id string, t reflect.Type) *plan {
	key := planKey{id, t}
	if b.known[key] == nil {
		b.known[key] = b.make(id, t)
	}
	return b.known[key]
}

func word(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return n
}

func leaf[T any](gen func(*Stream) T, add func(*Witness, T)) *plan {
	return &plan{
		func(g *Stream, p unsafe.Pointer, _ int) { *(*T)(p) = gen(g) },
		func(h *Witness, p unsafe.Pointer) { add(h, *(*T)(p)) },
	}
}

func natural[T uint8 | uint16 | uint32 | uint64](gen func(*Stream) T) *plan {
	return leaf(gen, func(h *Witness, x T) { h.Add(uint64(x)) })
}

func integer[T int8 | int16 | int32 | int64](gen func(*Stream) T) *plan {
	return leaf(gen, func(h *Witness, x T) { h.Int(int64(x)) })
}

// index is an enum or at most 64 flags, in as many bytes as its Go type has.
func index(t reflect.Type, gen func(*Stream) uint64) *plan {
	switch t.Size() {
	case 1:
		return natural(func(g *Stream) uint8 { return uint8(gen(g)) })
	case 2:
		return natural(func(g *Stream) uint16 { return uint16(gen(g)) })
	case 4:
		return natural(func(g *Stream) uint32 { return uint32(gen(g)) })
	default:
		return natural(gen)
	}
}

func (b *planner) make(id string, t reflect.Type) *plan {
	row := b.table[word(id)]
	kind, parts := row[0], row[1:]
	switch kind {
	case "bool":
		return leaf((*Stream).Bool, (*Witness).Bool)
	case "s8":
		return integer((*Stream).Int8)
	case "u8":
		return natural((*Stream).Uint8)
	case "s16":
		return integer((*Stream).Int16)
	case "u16":
		return natural((*Stream).Uint16)
	case "s32":
		return integer((*Stream).Int32)
	case "u32":
		return natural((*Stream).Uint32)
	case "s64":
		return integer((*Stream).Int64)
	case "u64":
		return natural((*Stream).Uint64)
	case "own", "borrow":
		if b.handles == nil {
			return natural((*Stream).Uint64)
		}
		return handlePlan(b.handles, word(parts[0]), kind == "borrow")
	case "f32":
		return leaf((*Stream).Float32, (*Witness).Float32)
	case "f64":
		return leaf((*Stream).Float64, (*Witness).Float64)
	case "char":
		return leaf((*Stream).Char, (*Witness).Char)
	case "string":
		return &plan{
			func(g *Stream, p unsafe.Pointer, depth int) { *(*string)(p) = g.String(depth) },
			func(h *Witness, p unsafe.Pointer) { h.String(*(*string)(p)) },
		}
	case "enum":
		n := uint32(word(parts[0]))
		return index(t, func(g *Stream) uint64 { return uint64(g.Case(n)) })
	case "flags":
		return flagsPlan(t, uint64(word(parts[0])))
	case "list":
		return listPlan(t, b.plan(parts[0], t.Elem()))
	case "option":
		return optionPlan(t, b.plan(parts[0], t.Elem()))
	case "result":
		return b.resultPlan(parts, t)
	case "variant":
		return b.variantPlan(parts, t)
	default: // record, tuple
		return b.structPlan(parts, t)
	}
}

func flagsPlan(t reflect.Type, n uint64) *plan {
	if t.Kind() != reflect.Array {
		return index(t, func(g *Stream) uint64 { return g.Flags(n) })
	}
	words := func(p unsafe.Pointer) []uint64 { return unsafe.Slice((*uint64)(p), t.Len()) }
	return &plan{
		func(g *Stream, p unsafe.Pointer, _ int) { g.FlagWords(words(p), n) },
		func(h *Witness, p unsafe.Pointer) {
			for _, word := range words(p) {
				h.Add(word)
			}
		},
	}
}

func listPlan(t reflect.Type, element *plan) *plan {
	size := t.Elem().Size()
	return &plan{
		func(g *Stream, p unsafe.Pointer, depth int) {
			n := g.Len(depth)
			list := reflect.MakeSlice(t, n, n)
			reflect.NewAt(t, p).Elem().Set(list)
			first := list.UnsafePointer()
			for i := range n {
				element.gen(g, unsafe.Add(first, uintptr(i)*size), depth+1)
			}
		},
		func(h *Witness, p unsafe.Pointer) {
			list := *(*[]struct{})(p)
			h.Add(uint64(len(list)))
			first := unsafe.Pointer(unsafe.SliceData(list))
			for i := range list {
				element.witness(h, unsafe.Add(first, uintptr(i)*size))
			}
		},
	}
}

func optionPlan(t reflect.Type, some *plan) *plan {
	return &plan{
		func(g *Stream, p unsafe.Pointer, depth int) {
			if !g.Maybe() {
				*(*unsafe.Pointer)(p) = nil
				return
			}
			v := reflect.New(t.Elem()).UnsafePointer()
			*(*unsafe.Pointer)(p) = v
			some.gen(g, v, depth+1)
		},
		func(h *Witness, p unsafe.Pointer) {
			v := *(*unsafe.Pointer)(p)
			h.Bool(v != nil)
			if v != nil {
				some.witness(h, v)
			}
		},
	}
}

// nothing is the plan of what has no type.
var nothing = &plan{func(*Stream, unsafe.Pointer, int) {}, func(*Witness, unsafe.Pointer) {}}

func (b *planner) part(id string, t reflect.Type) *plan {
	if id == "-" {
		return nothing
	}
	return b.plan(id, t)
}

func (b *planner) resultPlan(parts []string, t reflect.Type) *plan {
	var sides [2]*plan
	var offsets [2]uintptr
	for i := range sides {
		field := t.Field(1 + i)
		sides[i], offsets[i] = b.part(parts[i], field.Type), field.Offset
	}
	return &plan{
		func(g *Stream, p unsafe.Pointer, depth int) {
			side := 0
			if !g.Maybe() {
				side = 1
			}
			*(*bool)(p) = side == 1
			sides[side].gen(g, unsafe.Add(p, offsets[side]), depth+1)
		},
		func(h *Witness, p unsafe.Pointer) {
			side := 0
			if *(*bool)(p) {
				side = 1
			}
			h.Add(uint64(side))
			sides[side].witness(h, unsafe.Add(p, offsets[side]))
		},
	}
}

func (b *planner) structPlan(parts []string, t reflect.Type) *plan {
	plans := make([]*plan, len(parts))
	offsets := make([]uintptr, len(parts))
	for i, id := range parts {
		plans[i], offsets[i] = b.plan(id, t.Field(i).Type), t.Field(i).Offset
	}
	return &plan{
		func(g *Stream, p unsafe.Pointer, depth int) {
			for i, part := range plans {
				part.gen(g, unsafe.Add(p, offsets[i]), depth+1)
			}
		},
		func(h *Witness, p unsafe.Pointer) {
			for i, part := range plans {
				part.witness(h, unsafe.Add(p, offsets[i]))
			}
		},
	}
}

func (b *planner) variantPlan(parts []string, t reflect.Type) *plan {
	cases := b.variants[t]
	plans := make([]*plan, len(parts))
	indices := map[reflect.Type]int{}
	for i, id := range parts {
		indices[cases[i]] = i
		plans[i] = nothing
		if id != "-" {
			plans[i] = b.plan(id, cases[i].Field(0).Type)
		}
	}
	return &plan{
		func(g *Stream, p unsafe.Pointer, depth int) {
			i := g.Case(uint32(len(plans)))
			v := reflect.New(cases[i])
			plans[i].gen(g, v.UnsafePointer(), depth+1)
			reflect.NewAt(t, p).Elem().Set(v.Elem())
		},
		func(h *Witness, p unsafe.Pointer) {
			held := reflect.NewAt(t, p).Elem().Elem()
			i, ok := indices[held.Type()]
			if !ok {
				panic("no case of " + t.String())
			}
			h.Add(uint64(i))
			if plans[i] != nothing {
				v := reflect.New(cases[i])
				v.Elem().Set(held)
				plans[i].witness(h, v.UnsafePointer())
			}
		},
	}
}
