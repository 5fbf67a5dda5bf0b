/* What generated test guests tell their runtime; not part of a product. */
#ifndef FFI_GUEST_TESTS_H
#define FFI_GUEST_TESTS_H

#include "ffi_guest.h"
#include "ffi_types.h"

/* What a function's callee does: docs/value-stream.md, section 5. */
enum {
  FFI_ROLE_CONSUME,
  FFI_ROLE_PRODUCE,
  FFI_ROLE_ECHO,
  FFI_ROLE_CALL,
  FFI_ROLE_CREATE,    /* all zero: ok */
  FFI_ROLE_CONSTRUCT, /* a new resource, always ok */
};

typedef struct FFIGuestFunction {
  const FFIType *args;   /* a record over the arguments' struct; NULL: none */
  const FFIType *result; /* NULL: none */
  uint8_t role;
  void (*call)(const void *args, void *result); /* imports only */
  void (*free_result)(void *result);            /* imports only; frees memory and drops handles. NULL: nothing to free */
} FFIGuestFunction;

typedef struct {
  int32_t (*make)(void *rep);   /* NULL: the resource is imported */
  void *(*rep)(int32_t handle); /* NULL: the resource is imported */
  void (*drop)(int32_t handle);
  const FFIGuestFunction *construct; /* constructor of an imported resource; NULL: none */
} FFIGuestResource;

/* The descriptor of own and borrow. */
typedef struct {
  FFIType type;
  const FFIGuestResource *resource;
  bool borrow;
} FFIGuestHandle;

typedef struct {
  const FFIGuestFunction *imports; /* as Schema::imports() */
  uint32_t import_count;
} FFIGuestSchema;

/* Generated: one row for each schema of the batch. */
extern const FFIGuestSchema ffi_guest_schemas[];
extern const uint32_t ffi_guest_schema_count;

typedef struct {
  int64_t live_allocations, live_bytes, bad_frees, total_allocations, realloc_calls, post_returns, live_reps,
      destructors;
} FFIGuestCounters;
extern FFIGuestCounters ffi_guest_counters;

/* The callee: answers `args` into `result`, which is zeroed. What it moves out of `args` it leaves zero. */
void ffi_guest_provide(const FFIGuestFunction *function, void *args, void *result);
/* The destructor of every exported resource. */
void ffi_guest_destroy(void *rep);
/* At the start of each cabi_post_*. */
void ffi_guest_post_return(void);

#endif
