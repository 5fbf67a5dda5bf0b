/* Type descriptors, and what walks them: copies, frees, witnesses, the value stream. Free of threads. */
#ifndef FFI_TYPES_H
#define FFI_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ffi_runtime.h"

enum {
  FFI_BOOL,    /* size 1, or 4 in the nim dialect */
  FFI_SIGNED,  /* size 1, 2, 4, 8 */
  FFI_NATURAL, /* size 1, 2, 4, 8; own and borrow too */
  FFI_FLOAT,   /* size 4, 8 */
  FFI_CHAR,
  FFI_STRING,  /* FFIString */
  FFI_CSTRING, /* const char *, NUL-terminated */
  FFI_LIST,    /* parts[0] is the element: offset of the pointer, second the offset of the length */
  FFI_OPTION,  /* parts[0] is the value: offset of the value, second the offset of `present` */
  FFI_RECORD,  /* tuple too: parts are the fields */
  FFI_RESULT,  /* the tag comes first; parts are the cases */
  FFI_VARIANT, /* the tag comes first; parts are the cases */
  FFI_ENUM,    /* count cases, no parts */
  FFI_FLAGS,   /* count flags, no parts */
  FFI_HANDLE,  /* own, borrow: the resource's rep */
};

typedef struct FFIType FFIType;

typedef struct {
  const FFIType *type; /* NULL: a case without payload */
  size_t offset;       /* bytes from the start of the struct */
  size_t second;       /* of the length or `present` that stands beside it, where the type is split */
} FFIPart;

struct FFIType {
  uint8_t kind;
  uint8_t owns;     /* holds pointers: copies and frees go deep */
  uint8_t split;    /* nim list and option: two members of whatever holds them, no struct of their own */
  uint8_t tag_size; /* of a tag, or of `present` */
  uint32_t count;   /* parts, cases or flags */
  size_t size;
  size_t align;
  const FFIPart *parts;
  const char *const *names; /* of fields or cases, in CBOR; NULL: there are none, or CBOR is not spoken */
};

extern const FFIType ffi_rt_bool, ffi_rt_int, ffi_rt_s8, ffi_rt_u8, ffi_rt_s16, ffi_rt_u16, ffi_rt_s32, ffi_rt_u32,
    ffi_rt_s64, ffi_rt_u64, ffi_rt_f32, ffi_rt_f64, ffi_rt_char, ffi_rt_string, ffi_rt_cstring, ffi_rt_handle;

/* Memory that the counters see. `size` is what was asked for. Never NULL: without memory the process ends. */
void *ffi_rt_alloc(size_t size);
void ffi_rt_free(void *memory, size_t size);

/* A value at `at`; of a split type, its second member is at `second`. */

/* Replaces what the value's pointers point to by copies of its own, deeply. */
void ffi_rt_own(const FFIType *type, void *at, void *second);
/* Frees what ffi_rt_own or the stream allocated, deeply. */
void ffi_rt_disown(const FFIType *type, void *at, void *second);
/* The tag of a choice, or `present`: a number of 1, 2 or 4 bytes. */
uint32_t ffi_rt_tag(const void *at, uint8_t size);

/* docs/value-stream.md, for tests: not part of a product. */
#define FFI_WITNESS_START UINT64_C(0x6A09E667F3BCC908)
void ffi_rt_witness(const FFIType *type, const void *at, const void *second, uint64_t *h);
uint64_t ffi_rt_witness_args(const FFIType *args, const void *at);

typedef struct {
  uint64_t state;
  uint64_t budget;
  bool no_nul; /* strings without NUL: the nim dialect */
} FFIStream;

FFIStream ffi_rt_stream(uint64_t seed, bool no_nul);
uint64_t ffi_rt_value_seed(uint64_t seed, uint64_t index);
uint64_t ffi_rt_next(FFIStream *stream);
/* Makes a value at `at`, which is zeroed memory. */
void ffi_rt_gen(FFIStream *stream, const FFIType *type, unsigned depth, void *at, void *second);
/* All arguments of a call from one stream: the parts of `args` at depth 0. */
void ffi_rt_gen_args(FFIStream *stream, const FFIType *args, void *at);
/* The bytes of a string, len + 1 allocated, terminated; NULL where len is 0. */
char *ffi_rt_gen_text(FFIStream *stream, unsigned depth, size_t *len);

#if FFI_GUEST
/* Guests on wasm32 (docs/target-wasm.md): what their runtime does in place of what libraries do. */
/* A string of the stream, in the guest's encoding. */
void ffi_guest_gen_string(FFIStream *stream, unsigned depth, FFIString *out);
/* A string's UTF-8, to be given back to ffi_guest_utf8_done. */
const char *ffi_guest_utf8(const FFIString *string, size_t *len);
void ffi_guest_utf8_done(const FFIString *string, const char *utf8, size_t len);
/* A handle for a resource that the stream makes, and the number of the resource behind a handle. */
int32_t ffi_guest_gen_handle(const FFIType *type);
uint64_t ffi_guest_number(const FFIType *type, int32_t handle);
#endif

#endif
