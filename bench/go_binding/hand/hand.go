// Package hand is a binding of the shapes library as a careful person writes it with cgo: arguments
// are passed where Go holds them, pinned for the call; one reused slot for each call in flight; the
// result is copied in the callback. It is what the generated binding is measured against.
package hand

/*
#include "shapes.h"

extern void handDone(int ret, char *msg, size_t len, void *userData);

static void done(int ret, const char *msg, size_t len, void *userData) {
	handDone(ret, (char *)msg, len, userData);
}

static void *create(uintptr_t slot) { return shapes_create(done, (void *)slot); }

static int echo_number(void *ctx, uintptr_t slot, uint64_t v) {
	return shapes_echo_number(ctx, done, (void *)slot, v);
}
static int echo_point(void *ctx, uintptr_t slot, Point v) {
	return shapes_echo_point(ctx, done, (void *)slot, v);
}
static int echo_text(void *ctx, uintptr_t slot, FFIString v) {
	return shapes_echo_text(ctx, done, (void *)slot, v);
}
static int echo_numbers(void *ctx, uintptr_t slot, ListU64 v) {
	return shapes_echo_numbers(ctx, done, (void *)slot, v);
}
static int echo_item(void *ctx, uintptr_t slot, Item v) {
	return shapes_echo_item(ctx, done, (void *)slot, v);
}
*/
import "C"

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/cgo"
	"slices"
	"strings"
	"sync"
	"unsafe"
)

// Point has the layout of C's Point.
type Point struct {
	X, Y float64
	ID   uint32
}

// Item is C's Item.
type Item struct {
	Name   string
	Points []Point
	Note   *string
}

// slot is one call in flight. It and its handle are used again and again.
type slot struct {
	handle cgo.Handle
	done   chan error
	take   func(msg unsafe.Pointer, n uintptr)
	pin    runtime.Pinner
}

var slots = sync.Pool{New: func() any {
	s := &slot{done: make(chan error, 1)}
	s.handle = cgo.NewHandle(s)
	return s
}}

//export handDone
func handDone(ret C.int, msg *C.char, n C.size_t, userData unsafe.Pointer) {
	s := cgo.Handle(uintptr(userData)).Value().(*slot)
	var err error
	if ret == 0 {
		if s.take != nil {
			s.take(unsafe.Pointer(msg), uintptr(n))
		}
	} else {
		err = errors.New(C.GoStringN(msg, C.int(n)))
	}
	s.done <- err
}

// run starts a call and waits for its result.
func run(take func(unsafe.Pointer, uintptr), start func(s *slot, id C.uintptr_t) C.int) error {
	s := slots.Get().(*slot)
	s.take = take
	code := start(s, C.uintptr_t(s.handle))
	s.pin.Unpin()
	if code != 0 {
		return fmt.Errorf("refused with code %d", code) // the slot is lost: its callback may come
	}
	err := <-s.done
	s.take = nil
	slots.Put(s)
	return err
}

// Client is one context of the library.
type Client struct{ ctx unsafe.Pointer }

// New makes a context.
func New() (*Client, error) {
	c := new(Client)
	err := run(nil, func(_ *slot, id C.uintptr_t) C.int {
		c.ctx = C.create(id)
		return 0
	})
	return c, err
}

// Close destroys the context.
func (c *Client) Close() { C.shapes_destroy(c.ctx) }

// EchoNumber gives its argument back.
func (c *Client) EchoNumber(v uint64) (result uint64, err error) {
	err = run(func(msg unsafe.Pointer, _ uintptr) { result = *(*uint64)(msg) },
		func(_ *slot, id C.uintptr_t) C.int { return C.echo_number(c.ctx, id, C.uint64_t(v)) })
	return
}

// EchoPoint gives its argument back.
func (c *Client) EchoPoint(v Point) (result Point, err error) {
	err = run(func(msg unsafe.Pointer, _ uintptr) { result = *(*Point)(msg) },
		func(_ *slot, id C.uintptr_t) C.int {
			return C.echo_point(c.ctx, id, *(*C.Point)(unsafe.Pointer(&v)))
		})
	return
}

func lowerText(s *slot, v string) C.FFIString {
	if v == "" {
		return C.FFIString{}
	}
	data := unsafe.StringData(v)
	s.pin.Pin(data)
	return C.FFIString{ptr: (*C.char)(unsafe.Pointer(data)), len: C.size_t(len(v))}
}

func liftText(v C.FFIString) string {
	return strings.Clone(unsafe.String((*byte)(unsafe.Pointer(v.ptr)), int(v.len)))
}

// EchoText gives its argument back.
func (c *Client) EchoText(v string) (result string, err error) {
	err = run(func(msg unsafe.Pointer, n uintptr) {
		result = strings.Clone(unsafe.String((*byte)(msg), int(n)))
	}, func(s *slot, id C.uintptr_t) C.int { return C.echo_text(c.ctx, id, lowerText(s, v)) })
	return
}

// EchoNumbers gives its argument back.
func (c *Client) EchoNumbers(v []uint64) (result []uint64, err error) {
	err = run(func(msg unsafe.Pointer, _ uintptr) {
		list := (*C.ListU64)(msg)
		result = slices.Clone(unsafe.Slice((*uint64)(unsafe.Pointer(list.ptr)), int(list.len)))
	}, func(s *slot, id C.uintptr_t) C.int {
		var list C.ListU64
		if len(v) > 0 {
			s.pin.Pin(&v[0])
			list.ptr, list.len = (*C.uint64_t)(unsafe.Pointer(&v[0])), C.size_t(len(v))
		}
		return C.echo_numbers(c.ctx, id, list)
	})
	return
}

// EchoItem gives its argument back.
func (c *Client) EchoItem(v Item) (result Item, err error) {
	err = run(func(msg unsafe.Pointer, _ uintptr) {
		item := (*C.Item)(msg)
		result.Name = liftText(item.name)
		points := unsafe.Slice((*Point)(unsafe.Pointer(item.points.ptr)), int(item.points.len))
		result.Points = slices.Clone(points)
		if item.note.present {
			note := liftText(item.note.value)
			result.Note = &note
		}
	}, func(s *slot, id C.uintptr_t) C.int {
		var item C.Item
		item.name = lowerText(s, v.Name)
		if len(v.Points) > 0 {
			s.pin.Pin(&v.Points[0])
			item.points.ptr = (*C.Point)(unsafe.Pointer(&v.Points[0]))
			item.points.len = C.size_t(len(v.Points))
		}
		if v.Note != nil {
			item.note.present = true
			item.note.value = lowerText(s, *v.Note)
		}
		return C.echo_item(c.ctx, id, item)
	})
	return
}
