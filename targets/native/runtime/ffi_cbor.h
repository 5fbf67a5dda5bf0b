/* Values as CBOR (RFC 8949), by their descriptors: docs/target-ipc.md says which CBOR each type is. Free of threads. */
#ifndef FFI_CBOR_H
#define FFI_CBOR_H

#include "ffi_types.h"

enum { FFI_CBOR_ERROR = 96 };

/* What one message may become in memory, in bytes. */
#define FFI_CBOR_MEMORY ((size_t)256 << 20)

/* Reads one value that takes up all `len` bytes to `at`, which is zeroed memory; ffi_rt_disown gives back what it
 * allocates. The message is checked as a whole before anything is allocated for it. Where it is not a value of the
 * type, false, nothing is allocated, and `error` holds FFI_CBOR_ERROR bytes of text, NUL-terminated. */
bool ffi_cbor_read(const FFIType *type, const uint8_t *cbor, size_t len, void *at, char *error);

/* How many bytes the value at `at` takes; 0: it is no value of its type (a case that is none, text that is not
 * UTF-8). */
size_t ffi_cbor_size(const FFIType *type, const void *at);
/* Writes as many bytes. */
void ffi_cbor_write(const FFIType *type, const void *at, uint8_t *out);

/* Whether the list is a byte string: list<u8>. */
bool ffi_cbor_is_bytes(const FFIType *type);
bool ffi_cbor_is_utf8(const char *text, size_t len);

#endif
