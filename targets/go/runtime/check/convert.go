package check

import (
	"fmt"
	"reflect"
	"strings"

	"fficheck.local/batch/ffirt"
)

// Converter turns values of the wire (docs/worker-protocol.md) into Go values of generated types and
// back.
type Converter struct {
	types map[reflect.Type]Type
	index map[reflect.Type]uint64 // of a variant's case
}

// NewConverter knows the given types.
func NewConverter(types []Type) *Converter {
	c := &Converter{map[reflect.Type]Type{}, map[reflect.Type]uint64{}}
	for _, t := range types {
		c.types[t.goType] = t
		for i, goType := range t.cases {
			c.index[goType] = uint64(i)
		}
	}
	return c
}

var (
	unit    = reflect.TypeFor[struct{}]()
	ffiPath = reflect.TypeFor[ffirt.Slice]().PkgPath()
)

func isResult(t reflect.Type) bool {
	return t.PkgPath() == ffiPath && strings.HasPrefix(t.Name(), "Result[")
}

func isErrValue(t reflect.Type) bool {
	return t.PkgPath() == ffiPath && strings.HasPrefix(t.Name(), "ErrValue[")
}

type wireError string

func (e wireError) Error() string { return string(e) }

func refuse(format string, args ...any) { panic(wireError(fmt.Sprintf(format, args...))) }

// Read sets v, which is addressable, to the value of the wire.
func (c *Converter) Read(v reflect.Value, wire any) (err error) {
	defer func() {
		if e, ok := recover().(wireError); ok {
			err = e
		}
	}()
	c.read(v, wire)
	return nil
}

func array(wire any) []any {
	a, ok := wire.([]any)
	if !ok {
		refuse("%T where an array is wanted", wire)
	}
	return a
}

// choice splits [index] or [index, payload].
func choice(wire any, cases int) (index int, payload any) {
	a := array(wire)
	if len(a) < 1 || len(a) > 2 {
		refuse("a choice of %d parts", len(a))
	}
	i, ok := a[0].(uint64)
	if !ok || i >= uint64(cases) {
		refuse("case %v of %d", a[0], cases)
	}
	if len(a) == 2 {
		payload = a[1]
	}
	return int(i), payload
}

func (c *Converter) read(v reflect.Value, wire any) {
	t := v.Type()
	if known, ok := c.types[t]; ok {
		c.readKnown(v, known, wire)
		return
	}
	switch t.Kind() {
	case reflect.Bool:
		b, ok := wire.(bool)
		if !ok {
			refuse("%T where a bool is wanted", wire)
		}
		v.SetBool(b)
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		switch x := wire.(type) {
		case int64:
			v.SetInt(x)
		case uint64:
			v.SetInt(int64(x))
		default:
			refuse("%T where an integer is wanted", wire)
		}
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		x, ok := wire.(uint64)
		if !ok {
			refuse("%T where a natural number is wanted", wire)
		}
		v.SetUint(x)
	case reflect.Float32, reflect.Float64:
		x, ok := wire.(float64)
		if !ok {
			refuse("%T where a float is wanted", wire)
		}
		v.SetFloat(x)
	case reflect.String:
		s, ok := wire.([]byte)
		if !ok {
			refuse("%T where a byte string is wanted", wire)
		}
		v.SetString(string(s))
	case reflect.Slice:
		parts := array(wire)
		v.Set(reflect.MakeSlice(t, len(parts), len(parts)))
		for i, p := range parts {
			c.read(v.Index(i), p)
		}
	case reflect.Pointer:
		index, payload := choice(wire, 2)
		if index == 0 {
			v.SetZero()
			return
		}
		v.Set(reflect.New(t.Elem()))
		c.read(v.Elem(), payload)
	case reflect.Struct:
		if isResult(t) {
			index, payload := choice(wire, 2)
			v.Field(0).SetBool(index == 1)
			if side := v.Field(1 + index); side.Type() != unit {
				c.read(side, payload)
			}
			return
		}
		parts := array(wire)
		if len(parts) != v.NumField() {
			refuse("%d parts for %s", len(parts), t)
		}
		for i, p := range parts {
			c.read(v.Field(i), p)
		}
	default:
		refuse("no value of the wire is a %s", t)
	}
}

func (c *Converter) readKnown(v reflect.Value, known Type, wire any) {
	switch known.kind {
	case kindEnum:
		index, _ := choice(wire, known.count)
		v.SetUint(uint64(index))
	case kindFlags:
		words := array(wire)
		if len(words) != flagWords(known.count) {
			refuse("%d words for %s", len(words), v.Type())
		}
		for i, w := range words {
			x, ok := w.(uint64)
			if !ok {
				refuse("%T where a word of flags is wanted", w)
			}
			if v.Kind() == reflect.Array {
				v.Index(i).SetUint(x)
			} else {
				v.SetUint(x)
			}
		}
	case kindVariant:
		index, payload := choice(wire, known.count)
		value := reflect.New(known.cases[index]).Elem()
		if value.NumField() > 0 {
			c.read(value.Field(0), payload)
		}
		v.Set(value)
	}
}

func flagWords(n int) int { return max((n+63)/64, 1) }

// Write makes a value of the wire.
func (c *Converter) Write(v reflect.Value) any {
	t := v.Type()
	if known, ok := c.types[t]; ok {
		return c.writeKnown(v, known)
	}
	switch t.Kind() {
	case reflect.Slice:
		parts := make([]any, v.Len())
		for i := range parts {
			parts[i] = c.Write(v.Index(i))
		}
		return parts
	case reflect.String:
		return []byte(v.String())
	case reflect.Pointer:
		if v.IsNil() {
			return []any{0}
		}
		return []any{1, c.Write(v.Elem())}
	case reflect.Struct:
		if isResult(t) {
			index := 0
			if v.Field(0).Bool() {
				index = 1
			}
			return c.side(index, v.Field(1+index))
		}
		parts := make([]any, v.NumField())
		for i := range parts {
			parts[i] = c.Write(v.Field(i))
		}
		return parts
	default:
		return v.Interface()
	}
}

func (c *Converter) side(index int, v reflect.Value) any {
	if v.Type() == unit {
		return []any{index}
	}
	return []any{index, c.Write(v)}
}

// WriteErr makes the err of a result of a declared error, [1] or [1, payload].
func (c *Converter) WriteErr(f *Function, err error) (any, bool) {
	v, ok := f.declared(err)
	if !ok {
		return nil, false
	}
	return c.side(1, v), true
}

// WriteOk makes the ok of a result, [0] or [0, payload]; v is not valid where ok has no type.
func (c *Converter) WriteOk(v reflect.Value) any {
	if !v.IsValid() {
		return []any{0}
	}
	return []any{0, c.Write(v)}
}

func (c *Converter) writeKnown(v reflect.Value, known Type) any {
	switch known.kind {
	case kindEnum:
		return []any{v.Uint()}
	case kindFlags:
		if v.Kind() != reflect.Array {
			return []any{v.Uint()}
		}
		words := make([]any, v.Len())
		for i := range words {
			words[i] = v.Index(i).Uint()
		}
		return words
	default:
		index := c.index[v.Elem().Type()]
		if v.Elem().NumField() == 0 {
			return []any{index}
		}
		return []any{index, c.Write(v.Elem().Field(0))}
	}
}
