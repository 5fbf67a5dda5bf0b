/* What generated glue needs of a guest's runtime. */
#ifndef FFI_GUEST_H
#define FFI_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ffi_runtime.h"

/* ---- core values ---- */

static inline void *ffi_guest_at(int32_t address) {
  return (void *)(uintptr_t)(uint32_t)address;
}

static inline int32_t ffi_guest_address(const void *at) {
  return (int32_t)(uintptr_t)at;
}

/* Reinterpretations, for the joined flat types of variants. */
static inline float ffi_guest_f32(int32_t bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

static inline double ffi_guest_f64(int64_t bits) {
  double value;
  memcpy(&value, &bits, 8);
  return value;
}

static inline int32_t ffi_guest_bits32(float value) {
  int32_t bits;
  memcpy(&bits, &value, 4);
  return bits;
}

static inline int64_t ffi_guest_bits64(double value) {
  int64_t bits;
  memcpy(&bits, &value, 8);
  return bits;
}

/* Zero-extended, as the canonical ABI widens an i32. */
static inline int64_t ffi_guest_wide(int32_t bits) {
  return (int64_t)(uint32_t)bits;
}

/* ---- memory ---- */

/* Frees a string's text, where it has any. */
static inline void ffi_guest_free_string(const FFIString *string) {
  if (string->len & 0x7FFFFFFF)
    ffi_guest_free((void *)(uintptr_t)string->ptr);
}

#endif
