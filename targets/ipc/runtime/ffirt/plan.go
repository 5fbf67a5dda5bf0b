package ffirt

import (
	"math"
	"reflect"
	"slices"
	"unicode/utf8"
)

// A plan turns Go values of one type of a schema into what the CBOR encoder takes, and what the
// decoder gives into Go values. It is made once from the schema's table and from reflection.
type plan struct {
	encode func(v reflect.Value) any
	decode func(v reflect.Value, wire any)
}

// plan gives the plan of a row's type, held as a Go type.
func (l *Library) plan(row string, t reflect.Type) *plan {
	key := planKey{row, t}
	if known, ok := l.plans.Load(key); ok {
		return known.(*plan)
	}
	made, _ := l.plans.LoadOrStore(key, l.make(row, t))
	return made.(*plan)
}

func (l *Library) make(row string, t reflect.Type) *plan {
	kind, words := l.rows[number(row)][0], l.rows[number(row)][1:]
	parts := make([]part, len(words))
	for i, word := range words {
		parts[i] = parsePart(word)
	}
	switch kind {
	case "bool":
		return &plan{
			func(v reflect.Value) any { return v.Bool() },
			func(v reflect.Value, wire any) { v.SetBool(want[bool](wire, "a bool")) },
		}
	case "s8", "s16", "s32", "s64":
		return &plan{func(v reflect.Value) any { return v.Int() }, decodeSigned}
	case "u8", "u16", "u32", "u64", "own", "borrow":
		return naturalPlan(math.MaxUint64 >> (64 - t.Bits()))
	case "f32", "f64":
		return &plan{encodeFloat, decodeFloat}
	case "char":
		return &plan{encodeChar, decodeChar}
	case "string":
		return &plan{
			func(v reflect.Value) any { return v.String() },
			func(v reflect.Value, wire any) { v.SetString(want[string](wire, "a text string")) },
		}
	case "list":
		if l.rows[number(parts[0].row)][0] == "u8" {
			return bytesPlan
		}
		return listPlan(t, l.plan(parts[0].row, t.Elem()))
	case "option":
		inner := l.rows[number(parts[0].row)][0] == "option"
		return optionPlan(t, inner, l.plan(parts[0].row, t.Elem()))
	case "enum":
		return enumPlan(words)
	case "flags":
		return flagsPlan(t, number(words[0]))
	case "result":
		return l.resultPlan(parts, t)
	case "variant":
		return l.variantPlan(parts, t)
	case "record":
		return l.recordPlan(parts, t)
	default: // tuple
		return l.tuplePlan(parts, t)
	}
}

func want[T any](wire any, what string) T {
	x, ok := wire.(T)
	if !ok {
		refuse("%T where %s is wanted", wire, what)
	}
	return x
}

func decodeSigned(v reflect.Value, wire any) {
	n, ok := wire.(int64)
	if u, natural := wire.(uint64); natural && u <= math.MaxInt64 {
		n, ok = int64(u), true
	}
	if !ok || v.OverflowInt(n) {
		refuse("%v is no %s", wire, v.Kind())
	}
	v.SetInt(n)
}

func naturalPlan(most uint64) *plan {
	return &plan{
		func(v reflect.Value) any {
			if n := v.Uint(); n > most {
				refuse("%d is more than %d", n, most)
			}
			return v.Uint()
		},
		func(v reflect.Value, wire any) {
			n := want[uint64](wire, "a natural number")
			if n > most {
				refuse("%d is more than %d", n, most)
			}
			v.SetUint(n)
		},
	}
}

func encodeFloat(v reflect.Value) any {
	if v.Kind() == reflect.Float32 {
		return float32(v.Float())
	}
	return v.Float()
}

func decodeFloat(v reflect.Value, wire any) {
	f := want[float64](wire, "a float")
	if v.Kind() == reflect.Float32 && float64(float32(f)) != f && f == f {
		refuse("%v is no float32", f)
	}
	v.SetFloat(f)
}

