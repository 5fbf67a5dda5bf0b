/* What the handlers of a guest on wasm32 share with its runtime. C11 and C++. */
#ifndef FFI_RUNTIME_H
#define FFI_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Text in the module's string encoding; UTF-8 unless it was built otherwise. Not terminated. Empty: len is 0, ptr is
 * anything. utf16: `len` counts units of 2 bytes. latin1+utf16: `len` counts bytes of Latin-1, or, with its highest
 * bit set, units of UTF-16. */
typedef struct {
  const char *ptr;
  size_t len;
} FFIString;

/* Memory of the module, aligned to 16. What a result reaches must come from here, or from an argument.
 * Never NULL: without memory the module traps. */
void *ffi_guest_alloc(size_t size);
void ffi_guest_free(void *memory);

#ifdef __cplusplus
}
#endif
#endif
