// Package testlib is a small C library written by hand, for the tests of ffirt.
package testlib

// #include "../ffirt/ffirt.h"
// extern const ffirt_library testlib;
// int testlib_live(void);
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
)

// Table is the library's ffirt_library.
func Table() unsafe.Pointer { return unsafe.Pointer(&C.testlib) }

// Live is how many contexts there are.
func Live() int { return int(C.testlib_live()) }
