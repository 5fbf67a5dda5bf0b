package ffirt

import (
	"sync"
	"sync/atomic"
	"unsafe"
)

// A slot is where one pending call waits. The library gets its number as user data: the low 32 bits
// are its index, the high 32 bits its generation, so that a completion which comes late, twice or
// from nowhere finds nobody. Slots are used again and never freed.
type slot struct {
	index uint32
	// generation<<phaseBits | phase
	state atomic.Uint64
	done  chan struct{} // capacity 1: one token for each pending call

	result  unsafe.Pointer // Go memory
	receive Receive
	err     error

	text   string // where a result of these types arrives
	number uint64
}

const (
	free       = iota // nobody waits
	pending           // the library has the number
	delivering        // the callback runs
	done              // err is set, the token is sent
	abandoned         // the caller has gone; the completion is still to come, and gives the slot back

	phaseBits = 3
	phaseMask = 1<<phaseBits - 1
)

const (
	chunkSlots = 256
	maxChunks  = 1 << 16
)

var slots struct {
	chunks [maxChunks]atomic.Pointer[[chunkSlots]slot]
	sync.Mutex
	idle []*slot
	used int // slots in chunks
	live int64
}

// Stats are counters of the whole process.
type Stats struct {
	LiveSlots     int64 // calls pending, those among them that nobody waits for
	LiveArenas    int64 // argument memory in use
	LiveHosts     int64 // host functions that were ever set, of instances that are not closed
	LiveHostCalls int64 // closures that have not answered
	LiveListeners int64
	UntoldEvents  int64 // events that their listener has not returned from
	Stray         int64 // completions dropped: twice, or of no call
	Late          int64 // completions of calls whose caller had gone
	Dropped       int64 // requests and answers of host functions dropped since their instance is closed
	Progress      int64 // progress reports, which complete nothing
	Malformed     int64 // results, requests and events that could not be lifted
}

var stray, late, progress, malformed atomic.Int64

// ReadStats reads the counters.
func ReadStats() Stats {
	arenas.Lock()
	n := arenas.live
	arenas.Unlock()
	slots.Lock()
	live := slots.live
	slots.Unlock()
	return Stats{
		LiveSlots: live, LiveArenas: int64(n),
		LiveHosts: hosts.count(), LiveHostCalls: liveHostCalls.Load(), LiveListeners: listeners.count(),
		UntoldEvents: untoldEvents.Load(),
		Stray:        stray.Load(), Late: late.Load(), Dropped: droppedCalls.Load(),
		Progress: progress.Load(), Malformed: malformed.Load(),
	}
}

// Trim gives pooled argument memory back to C.
func Trim() {
	arenas.Lock()
	idle := arenas.idle
	arenas.idle = nil
	arenas.Unlock()
	for _, a := range idle {
		a.free()
	}
}

func acquireSlot() *slot {
	slots.Lock()
	if len(slots.idle) == 0 {
		addChunk()
	}
	slots.live++
	s := slots.idle[len(slots.idle)-1]
	slots.idle = slots.idle[:len(slots.idle)-1]
	slots.Unlock()
	return s
}

func addChunk() {
	if slots.used == maxChunks*chunkSlots {
		slots.Unlock()
		panic("ffirt: more than 16 million calls are pending")
	}
	chunk := new([chunkSlots]slot)
	for i := range chunk {
		s := &chunk[len(chunk)-1-i]
		s.index = uint32(slots.used + len(chunk) - 1 - i)
		s.done = make(chan struct{}, 1)
		s.state.Store(1 << phaseBits) // so that no user data is 0
		slots.idle = append(slots.idle, s)
	}
	slots.chunks[slots.used/chunkSlots].Store(chunk)
	slots.used += chunkSlots
}

// arm makes the slot pending and gives the number for the library.
func (s *slot) arm(result unsafe.Pointer, receive Receive) uintptr {
	s.result, s.receive = result, receive
	generation := s.state.Load() >> phaseBits
	s.state.Store(generation<<phaseBits | pending)
	return uintptr(generation<<32) | uintptr(s.index)
}

// disarm takes a pending slot back; false where a completion was faster.
func (s *slot) disarm() bool {
	state := s.state.Load()
	return state&phaseMask == pending && s.state.CompareAndSwap(state, state&^phaseMask)
}

// abandon leaves a pending slot to the completion that comes one day; false where it was faster.
func (s *slot) abandon() bool {
	state := s.state.Load()
	return state&phaseMask == pending && s.state.CompareAndSwap(state, state&^phaseMask|abandoned)
}

func (s *slot) release() {
	s.result, s.receive, s.err = nil, nil, nil
	next := uint64(uint32(s.state.Load()>>phaseBits) + 1)
	if next == 0 {
		next = 1
	}
	s.state.Store(next << phaseBits)
	slots.Lock()
	slots.idle = append(slots.idle, s)
	slots.live--
	slots.Unlock()
}

// claim finds the slot that waits for this user data and makes it delivering; nil where none does. Of
// an abandoned one it says so.
func claim(user uintptr) (s *slot, gone bool) {
	index, generation := uint32(user), uint64(user>>32)
	if index/chunkSlots >= maxChunks {
		return nil, false
	}
	chunk := slots.chunks[index/chunkSlots].Load()
	if chunk == nil {
		return nil, false
	}
	s = &chunk[index%chunkSlots]
	for _, phase := range [...]uint64{pending, abandoned} { // the one may become the other meanwhile
		if s.state.CompareAndSwap(generation<<phaseBits|phase, generation<<phaseBits|delivering) {
			return s, phase == abandoned
		}
	}
	return nil, false
}