func encodeChar(v reflect.Value) any {
	c := rune(v.Int())
	if !utf8.ValidRune(c) {
		refuse("%#x is no char", c)
	}
	return uint64(c)
}

func decodeChar(v reflect.Value, wire any) {
	c := want[uint64](wire, "a char")
	if c > utf8.MaxRune || !utf8.ValidRune(rune(c)) {
		refuse("%#x is no char", c)
	}
	v.SetInt(int64(c))
}

var bytesPlan = &plan{
	func(v reflect.Value) any {
		if v.IsNil() {
			return []byte{}
		}
		return v.Bytes()
	},
	func(v reflect.Value, wire any) { v.SetBytes(want[[]byte](wire, "a byte string")) },
}

func listPlan(t reflect.Type, element *plan) *plan {
	return &plan{
		func(v reflect.Value) any {
			list := make([]any, v.Len())
			for i := range list {
				list[i] = element.encode(v.Index(i))
			}
			return list
		},
		func(v reflect.Value, wire any) {
			list := want[[]any](wire, "an array")
			v.Set(reflect.MakeSlice(t, len(list), len(list)))
			for i, x := range list {
				element.decode(v.Index(i), x)
			}
		},
	}
}

// An option is null or its value; where that is an option too, which null could stand for, in an
// array of one.
func optionPlan(t reflect.Type, wrapped bool, some *plan) *plan {
	return &plan{
		func(v reflect.Value) any {
			if v.IsNil() {
				return nil
			}
			x := some.encode(v.Elem())
			if wrapped {
				return []any{x}
			}
			return x
		},
		func(v reflect.Value, wire any) {
			if wire == nil {
				v.SetZero()
				return
			}
			if wrapped {
				list := want[[]any](wire, "null or an array of one")
				if len(list) != 1 {
					refuse("an array of %d where one of 1 is wanted", len(list))
				}
				wire = list[0]
			}
			v.Set(reflect.New(t.Elem()))
			some.decode(v.Elem(), wire)
		},
	}
}

func indexOf(names []string, name string) int {
	i := slices.Index(names, name)
	if i < 0 {
		refuse("%q is no case", name)
	}
	return i
}

func enumPlan(names []string) *plan {
	return &plan{
		func(v reflect.Value) any {
			if n := v.Uint(); n >= uint64(len(names)) {
				refuse("case %d of %d", n, len(names))
			}
			return names[v.Uint()]
		},
		func(v reflect.Value, wire any) { v.SetUint(uint64(indexOf(names, want[string](wire, "a case")))) },
	}
}

// used are the bits that n flags have in a word.
func used(n int) uint64 {
	if n >= 64 {
		return math.MaxUint64
	}
	return 1<<max(n, 0) - 1
}

func flagsPlan(t reflect.Type, n int) *plan {
	if t.Kind() != reflect.Array {
		return wordPlan(used(n))
	}
	words := make([]*plan, t.Len())
	for i := range words {
		words[i] = wordPlan(used(n - 64*i))
	}
	return arrayPlan(words, func(v reflect.Value, i int) reflect.Value { return v.Index(i) })
}

// wordPlan carries a word of flags.
func wordPlan(known uint64) *plan {
	check := func(n uint64) uint64 {
		if n&^known != 0 {
			refuse("flags %#x that are none", n&^known)
		}
		return n
	}
	return &plan{
		func(v reflect.Value) any { return check(v.Uint()) },
		func(v reflect.Value, wire any) { v.SetUint(check(want[uint64](wire, "flags"))) },
	}
}

// arrayPlan carries parts as an array.
func arrayPlan(parts []*plan, get func(v reflect.Value, i int) reflect.Value) *plan {
	return &plan{
		func(v reflect.Value) any {
			list := make([]any, len(parts))
			for i, p := range parts {
				list[i] = p.encode(get(v, i))
			}
			return list
		},
		func(v reflect.Value, wire any) {
			list := want[[]any](wire, "an array")
			if len(list) != len(parts) {
				refuse("an array of %d where one of %d is wanted", len(list), len(parts))
			}
			for i, p := range parts {
				p.decode(get(v, i), list[i])
			}
		},
	}
}

