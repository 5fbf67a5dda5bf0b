package worker

// #cgo LDFLAGS: -ldl
// #include <stdlib.h>
// #include "loader.h"
import "C"

import (
	"errors"
	"unsafe"
)

// load opens the shared object of the batch.
func load(path string) error {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	if text := C.worker_load(name); text != nil {
		return errors.New(C.GoString(text))
	}
	return nil
}

func libraryTable(schema int) unsafe.Pointer { return C.worker_library(C.uint32_t(schema)) }

func lastWitness(ctx uintptr) uint64 { return uint64(C.worker_last_witness(C.uintptr_t(ctx))) }

// settle waits until no call is pending and destroyed contexts have ended; false where they do not.
func settle(milliseconds int64) bool { return C.worker_settle(C.int64_t(milliseconds)) == 0 }

func libraryCounters() C.FFIRuntimeCounters {
	var c C.FFIRuntimeCounters
	C.worker_counters(&c)
	return c
}
