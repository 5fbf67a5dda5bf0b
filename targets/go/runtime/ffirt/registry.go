package ffirt

import (
	"sync"
	"sync/atomic"
)

// A registry gives numbers for what the library holds as user data and calls again and again: host
// functions and listeners. A number is a place and a serial that no other ever has, so that a
// callback which comes after the end finds nobody. Looking one up takes no lock.
type registry[T any] struct {
	chunks [1 << (placeBits - chunkBits)]atomic.Pointer[[1 << chunkBits]atomic.Pointer[entry[T]]]
	sync.Mutex
	idle   []uintptr // places
	places uintptr   // in chunks
	serial uintptr
	live   int64
}

type entry[T any] struct {
	number uintptr
	value  T
}

const (
	placeBits = 22
	chunkBits = 8
)

func (r *registry[T]) at(place uintptr) *atomic.Pointer[entry[T]] {
	chunk := r.chunks[place>>chunkBits].Load()
	if chunk == nil {
		return nil
	}
	return &chunk[place%(1<<chunkBits)]
}

// add gives the value a number, which is not 0.
func (r *registry[T]) add(value T) uintptr {
	r.Lock()
	defer r.Unlock()
	if len(r.idle) == 0 {
		if r.places == 1<<placeBits {
			panic("ffirt: more than 4 million host functions or listeners")
		}
		r.chunks[r.places>>chunkBits].Store(new([1 << chunkBits]atomic.Pointer[entry[T]]))
		for i := range uintptr(1 << chunkBits) {
			r.idle = append(r.idle, r.places+1<<chunkBits-1-i)
		}
		r.places += 1 << chunkBits
	}
	place := r.idle[len(r.idle)-1]
	r.idle = r.idle[:len(r.idle)-1]
	r.serial++
	r.live++
	number := r.serial<<placeBits | place
	r.at(place).Store(&entry[T]{number, value})
	return number
}

// get is the value of that number, as long as it is registered.
func (r *registry[T]) get(number uintptr) (value T, ok bool) {
	cell := r.at(number % (1 << placeBits))
	if cell == nil {
		return value, false
	}
	e := cell.Load()
	if e == nil || e.number != number {
		return value, false
	}
	return e.value, true
}

// remove forgets the number; false where it was not registered.
func (r *registry[T]) remove(number uintptr) bool {
	r.Lock()
	defer r.Unlock()
	place := number % (1 << placeBits)
	if cell := r.at(place); cell != nil {
		if e := cell.Load(); e != nil && e.number == number {
			cell.Store(nil)
			r.idle = append(r.idle, place)
			r.live--
			return true
		}
	}
	return false
}

func (r *registry[T]) count() int64 {
	r.Lock()
	defer r.Unlock()
	return r.live
}
