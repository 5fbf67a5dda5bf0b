// Package ffirt is what a guest's generated code stands on: memory that the host sees, values that
// cross, and resources. It follows the canonical ABI of the Component Model for a 32-bit memory.
package ffirt

import (
	"math/bits"
	"unsafe"
)

// block is memory that the host knows the address of. No Go pointer lies in it, so that nothing hides
// from the collector there.
type block struct {
	at    unsafe.Pointer // nil: the block was given back
	size  uint32
	class int // in spare; 0: not to be used again
}

// header stands before each block: its index in held, in the upper half.
const header = 8

// held keeps every such block until it is given back. The numbers of those that were are in unused.
var (
	held   []block
	unused []uint32
)

// spare are small blocks that were given back, by the power of two that they have room for, to be used
// again: the collector takes longer to make one than all else in a small call does.
var spare [9][]unsafe.Pointer

const (
	smallest      = 4 // 16 bytes
	sparesOfEach  = 64
	largestShared = 1 << (len(spare) - 1)
)

// find is the index of the block at an address that the host gave.
func find(address uint32) (index uint32, ok bool) {
	if address < header || address%8 != 0 {
		return 0, false
	}
	index = *(*uint32)(unsafe.Add(unsafe.Pointer(nil), address-4))
	return index, int(index) < len(held) && Address(held[index].at) == address
}

// at is the block at an address that the host gave; an empty one where there is none.
func at(address uint32) block {
	if index, ok := find(address); ok {
		return held[index]
	}
	return block{}
}

// Counters are the ledger's figures.
type Counters struct {
	LiveBytes, BadFrees, Allocations, Reallocs, PostReturns, Destructors int64
}

// Count is the ledger's figures so far.
var Count Counters

// Checked fills memory that is given back, so that whoever still reads it shows. For tests.
var Checked bool

// OnRealloc, where it is set, runs at the end of each cabi_realloc. For tests.
var OnRealloc func()

// LiveBlocks is how many blocks are held.
func LiveBlocks() int { return len(held) - len(unused) }

// Address is a pointer as the host has it.
func Address(p unsafe.Pointer) uint32 { return uint32(uintptr(p)) }

// memory is memory for a block, and its class; used tells that it may hold anything.
func memory(size, align uint32) (p unsafe.Pointer, class int, used bool) {
	if size <= largestShared && align <= 8 && !Checked {
		class = max(smallest, bits.Len32(max(size, 1)-1))
		size = 1 << class
		if n := len(spare[class]); n > 0 {
			p = spare[class][n-1]
			spare[class] = spare[class][:n-1]
			return p, class, true
		}
	}
	bytes := (header + uint64(size) + uint64(max(align, 8)-8) + 7) &^ 7
	p = unsafe.Add(unsafe.Pointer(unsafe.SliceData(make([]uint64, bytes/8))), header)
	if align > 8 {
		p = unsafe.Add(p, -Address(p)&(align-1))
	}
	return p, class, false
}

// hold makes a block, of zeros or used.
func hold(size, align uint32) (p unsafe.Pointer, used bool) {
	if align == 0 || align&(align-1) != 0 {
		panic("ffirt: an alignment that is no power of two")
	}
	p, class, used := memory(size, align)
	index := uint32(len(held))
	if n := len(unused); n > 0 {
		index = unused[n-1]
		unused = unused[:n-1]
	} else {
		held = append(held, block{})
	}
	held[index] = block{p, size, class}
	*(*uint32)(unsafe.Add(p, -4)) = index
	Count.Allocations++
	Count.LiveBytes += int64(size)
	return p, used
}

// release gives a block back.
func release(address uint32) {
	index, ok := find(address)
	if !ok {
		Count.BadFrees++
		return
	}
	b := held[index]
	held[index] = block{}
	unused = append(unused, index)
	Count.LiveBytes -= int64(b.size)
	if Checked {
		bytes := unsafe.Slice((*byte)(b.at), b.size)
		for i := range bytes {
			bytes[i] = 0xDD
		}
	} else if b.class != 0 && len(spare[b.class]) < sparesOfEach {
		spare[b.class] = append(spare[b.class], b.at)
	}
}

//go:wasmexport cabi_realloc
func realloc(old, oldSize, align, size uint32) uint32 {
	Count.Reallocs++
	var before block
	if oldSize != 0 {
		before = at(old)
		if before.size != oldSize {
			Count.BadFrees++
			panic("ffirt: realloc of what is not allocated")
		}
	}
	address := align // of what has no bytes
	if size != 0 {
		p, _ := hold(size, align)
		address = Address(p)
		if oldSize != 0 {
			copy(unsafe.Slice((*byte)(p), size), unsafe.Slice((*byte)(before.at), before.size))
		}
	}
	if oldSize != 0 {
		release(old)
	}
	if OnRealloc != nil {
		OnRealloc()
	}
	return address
}

// Tuple is the memory in which the host put arguments that are too many to pass as they are.
// ReleaseTuple gives it back.
func Tuple(address, size uint32) unsafe.Pointer {
	b := at(address)
	if b.at == nil || b.size < size {
		panic("ffirt: arguments that are not in the guest's memory")
	}
	return b.at
}

// ReleaseTuple gives the memory of arguments back.
func ReleaseTuple(address uint32) { release(address) }

// Memory is what one call lowers values into: held until Free, whatever the collector does.
type Memory struct {
	blocks []uint32
}

// Alloc makes a zeroed block.
func (m *Memory) Alloc(size, align uint32) unsafe.Pointer {
	p, used := m.hold(size, align)
	if used {
		clear(unsafe.Slice((*byte)(p), size))
	}
	return p
}

// hold makes a block, of zeros or used.
func (m *Memory) hold(size, align uint32) (p unsafe.Pointer, used bool) {
	p, used = hold(size, align)
	m.blocks = append(m.blocks, Address(p))
	return p, used
}

// Free gives all blocks back.
func (m *Memory) Free() {
	for _, address := range m.blocks {
		release(address)
	}
	m.blocks = m.blocks[:0]
}

// results is the memory of the result that the host is reading, until post-return.
var (
	results Memory
	pending bool
)

// Results is the memory for a result of an export.
func Results() *Memory {
	pending = true
	return &results
}

// PostReturn gives back what the result of an export reaches: the host has read it.
func PostReturn() {
	Count.PostReturns++
	if !pending {
		Count.BadFrees++
	}
	pending = false
	results.Free()
}
