package ffirt

// #include "bridge.h"
import "C"

import (
	"errors"
	"log"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"unsafe"
)

// A listener hears one event of an instance, one at a time and in order, on a goroutine that lives
// as long as there is something to tell: neither the library's thread nor other listeners wait.
type listener struct {
	instance *Instance
	number   uintptr
	id       uint64 // the library's
	lift     Hear

	mutex   sync.Mutex
	waiting []func()
	telling bool // a goroutine runs
	removed bool
}

// Hear copies an event from msg, which is the library's and valid until it returns, and gives what
// tells it to the listener. It runs on the library's thread.
type Hear func(msg unsafe.Pointer, n uintptr) (tell func())

var (
	listeners    registry[*listener]
	untoldEvents atomic.Int64
)

// Listen adds a listener. Once remove has returned, it is not told again, save for an event that it
// is being told at that time. Close removes it too.
func (i *Instance) Listen(number uint32, hear Hear) (remove func(), err error) {
	if hear == nil {
		return nil, errors.New("the listener is nil")
	}
	i.mutex.Lock()
	defer i.mutex.Unlock()
	l := &listener{instance: i, lift: hear}
	l.number = listeners.add(l)
	l.id = uint64(C.ffirt_listen(i.library, C.uint32_t(number), C.uintptr_t(i.handle), C.uintptr_t(l.number)))
	if l.id == 0 {
		listeners.remove(l.number)
		return nil, i.refusal("listener", retError)
	}
	if i.listeners == nil {
		i.listeners = map[*listener]struct{}{}
	}
	i.listeners[l] = struct{}{}
	return l.remove, nil
}

func (l *listener) remove() {
	l.silence()
	l.instance.mutex.Lock()
	_, known := l.instance.listeners[l]
	delete(l.instance.listeners, l)
	l.instance.mutex.Unlock()
	if known {
		C.ffirt_unlisten(l.instance.library, C.uintptr_t(l.instance.handle), C.uint64_t(l.id))
		listeners.remove(l.number)
	}
}

// silence drops what has not been told yet.
func (l *listener) silence() {
	l.mutex.Lock()
	l.removed = true
	l.drop()
	l.mutex.Unlock()
}

// drop forgets what waits; under the mutex.
func (l *listener) drop() {
	untoldEvents.Add(-int64(len(l.waiting)))
	l.waiting = nil
}

//export ffirtEvent
func ffirtEvent(ret C.int, msg unsafe.Pointer, n C.size_t, user C.uintptr_t) {
	if l, ok := listeners.get(uintptr(user)); ok && ret == retOK {
		l.hear(msg, uintptr(n))
	}
}

// hear runs on the library's thread, while msg is valid.
func (l *listener) hear(msg unsafe.Pointer, n uintptr) {
	defer func() {
		if recover() != nil {
			malformed.Add(1)
		}
	}()
	tell := l.lift(msg, n)
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.removed || l.instance.closed.Load() {
		return
	}
	l.waiting = append(l.waiting, tell)
	untoldEvents.Add(1)
	if !l.telling {
		l.telling = true
		go l.tellAll()
	}
}

func (l *listener) tellAll() {
	for {
		l.mutex.Lock()
		if len(l.waiting) == 0 || l.instance.closed.Load() {
			l.drop()
			l.telling = false
			l.mutex.Unlock()
			return
		}
		tell := l.waiting[0]
		l.waiting[0] = nil
		l.waiting = l.waiting[1:]
		l.mutex.Unlock()
		l.tell(tell)
	}
}

// tell calls the listener. There is no call that its panic could fail: it is logged.
func (l *listener) tell(tell func()) {
	returned := false
	defer func() {
		untoldEvents.Add(-1)
		if r := recover(); r != nil {
			log.Printf("ffirt: a listener panicked: %v\n%s", r, debug.Stack())
		} else if !returned {
			go l.tellAll() // the listener ended this goroutine
		}
	}()
	tell()
	returned = true
}
