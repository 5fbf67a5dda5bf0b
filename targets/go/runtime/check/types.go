package check

import "reflect"

// Type describes a generated type that reflection alone does not know.
type Type struct {
	goType reflect.Type
	kind   typeKind
	count  int // cases, flags
	cases  []reflect.Type
}

type typeKind uint8

const (
	kindEnum typeKind = iota + 1
	kindFlags
	kindVariant
)

// Enum describes the type of zero, an enum of n cases.
func Enum(zero any, n int) Type { return Type{reflect.TypeOf(zero), kindEnum, n, nil} }

// Flags describes the type of zero, n flags.
func Flags(zero any, n int) Type { return Type{reflect.TypeOf(zero), kindFlags, n, nil} }

// Variant describes the interface type that pointer points to, by a value of each case.
func Variant(pointer any, cases ...any) Type {
	t := Type{reflect.TypeOf(pointer).Elem(), kindVariant, len(cases), nil}
	for _, c := range cases {
		t.cases = append(t.cases, reflect.TypeOf(c))
	}
	return t
}
