// Package floor calls a library by hand (floor.c) with the least that is needed: one slot for each call
// in flight, found by its index, and a channel to wait on.
package floor

/*
#cgo CFLAGS: -O2
#cgo noescape floor_call
#cgo noescape floor_complete
#include "floor.h"

extern void floorDone(char *msg, size_t len, uintptr_t user);
extern void floorHost(uintptr_t id, char *msg, size_t len);

static void done(const char *msg, size_t len, uintptr_t user) { floorDone((char *)msg, len, user); }
static void host(uintptr_t id, const char *msg, size_t len) { floorHost(id, (char *)msg, len); }
static void start(void) { floor_start(done, host); }
*/
import "C"

import (
	"strings"
	"sync"
	"unsafe"
)

// slot is one call in flight.
type slot struct {
	index  uintptr
	done   chan struct{}
	number uint64
	text   string
	isText bool
}

const most = 1 << 15

var (
	all  [most]slot
	free struct {
		sync.Mutex
		slots []*slot
	}
)

// Host answers what the library asks; set before the first call.
var (
	HostNumber func(uint64) uint64
	HostText   func(string) string
)

func init() {
	for i := range all {
		all[i].index, all[i].done = uintptr(i), make(chan struct{}, 1)
		free.slots = append(free.slots, &all[i])
	}
}

// Start starts the library's thread, Stop ends it.
func Start() { C.start() }
func Stop()  { C.floor_stop() }

func acquire() *slot {
	free.Lock()
	s := free.slots[len(free.slots)-1]
	free.slots = free.slots[:len(free.slots)-1]
	free.Unlock()
	return s
}

func release(s *slot) {
	free.Lock()
	free.slots = append(free.slots, s)
	free.Unlock()
}

//export floorDone
func floorDone(msg *C.char, n C.size_t, user C.uintptr_t) {
	s := &all[user]
	if s.isText {
		s.text = strings.Clone(unsafe.String((*byte)(unsafe.Pointer(msg)), int(n)))
	} else {
		s.number = *(*uint64)(unsafe.Pointer(msg))
	}
	s.done <- struct{}{}
}

//export floorHost
func floorHost(id C.uintptr_t, msg *C.char, n C.size_t) {
	if n == 8 {
		v := *(*uint64)(unsafe.Pointer(msg))
		go func() {
			v := HostNumber(v)
			C.floor_complete(id, (*C.char)(unsafe.Pointer(&v)), 8)
		}()
		return
	}
	text := strings.Clone(unsafe.String((*byte)(unsafe.Pointer(msg)), int(n)))
	go func() {
		text := HostText(text)
		C.floor_complete(id, (*C.char)(unsafe.Pointer(unsafe.StringData(text))), C.size_t(len(text)))
	}()
}

func number(what C.int, v uint64) uint64 {
	s := acquire()
	s.isText = false
	C.floor_call(what, (*C.char)(unsafe.Pointer(&v)), 8, C.uintptr_t(s.index))
	<-s.done
	v = s.number
	release(s)
	return v
}

func text(what C.int, v string) string {
	s := acquire()
	s.isText = true
	C.floor_call(what, (*C.char)(unsafe.Pointer(unsafe.StringData(v))), C.size_t(len(v)), C.uintptr_t(s.index))
	<-s.done
	v, s.text = s.text, ""
	release(s)
	return v
}

// Number and its kin are the calls of calls.wit. A text must not have 8 bytes.
func Number(v uint64) uint64    { return number(C.FLOOR_CALL, v) }
func Text(v string) string      { return text(C.FLOOR_CALL, v) }
func AskNumber(v uint64) uint64 { return number(C.FLOOR_ASK, v) }
func AskText(v string) string   { return text(C.FLOOR_ASK, v) }
