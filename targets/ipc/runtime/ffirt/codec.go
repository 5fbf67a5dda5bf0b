package ffirt

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/fxamacker/cbor/v2"
)

// The decoder checks a message as a whole before it makes anything of it, so no header is believed.
var decoder = must(cbor.DecOptions{
	DupMapKey:        cbor.DupMapKeyEnforcedAPF,
	IndefLength:      cbor.IndefLengthForbidden,
	TagsMd:           cbor.TagsForbidden,
	MaxArrayElements: maxPayload,
	MaxMapPairs:      1 << 20,
	MaxNestedLevels:  1000,
	SimpleValues:     must(cbor.NewSimpleValueRegistryFromDefaults(cbor.WithRejectedSimpleValue(23))), // undefined
	BignumTag:        cbor.BignumTagForbidden,
	DefaultMapType:   reflect.TypeFor[map[string]any](),
}.DecMode())

var encoder = must(cbor.EncOptions{
	Sort: cbor.SortBytewiseLexical, NaNConvert: cbor.NaNConvertNone, InfConvert: cbor.InfConvertNone,
	ShortestFloat: cbor.ShortestFloatNone, IndefLength: cbor.IndefLengthForbidden,
}.EncMode())

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Library is what a generated client knows of its schema's types.
type Library struct {
	rows     [][]string
	methods  []Method
	variants map[reflect.Type][]reflect.Type
	plans    sync.Map // planKey -> plan
}

type planKey struct {
	row    string
	goType reflect.Type
}

// Cases are the types of a variant's cases.
type Cases struct {
	variant reflect.Type
	cases   []reflect.Type
}

// Variant describes the interface type that pointer points to, by a value of each case.
func Variant(pointer any, cases ...any) Cases {
	out := Cases{variant: reflect.TypeOf(pointer).Elem()}
	for _, c := range cases {
		out.cases = append(out.cases, reflect.TypeOf(c))
	}
	return out
}

// NewLibrary describes a library. Each row of types is a kind and its parts. A part is the number of
// its type's row ("-" for none), behind its name and ":" where it has one.
func NewLibrary(types []string, methods []Method, variants ...Cases) *Library {
	l := &Library{methods: methods, variants: map[reflect.Type][]reflect.Type{}}
	for _, row := range types {
		l.rows = append(l.rows, strings.Fields(row))
	}
	for _, v := range variants {
		l.variants[v.variant] = v.cases
	}
	for i := range methods {
		methods[i].prepare(l)
	}
	return l
}

// Method is a function of the library as the wire knows it.
type Method struct {
	Name   string
	Params string // parts, as in a row
	Result string // a row; empty without one
	// DeclaresText: its own errors are texts.
	DeclaresText bool

	library *Library
	params  []part
	raw     bool // its result is the bytes of a string
}

func (m *Method) prepare(l *Library) {
	m.library = l
	for _, word := range strings.Fields(m.Params) {
		m.params = append(m.params, parsePart(word))
	}
	m.raw = m.Result != "" && l.rows[number(m.Result)][0] == "string"
}

func (m *Method) encode(args []any) (payload []byte, err error) {
	defer recoverRefusal(&err)
	all := make(map[string]any, len(args))
	for i, p := range m.params {
		v := reflect.ValueOf(args[i]).Elem()
		all[p.name] = at(p.name, func() any { return m.library.plan(p.row, v.Type()).encode(v) })
	}
	return encoder.Marshal(all)
}

func (m *Method) decode(body []byte, result any) (err error) {
	defer recoverRefusal(&err)
	switch {
	case m.Result == "":
		if len(body) != 0 {
			refuse("%d bytes where there is no result", len(body))
		}
	case m.raw:
		reflect.ValueOf(result).Elem().SetString(string(body))
	default:
		var wire any
		if err := decoder.Unmarshal(body, &wire); err != nil {
			return err
		}
		v := reflect.ValueOf(result).Elem()
		m.library.plan(m.Result, v.Type()).decode(v, wire)
	}
	return nil
}

// part is a named part of a row; its row is "-" where it has no type.
type part struct {
	name, row string
}

func parsePart(word string) part {
	name, row, ok := strings.Cut(word, ":")
	if !ok {
		return part{"", word}
	}
	return part{name, row}
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return n
}

// refusal is why a value is not of its type.
type refusal struct {
	path, why string
}

func refuse(format string, args ...any) { panic(&refusal{"", fmt.Sprintf(format, args...)}) }

// at runs f for a part of a value; a refusal there says where it was.
func at[T any](name string, f func() T) T {
	defer func() {
		if r := recover(); r != nil {
			if refused, ok := r.(*refusal); ok {
				refused.path = "." + name + refused.path
			}
			panic(r)
		}
	}()
	return f()
}

func recoverRefusal(err *error) {
	switch r := recover().(type) {
	case nil:
	case *refusal:
		*err = fmt.Errorf("%s%s", strings.TrimPrefix(r.path+": ", "."), r.why)
		if r.path == "" {
			*err = fmt.Errorf("%s", r.why)
		}
	default:
		panic(r)
	}
}
