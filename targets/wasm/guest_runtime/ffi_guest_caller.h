/* Inside the runtime of test guests: the guest as caller. */
#ifndef FFI_GUEST_CALLER_H
#define FFI_GUEST_CALLER_H

#include "ffi_guest_provider.h"

typedef struct {
  uint64_t held;
  uint64_t failed; /* the first index that did not hold; UINT64_MAX: none */
  uint64_t digest;
  uint64_t errs;
} FFIGuestRun;

/* Sends the values first.. through an import; docs/worker-protocol.md, "bulk". Traps where there is no such import. */
FFIGuestRun ffi_guest_run_import(uint32_t schema, uint32_t function, uint32_t law, uint64_t seed, uint64_t first,
                                 uint64_t count);

#endif
