// Package ffirt is what generated bindings need at run time: argument memory, pending calls, and
// the way from Go to the library and back. It knows no schema.
package ffirt

// #cgo noescape ffirt_create
// #cgo noescape ffirt_call
// #include "bridge.h"
import "C"

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"
)

const (
	retOK       = 0
	retError    = 1
	retProgress = 3
)

// Library is a loaded C library, by the table that its shim exports.
type Library struct {
	table atomic.Pointer[C.ffirt_library]
}

// Bind makes a Library of the address of an ffirt_library, which stays valid for ever.
func Bind(table unsafe.Pointer) *Library {
	l := new(Library)
	l.Bind(table)
	return l
}

// Bind sets or replaces the table.
func (l *Library) Bind(table unsafe.Pointer) { l.table.Store((*C.ffirt_library)(table)) }

// Instance is one context of a library.
type Instance struct {
	library *C.ffirt_library
	handle  uintptr // as C gave it; not an address that Go may follow
	closed  atomic.Bool

	mutex     sync.Mutex
	hosts     map[uint32]*hostFunction // by import
	listeners map[*listener]struct{}
	life      context.Context // nil: nobody asked
	end       context.CancelFunc
}

// Handle is the library's name for the context.
func (i *Instance) Handle() uintptr { return i.handle }

// Close destroys the context. Calls that are pending fail, later ones are refused by the library, which
// knows its contexts by handle; their error is ErrClosed, and so is that of a second Close. Host
// functions and listeners are forgotten: none is called any more.
func (i *Instance) Close() error {
	first := !i.closed.Swap(true)
	code := C.ffirt_destroy(i.library, C.uintptr_t(i.handle))
	if first {
		i.forget()
	}
	if code != retOK {
		return i.refusal("destroy", int(code))
	}
	return nil
}

// forget drops what the library called; after destroy it registers nothing new.
func (i *Instance) forget() {
	i.mutex.Lock()
	functions, heard, end := i.hosts, i.listeners, i.end
	i.hosts, i.listeners = nil, nil
	i.mutex.Unlock()
	for _, h := range functions {
		hosts.remove(h.number)
	}
	for l := range heard {
		l.silence()
		listeners.remove(l.number)
	}
	if end != nil {
		end()
	}
}

// refusal is the error of what the library refuses without a text.
func (i *Instance) refusal(what string, code int) error {
	if i.closed.Load() {
		return &Error{destroyed, Refused, true}
	}
	return &Error{Text: fmt.Sprintf("the library refused (%s, code %d)", what, code), Origin: Refused}
}

// destroyed is the text of the library's errors about a context that is no more.
const destroyed = "context destroyed"

// Call is one call in the making: its argument memory, and what it is about. It is used up by Do or
// Create, which also give the error that stopped it before.
type Call struct {
	*Arena
	library  *C.ffirt_library
	instance *Instance
	method   uint32
	declared bool
}

// Begin starts a call of a method.
func (i *Instance) Begin(method uint32) Call {
	return Call{Arena: acquireArena(), library: i.library, instance: i, method: method}
}

// Begin starts the construction of a context.
func (l *Library) Begin() Call {
	return Call{Arena: acquireArena(), library: l.table.Load()}
}

// DeclaresText says that the method's own errors are texts.
func (c *Call) DeclaresText() { c.declared = true }

// Do sends the call and waits for its result, which receive copies to result while the library still
// holds it; it runs on the library's thread. When ctx ends first, Do gives its error at once and the
// result is dropped when it comes.
func (c *Call) Do(ctx context.Context, args, result unsafe.Pointer, receive Receive) error {
	s := acquireSlot()
	mine, err := c.run(s, ctx, args, result, receive)
	if mine {
		s.release()
	}
	return err
}

// DoText is Do for a string, and DoUint64 for a number: the slot has room for these, so that no memory
// is allocated for the result to arrive in.
func (c *Call) DoText(ctx context.Context, args unsafe.Pointer) (text string, err error) {
	s := acquireSlot()
	mine, err := c.run(s, ctx, args, unsafe.Pointer(&s.text), ReceiveText)
	if mine {
		text, s.text = s.text, ""
		s.release()
	}
	return text, err
}