func (l *Library) tuplePlan(parts []part, t reflect.Type) *plan {
	plans := make([]*plan, len(parts))
	for i, p := range parts {
		plans[i] = l.plan(p.row, t.Field(i).Type)
	}
	return arrayPlan(plans, func(v reflect.Value, i int) reflect.Value { return v.Field(i) })
}

func (l *Library) recordPlan(parts []part, t reflect.Type) *plan {
	plans := make([]*plan, len(parts))
	for i, p := range parts {
		plans[i] = l.plan(p.row, t.Field(i).Type)
	}
	return &plan{
		func(v reflect.Value) any {
			fields := make(map[string]any, len(parts))
			for i, p := range parts {
				fields[p.name] = at(p.name, func() any { return plans[i].encode(v.Field(i)) })
			}
			return fields
		},
		func(v reflect.Value, wire any) {
			fields := want[map[string]any](wire, "a map")
			if len(fields) != len(parts) {
				refuse("a map of %d where one of %d is wanted", len(fields), len(parts))
			}
			for i, p := range parts {
				at(p.name, func() any {
					field, ok := fields[p.name]
					if !ok {
						refuse("it is missing")
					}
					plans[i].decode(v.Field(i), field)
					return nil
				})
			}
		},
	}
}

// only is the one entry of a map that stands for a case.
func only(wire any) (name string, payload any) {
	entries := want[map[string]any](wire, "a map of one case")
	if len(entries) != 1 {
		refuse("a map of %d where one of one case is wanted", len(entries))
	}
	for name, payload = range entries {
	}
	return name, payload
}

// nothing is the plan of a case without payload.
var nothing = &plan{
	func(reflect.Value) any { return nil },
	func(_ reflect.Value, wire any) {
		if wire != nil {
			refuse("%T where null is wanted", wire)
		}
	},
}

func (l *Library) resultPlan(parts []part, t reflect.Type) *plan {
	names := []string{"ok", "err"}
	sides := []*plan{nothing, nothing}
	for i, p := range parts {
		if p.row != "-" {
			sides[i] = l.plan(p.row, t.Field(1+i).Type)
		}
	}
	return &plan{
		func(v reflect.Value) any {
			side := 0
			if v.Field(0).Bool() {
				side = 1
			}
			return map[string]any{names[side]: sides[side].encode(v.Field(1 + side))}
		},
		func(v reflect.Value, wire any) {
			name, payload := only(wire)
			side := indexOf(names, name)
			v.SetZero()
			v.Field(0).SetBool(side == 1)
			sides[side].decode(v.Field(1+side), payload)
		},
	}
}

func (l *Library) variantPlan(parts []part, t reflect.Type) *plan {
	cases := l.variants[t]
	names := make([]string, len(parts))
	plans := make([]*plan, len(parts))
	for i, p := range parts {
		names[i], plans[i] = p.name, nothing
		if p.row != "-" {
			plans[i] = l.plan(p.row, cases[i].Field(0).Type)
		}
	}
	return &plan{
		func(v reflect.Value) any {
			if v.IsNil() {
				refuse("nil is no %s", t.Name())
			}
			held := v.Elem()
			i := slices.Index(cases, held.Type())
			if i < 0 {
				refuse("%s is no case of %s", held.Type(), t.Name())
			}
			if plans[i] == nothing {
				return map[string]any{names[i]: nil}
			}
			return map[string]any{names[i]: at(names[i], func() any { return plans[i].encode(held.Field(0)) })}
		},
		func(v reflect.Value, wire any) {
			name, payload := only(wire)
			i := indexOf(names, name)
			held := reflect.New(cases[i]).Elem()
			if plans[i] == nothing {
				nothing.decode(held, payload)
			} else {
				plans[i].decode(held.Field(0), payload)
			}
			v.Set(held)
		},
	}
}
