package ffirt

import (
	"math"
	"strconv"
	"unicode/utf8"
	"unsafe"
)

// Result is a result<T, E>. A side without type is struct{}.
type Result[T, E any] struct {
	IsErr bool
	Ok    T // the zero value where IsErr
	Err   E // the zero value unless IsErr
}

// Case is the index of a case, which must be one of n.
func Case(index, n uint32) uint32 {
	if index >= n {
		panic("ffirt: case " + strconv.Itoa(int(index)) + " of " + strconv.Itoa(int(n)))
	}
	return index
}

// Mask keeps the first n flags.
func Mask(flags uint64, n uint) uint64 { return flags & (1<<n - 1) }

// CaseName is the name of an enum's case.
func CaseName(names []string, index uint32) string {
	if int(index) < len(names) {
		return names[index]
	}
	return "case " + strconv.Itoa(int(index))
}

// Rune is a char, which must be a Unicode scalar value.
func Rune(code uint32) rune {
	if !utf8.ValidRune(rune(code)) {
		panic("ffirt: no char: " + strconv.Itoa(int(code)))
	}
	return rune(code)
}

// Char is a rune as it crosses.
func Char(c rune) uint32 { return uint32(Rune(uint32(c))) }

// Bool is a bool as it crosses.
func Bool(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// Bits32 and its kin turn floats into flat words and back.
func Bits32(f float32) uint64  { return uint64(math.Float32bits(f)) }
func Bits64(f float64) uint64  { return math.Float64bits(f) }
func Float32(w uint64) float32 { return math.Float32frombits(uint32(w)) }
func Float64(w uint64) float64 { return math.Float64frombits(w) }

// Slice is a string or list as it crosses.
type Slice struct {
	Ptr, Len uint32
}

// Flat is the Slice in two flat words.
func Flat(f []uint64) Slice { return Slice{uint32(f[0]), uint32(f[1])} }

// Spread puts the Slice into two flat words.
func (s Slice) Spread(f []uint64) { f[0], f[1] = uint64(s.Ptr), uint64(s.Len) }

// Elements is the memory of s, of elements of that many bytes: nil where it is empty. Release gives it
// back.
func (s Slice) Elements(size uint32) unsafe.Pointer {
	if s.Len == 0 {
		return nil
	}
	b := at(s.Ptr)
	if uint64(b.size) < uint64(s.Len)*uint64(size) {
		panic("ffirt: a list that is not in the guest's memory")
	}
	return b.at
}

// Release gives back the memory of a Slice that the host allocated.
func (s Slice) Release() {
	if s.Len != 0 {
		release(s.Ptr)
	}
}

// String lifts a string: a copy of the bytes, whose memory is given back.
func String(s Slice) string {
	text := string(unsafe.Slice((*byte)(s.Elements(1)), s.Len))
	s.Release()
	return text
}

// Numbers lifts a list of what is the same in Go and in the ABI's memory.
func Numbers[T any](s Slice) []T {
	list := make([]T, s.Len)
	var zero T
	copy(list, unsafe.Slice((*T)(s.Elements(uint32(unsafe.Sizeof(zero)))), s.Len))
	s.Release()
	return list
}

// Bools lifts a list<bool>.
func Bools(s Slice) []bool {
	list := make([]bool, s.Len)
	for i, b := range unsafe.Slice((*byte)(s.Elements(1)), s.Len) {
		list[i] = b != 0
	}
	s.Release()
	return list
}

// Runes lifts a list<char>.
func Runes(s Slice) []rune {
	list := make([]rune, s.Len)
	for i, code := range unsafe.Slice((*uint32)(s.Elements(4)), s.Len) {
		list[i] = Rune(code)
	}
	s.Release()
	return list
}

// List makes room for a list of n elements; the pointer is nil where n is 0.
func (m *Memory) List(n int, size, align uint32) (Slice, unsafe.Pointer) {
	if n == 0 {
		return Slice{align, 0}, nil
	}
	p := m.Alloc(byteCount(n, size), align)
	return Slice{Address(p), uint32(n)}, p
}

// byteCount is the size of a list of n elements.
func byteCount(n int, size uint32) uint32 {
	bytes := uint64(n) * uint64(size)
	if bytes > math.MaxUint32 {
		panic("ffirt: a list that fills the memory")
	}
	return uint32(bytes)
}

// Text lowers a string.
func (m *Memory) Text(s string) Slice {
	return m.Copy(unsafe.Pointer(unsafe.StringData(s)), len(s), 1)
}

// Copy lowers a list of what is the same in Go and in the ABI's memory, by its first element.
func (m *Memory) Copy(first unsafe.Pointer, n int, size uint32) Slice {
	if n == 0 {
		return Slice{size, 0}
	}
	bytes := byteCount(n, size)
	p, _ := m.hold(bytes, size)
	copy(unsafe.Slice((*byte)(p), bytes), unsafe.Slice((*byte)(first), bytes))
	return Slice{Address(p), uint32(n)}
}

// Chars lowers a list<char>.
func (m *Memory) Chars(v []rune) Slice {
	list, p := m.List(len(v), 4, 4)
	codes := unsafe.Slice((*uint32)(p), len(v))
	for i, c := range v {
		codes[i] = Char(c)
	}
	return list
}
