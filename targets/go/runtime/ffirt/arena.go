package ffirt

// #include <stdlib.h>
import "C"

import (
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"
	"unsafe"
)

// The raw representation of a value is written to C memory only, and its pointers are uintptr: they
// are addresses of C memory, which the collector must neither follow nor guard with write barriers.
const _ = -(unsafe.Sizeof(uintptr(0)) ^ 8) // 64-bit platforms only

const (
	alignment     = 8
	firstBlock    = 4 << 10
	largestBlock  = 256 << 10 // larger ones go back to C after the call that needed them
	arenasToKeep  = 64
	zeroSizedByte = alignment
)

// Slice is a string or a list as C holds it.
type Slice struct {
	Data uintptr
	Len  uintptr
}

// Arena is C memory for the arguments of one call. It grows by whole blocks and is reset, not freed,
// so that a call in the steady state allocates nothing.
type Arena struct {
	block unsafe.Pointer
	size  uintptr
	used  uintptr
	spill []unsafe.Pointer // blocks that ran full, and those of their own
	err   error
}

// Alloc gives size bytes of zeroed C memory, aligned for every type.
func (a *Arena) Alloc(size uintptr) unsafe.Pointer {
	p := a.alloc(size)
	clear(unsafe.Slice((*byte)(p), size))
	return p
}

func (a *Arena) alloc(size uintptr) unsafe.Pointer {
	size = (size + alignment - 1) &^ (alignment - 1)
	if size == 0 {
		size = zeroSizedByte
	}
	if size > a.size-a.used {
		return a.grow(size)
	}
	p := unsafe.Add(a.block, a.used)
	a.used += size
	return p
}

func (a *Arena) grow(size uintptr) unsafe.Pointer {
	next := max(2*a.size, firstBlock)
	if next > largestBlock || size > next/2 {
		// A block of its own: what is left of the current one serves the small parts that follow.
		p := C.malloc(C.size_t(size)) // never nil: cgo panics where memory is short
		a.spill = append(a.spill, p)
		return p
	}
	if a.block != nil {
		a.spill = append(a.spill, a.block)
	}
	a.block, a.size, a.used = C.malloc(C.size_t(next)), next, size
	return a.block
}

// reset makes the arena empty and gives back all but its one block.
func (a *Arena) reset() {
	for i, p := range a.spill {
		C.free(p)
		a.spill[i] = nil
	}
	a.spill = a.spill[:0]
	a.used = 0
	a.err = nil
}

func (a *Arena) free() {
	a.reset()
	C.free(a.block)
	a.block, a.size = nil, 0
}

// Fail makes the call that the arena belongs to fail before it reaches the library.
func (a *Arena) Fail(format string, args ...any) {
	if a.err == nil {
		a.err = fmt.Errorf(format, args...)
	}
}

// String copies a string's bytes.
func (a *Arena) String(s string) Slice {
	return a.Copy(unsafe.Pointer(unsafe.StringData(s)), len(s), 1)
}

// CString copies a string's bytes and ends them with a NUL, which they must not hold.
func (a *Arena) CString(s string) uintptr {
	if strings.IndexByte(s, 0) >= 0 {
		a.Fail("the library takes no string that holds NUL: %q", s)
	}
	p := a.alloc(uintptr(len(s)) + 1)
	bytes := unsafe.Slice((*byte)(p), len(s)+1)
	copy(bytes, s)
	bytes[len(s)] = 0
	return uintptr(p)
}

// Copy copies n elements of size bytes each that have no pointers and look alike in Go and C.
func (a *Arena) Copy(data unsafe.Pointer, n int, size uintptr) Slice {
	if n == 0 {
		return Slice{}
	}
	bytes := uintptr(n) * size
	p := a.alloc(bytes)
	copy(unsafe.Slice((*byte)(p), bytes), unsafe.Slice((*byte)(data), bytes))
	return Slice{uintptr(p), uintptr(n)}
}

// Array makes room for n zeroed elements of size bytes and stores where in list.
func (a *Arena) Array(list *Slice, n int, size uintptr) unsafe.Pointer {
	if n == 0 {
		*list = Slice{}
		return nil
	}
	p := a.Alloc(uintptr(n) * size)
	*list = Slice{uintptr(p), uintptr(n)}
	return p
}

// Char is the code of a rune, which must be a Unicode scalar value.
func (a *Arena) Char(r rune) uint32 {
	if !utf8.ValidRune(r) {
		a.Fail("char %#x is not a Unicode scalar value", r)
	}
	return uint32(r)
}

// Chars copies a list of char.
func (a *Arena) Chars(list []rune) Slice {
	for _, r := range list {
		a.Char(r)
	}
	return a.Copy(unsafe.Pointer(unsafe.SliceData(list)), len(list), 4)
}

// Case is the index of an enum's case, which must be below n.
func (a *Arena) Case(index, n uint32) uint32 {
	if index >= n {
		a.Fail("enum case %d of %d", index, n)
	}
	return index
}

// Bool is a bool as C stores it.
func Bool(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

var arenas struct {
	sync.Mutex
	idle []*Arena
	live int
}

func acquireArena() *Arena {
	arenas.Lock()
	arenas.live++
	var a *Arena
	if n := len(arenas.idle); n > 0 {
		a = arenas.idle[n-1]
		arenas.idle = arenas.idle[:n-1]
	}
	arenas.Unlock()
	if a == nil {
		a = new(Arena)
	}
	return a
}

func releaseArena(a *Arena) {
	a.reset()
	arenas.Lock()
	arenas.live--
	keep := len(arenas.idle) < arenasToKeep
	if keep {
		arenas.idle = append(arenas.idle, a)
	}
	arenas.Unlock()
	if !keep {
		a.free()
	}
}
