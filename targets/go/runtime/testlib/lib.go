// Package testlib is a small C library written by hand, for the tests of ffirt.
package testlib

// #include "../ffirt/ffirt.h"
// extern const ffirt_library testlib;
// int testlib_live(void);
// void testlib_keep(int on);
import "C"

import "unsafe"

// The methods: each takes a uint64 and gives it back, in its own way.
const (
	Echo = iota
	Twice
	Progress
	RefuseText
	RefuseMute
	Short
	Fail
	Stranger
	Text // takes and gives a string
	Ask  // gives what the host function says
	AskTwice
	AskNull     // with a request that is nowhere
	AskStranger // of a host function that nobody knows, first
	Tell        // the listener
	TellBadly   // and first with too few bytes
)

// Table is the library's ffirt_library.
func Table() unsafe.Pointer { return unsafe.Pointer(&C.testlib) }

// Live is how many contexts there are.
func Live() int { return int(C.testlib_live()) }

// Keep lets the library keep its host function whatever is set, until the function it gives is called.
func Keep() (end func()) {
	C.testlib_keep(1)
	return func() { C.testlib_keep(0) }
}
