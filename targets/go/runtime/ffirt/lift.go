package ffirt

import (
	"fmt"
	"strings"
	"unicode/utf8"
	"unsafe"
)

// A liftError is what the library must not have sent; the callback makes an error of it.
type liftError string

func (e liftError) Error() string { return "the library's result is malformed: " + string(e) }

// Malformed stops the lifting of a result; the call fails with an error that says why.
func Malformed(format string, args ...any) {
	panic(liftError(fmt.Sprintf(format, args...)))
}

// address is the pointer that C stored in the field. (Converting the number would hide from vet that
// it is an address of C memory.)
func address(field *uintptr) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Pointer(field))
}

// String copies the bytes of a string.
func (s *Slice) String() string {
	if s.Len == 0 {
		return ""
	}
	return strings.Clone(unsafe.String((*byte)(address(&s.Data)), s.count()))
}

// CString copies a string that ends with a NUL.
func CString(field *uintptr) string {
	if *field == 0 {
		return ""
	}
	first := (*byte)(address(field))
	n := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(first), n)) != 0 {
		n++
	}
	return strings.Clone(unsafe.String(first, n))
}

// Elements is the first element of a list, and their number; the memory is the library's.
func (s *Slice) Elements() (first unsafe.Pointer, n int) {
	if s.Len == 0 {
		return nil, 0
	}
	return address(&s.Data), s.count()
}

func (s *Slice) count() int {
	if s.Data == 0 || s.Len > 1<<47 {
		Malformed("pointer %#x with length %d", s.Data, s.Len)
	}
	return int(s.Len)
}

// Number is a type whose list is the same in Go and C.
type Number interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64
}

// Numbers copies a list of numbers.
func Numbers[T Number](s *Slice) []T {
	first, n := s.Elements()
	list := make([]T, n)
	copy(list, unsafe.Slice((*T)(first), n))
	return list
}

// Bools copies a list of bool.
func Bools(s *Slice) []bool {
	first, n := s.Elements()
	list := make([]bool, n)
	for i, b := range unsafe.Slice((*uint8)(first), n) {
		list[i] = b != 0
	}
	return list
}

// Rune is a char, which must be a Unicode scalar value.
func Rune(c uint32) rune {
	if c > utf8.MaxRune || !utf8.ValidRune(rune(c)) {
		Malformed("char %#x", c)
	}
	return rune(c)
}

// Runes copies a list of char.
func Runes(s *Slice) []rune {
	list := Numbers[rune](s)
	for _, r := range list {
		Rune(uint32(r))
	}
	return list
}

// Text copies a string result.
func Text(msg unsafe.Pointer, n uintptr) string {
	s := Slice{uintptr(msg), n}
	return s.String()
}

// Sized is the result that the library passes, checked for its size.
func Sized(msg unsafe.Pointer, n, size uintptr) unsafe.Pointer {
	if msg == nil || n != size {
		Malformed("%d bytes for a result of %d", n, size)
	}
	return msg
}

// Case is the index of a case, which must be below n.
func Case(index, n uint32) uint32 {
	if index >= n {
		Malformed("case %d of %d", index, n)
	}
	return index
}

// CaseName is the name of an enum's case.
func CaseName(names []string, index uint32) string {
	if uint64(index) < uint64(len(names)) {
		return names[index]
	}
	return fmt.Sprintf("case(%d)", index)
}

// Receive copies a method's result from msg to *result.
type Receive func(result, msg unsafe.Pointer, n uintptr) error

// ReceiveNothing is for methods without result.
func ReceiveNothing(result, msg unsafe.Pointer, n uintptr) error { return nil }

// ReceiveText receives a string.
func ReceiveText(result, msg unsafe.Pointer, n uintptr) error {
	*(*string)(result) = Text(msg, n)
	return nil
}

// ReceiveUint64 receives a number.
func ReceiveUint64(result, msg unsafe.Pointer, n uintptr) error {
	*(*uint64)(result) = *(*uint64)(Sized(msg, n, 8))
	return nil
}