func (c *Call) DoUint64(ctx context.Context, args unsafe.Pointer) (number uint64, err error) {
	s := acquireSlot()
	mine, err := c.run(s, ctx, args, unsafe.Pointer(&s.number), ReceiveUint64)
	if mine {
		number, s.number = s.number, 0
		s.release()
	}
	return number, err
}

// run is Do with a slot, which is the caller's to release afterwards unless it was left to a completion
// that is still to come.
func (c *Call) run(s *slot, ctx context.Context, args, result unsafe.Pointer, receive Receive) (mine bool, err error) {
	err, cancelled := c.Arena.err, ctx.Done()
	if err == nil && cancelled != nil {
		err = ctx.Err()
	}
	if err != nil {
		releaseArena(c.Arena)
		return true, err
	}
	user := s.arm(result, receive)
	code := C.ffirt_call(c.library, C.uint32_t(c.method), C.uintptr_t(c.instance.handle), C.uintptr_t(user), args)
	releaseArena(c.Arena) // the library has copied the arguments
	if code != retOK && s.disarm() {
		text := fmt.Sprintf("the library refused the call (code %d)", int(code))
		return true, &Error{text, Refused, c.instance.closed.Load()}
	}
	if cancelled == nil {
		<-s.done
	} else {
		select {
		case <-s.done:
		case <-cancelled:
			if s.abandon() {
				return false, ctx.Err()
			}
			<-s.done // the result was faster
		}
	}
	err = s.err
	if text, ok := err.(*Error); ok {
		c.explain(text, int(code))
	}
	return true, err
}

// explain says whose error it is.
func (c *Call) explain(err *Error, code int) {
	closed := c.instance.closed.Load()
	switch {
	case code != retOK:
		err.Origin, err.closed = Refused, closed
	case closed && err.Text == destroyed:
		err.closed = true
	case c.declared:
		err.Origin = Declared
	}
}

// Create makes a context and waits until the library says that it is there.
func (c *Call) Create(args unsafe.Pointer) (*Instance, error) {
	err := c.Arena.err
	if c.library == nil {
		err = errors.New("no library is bound")
	}
	if err != nil {
		releaseArena(c.Arena)
		return nil, err
	}
	s := acquireSlot()
	handle := uintptr(C.ffirt_create(c.library, C.uintptr_t(s.arm(nil, ReceiveNothing)), args))
	releaseArena(c.Arena)
	<-s.done
	err = s.err
	s.release()
	instance := &Instance{library: c.library, handle: handle}
	if err != nil {
		if text, ok := err.(*Error); ok {
			text.Origin = Declared
		}
		if handle != 0 {
			_ = instance.Close()
		}
		return nil, err
	}
	if handle == 0 {
		return nil, &Error{Text: "the library gave no context", Origin: Failed}
	}
	return instance, nil
}

//export ffirtComplete
func ffirtComplete(ret C.int, msg unsafe.Pointer, n C.size_t, user C.uintptr_t) {
	complete(int(ret), msg, uintptr(n), uintptr(user))
}

// complete runs on the library's thread, while msg is valid.
func complete(ret int, msg unsafe.Pointer, n uintptr, user uintptr) {
	if ret == retProgress {
		progress.Add(1)
		return
	}
	s, gone := claim(user)
	if s == nil {
		stray.Add(1)
		return
	}
	if gone {
		late.Add(1)
		s.release()
		return
	}
	s.err = s.take(ret, msg, n)
	s.state.Store(s.state.Load()&^phaseMask | done)
	s.done <- struct{}{}
}

// take makes an error of whatever the library did wrong, so that no panic unwinds into C.
func (s *slot) take(ret int, msg unsafe.Pointer, n uintptr) (err error) {
	defer func() {
		if r := recover(); r != nil {
			malformed.Add(1)
			err = fmt.Errorf("%v", r)
		}
	}()
	if ret == retOK {
		return s.receive(s.result, msg, n)
	}
	return &Error{Text: Text(msg, n), Origin: Failed}
}
