// Package ffirt is what generated bindings need at run time: argument memory, pending calls, and
// the way from Go to the library and back. It knows no schema.
package ffirt

// #cgo noescape ffirt_create
// #cgo noescape ffirt_call
// #include "bridge.h"
import "C"

import (
	"errors"
	"fmt"
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
}

// Handle is the library's name for the context.
func (i *Instance) Handle() uintptr { return i.handle }

// Close destroys the context. Calls that are pending complete, later ones are refused by the library,
// which knows its contexts by handle; their error is ErrClosed. Further calls of Close do nothing.
func (i *Instance) Close() error {
	if i.closed.Swap(true) {
		return nil
	}
	if code := C.ffirt_destroy(i.library, C.uintptr_t(i.handle)); code != retOK {
		return &Error{Text: fmt.Sprintf("the library refused to destroy its context (code %d)", code), Origin: Refused}
	}
	return nil
}

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
// holds it; it runs on the library's thread.
func (c *Call) Do(args, result unsafe.Pointer, receive Receive) error {
	if err := c.Arena.err; err != nil {
		releaseArena(c.Arena)
		return err
	}
	s := acquireSlot()
	user := s.arm(result, receive)
	code := C.ffirt_call(c.library, C.uint32_t(c.method), C.uintptr_t(c.instance.handle), C.uintptr_t(user), args)
	releaseArena(c.Arena) // the library has copied the arguments
	if code != retOK && s.disarm() {
		s.release()
		text := fmt.Sprintf("the library refused the call (code %d)", int(code))
		return &Error{text, Refused, c.instance.closed.Load()}
	}
	<-s.done
	err := s.err
	s.release()
	if text, ok := err.(*Error); ok {
		switch {
		case code != retOK:
			text.Origin, text.closed = Refused, c.instance.closed.Load()
		case c.declared:
			text.Origin = Declared
		}
	}
	return err
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
	s := claim(user)
	if s == nil {
		stray.Add(1)
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
