// The types of the CBOR fuzzer, described to the codec in C; codec_fuzzer.cc has them in C++.
#ifndef IPC_TYPES_H
#define IPC_TYPES_H

#ifdef __cplusplus
extern "C" {
#endif

#include "targets/native/runtime/ffi_cbor.h"

// record all { ... } of every kind.
extern const FFIType fuzz_all;

// 1: taken, and `size` bytes at `out`, to be freed, are what it writes; 0: refused.
int fuzz_read(const uint8_t* cbor, size_t len, uint8_t** out, size_t* size);

#ifdef __cplusplus
}
#endif
#endif
