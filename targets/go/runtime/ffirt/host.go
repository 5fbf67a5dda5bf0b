package ffirt

// #cgo noescape ffirt_host_complete
// #include "bridge.h"
import "C"

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"unsafe"
)

// A hostFunction is one function of an instance that the host implements. The library knows it by
// its number, whichever closure it has at the time, so that replacing that needs no memory and
// confuses no call that is on its way.
type hostFunction struct {
	instance *Instance
	number   uintptr
	start    atomic.Pointer[Start] // nil: cleared
}

// Start begins a call of a host function: it copies the arguments from req, which is the library's
// and valid until it returns, and leaves the rest to a goroutine. It runs on the library's thread.
type Start func(call HostCall, req unsafe.Pointer, n uintptr)

var (
	hosts                       registry[*hostFunction]
	liveHostCalls, droppedCalls atomic.Int64
)

const notRegistered = "host function not registered"

// Context ends when the instance is closed. It is for closures that outlive a call.
func (i *Instance) Context() context.Context {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if i.life == nil {
		i.life, i.end = context.WithCancel(context.Background())
		if i.closed.Load() {
			i.end()
		}
	}
	return i.life
}

// SetHost sets what implements an import, or clears it where start is nil. Calls that have begun go
// on with what they began with.
func (i *Instance) SetHost(number uint32, start Start) error {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	h := i.hosts[number]
	user := uintptr(0)
	if start != nil {
		if h == nil {
			h = &hostFunction{instance: i}
			h.number = hosts.add(h)
		}
		h.start.Store(&start)
		user = h.number
	}
	code := C.ffirt_set_host(i.library, C.uint32_t(number), C.uintptr_t(i.handle), C.uintptr_t(user))
	if start == nil && h != nil {
		h.start.Store(nil)
	}
	if code != retOK {
		if start != nil && i.hosts[number] == nil {
			hosts.remove(h.number)
		}
		return i.refusal("host function", int(code))
	}
	if h != nil {
		if i.hosts == nil {
			i.hosts = map[uint32]*hostFunction{}
		}
		i.hosts[number] = h
	}
	return nil
}

// HostCall is one call of a host function, to be answered once.
type HostCall struct {
	instance *Instance
	id       uint64
}

//export ffirtHost
func ffirtHost(call C.uint64_t, req unsafe.Pointer, n C.size_t, user C.uintptr_t) {
	h, ok := hosts.get(uintptr(user))
	if !ok || h.instance.closed.Load() {
		droppedCalls.Add(1) // the library itself fails the calls of a context that ends
		return
	}
	h.run(HostCall{h.instance, uint64(call)}, req, uintptr(n))
}

// run starts the closure; what the library must not have sent becomes an error of the call.
func (h *hostFunction) run(call HostCall, req unsafe.Pointer, n uintptr) {
	start := h.start.Load()
	if start == nil {
		call.send(retError, notRegistered)
		return
	}
	liveHostCalls.Add(1)
	defer func() {
		if r := recover(); r != nil {
			liveHostCalls.Add(-1)
			malformed.Add(1)
			call.send(retError, fmt.Sprint(r))
		}
	}()
	(*start)(call, req, n)
}

func (c HostCall) send(ret int, text string) {
	c.complete(ret, unsafe.Pointer(unsafe.StringData(text)), uintptr(len(text)))
}

func (c HostCall) complete(ret int, msg unsafe.Pointer, n uintptr) {
	i := c.instance
	if C.ffirt_host_complete(i.library, C.uintptr_t(i.handle), C.uint64_t(c.id), C.int(ret), msg, C.size_t(n)) != retOK {
		droppedCalls.Add(1) // the context was destroyed meanwhile
	}
}

// Answer is the answer of a host function in the making, on the goroutine of its closure.
type Answer struct {
	*Arena // nil before Place
	call   HostCall
	text   string
	value  unsafe.Pointer // of a C representation, of size bytes
	size   uintptr
	state  answerState
}

type answerState uint8

const (
	unanswered answerState = iota
	succeeded
	failed
)

// Answer begins an answer. Its End is to be deferred, which sends it.
func (c HostCall) Answer() Answer { return Answer{call: c} }

// Wanted is whether there is still somebody to answer: the closure is not called after Close.
func (a *Answer) Wanted() bool { return !a.call.instance.closed.Load() }

// Ok says what the closure said; false where that is an error.
func (a *Answer) Ok(err error) bool {
	if err != nil {
		a.state, a.text = failed, err.Error()
		return false
	}
	a.state = succeeded
	return true
}

// Text answers a string.
func (a *Answer) Text(s string) { a.text = s }

// Place is zeroed C memory for the representation of the result, which is then lowered into it.
func (a *Answer) Place(size uintptr) unsafe.Pointer {
	a.Arena = acquireArena()
	a.value, a.size = a.Arena.Alloc(size), size
	return a.value
}

// End sends the answer: an error where the closure panicked or ended its goroutine. Without an answer
// after Close it sends nothing, since the library fails the calls of a context that ends: Close may not
// have told it yet, and would find the call ended by its host.
func (a *Answer) End() {
	if r := recover(); r != nil {
		a.state, a.text = failed, fmt.Sprint("panic: ", r)
	} else if a.state == unanswered {
		if !a.Wanted() {
			droppedCalls.Add(1)
			liveHostCalls.Add(-1)
			return
		}
		a.state, a.text = failed, "the host function ended its goroutine"
	}
	if a.Arena != nil && a.Arena.err != nil && a.state == succeeded {
		a.state, a.text = failed, a.Arena.err.Error()
	}
	switch {
	case a.state == failed:
		a.call.send(retError, a.text)
	case a.value != nil:
		a.call.complete(retOK, a.value, a.size)
	default:
		a.call.send(retOK, a.text)
	}
	if a.Arena != nil {
		releaseArena(a.Arena) // the library has copied the answer
	}
	liveHostCalls.Add(-1)
}

// OutcomeOf makes a result<T, E> of what a closure says: an *ErrValue[E] is its err, every other error
// stays one.
func OutcomeOf[T, E any](ok T, err error) (Result[T, E], error) {
	if err == nil {
		return Result[T, E]{Ok: ok}, nil
	}
	var declared *ErrValue[E]
	if errors.As(err, &declared) && declared != nil {
		return Result[T, E]{IsErr: true, Err: declared.Value}, nil
	}
	return Result[T, E]{}, err
}
