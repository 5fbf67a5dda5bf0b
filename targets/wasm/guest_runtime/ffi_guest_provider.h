/* Inside the runtime of test guests: what the callee and the guest as caller share. */
#ifndef FFI_GUEST_PROVIDER_H
#define FFI_GUEST_PROVIDER_H

#include "ffi_guest_tests.h"

extern uint64_t ffi_guest_last_witness;

/* Values of a stream with that seed, into zeroed memory. */
void ffi_guest_gen_args(const FFIGuestFunction *f, uint64_t seed, void *args);
void ffi_guest_gen_result(const FFIType *type, uint64_t seed, void *result);
/* The same with 0 for every handle, as imported resources count in witnesses. */
void ffi_guest_gen_dry(const FFIType *type, uint64_t seed, void *result);
/* Drops the imported resources, from the given number on, that were made to be lent to an import. */
void ffi_guest_drop_lent(uint32_t from);

#endif
