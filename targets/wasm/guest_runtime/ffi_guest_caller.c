/* The guest as caller: values of the stream through an import, each answer held against docs/value-stream.md. */
#include "ffi_guest_caller.h"

/* As the worker's protocol numbers laws; docs/target-wasm.md the last two. */
enum {
  LAW_REPEAT = 3,
  LAW_KEEP = 254,
  LAW_KEPT = 255,
};

static void *zeroed(const FFIType *type) {
  if (!type)
    return NULL;
  void *at = ffi_rt_alloc(type->size);
  memset(at, 0, type->size);
  return at;
}

static void release(const FFIType *type, void *at) {
  if (type)
    ffi_rt_free(at, type->size);
}

static uint64_t witness_of(const FFIType *type, const void *at) {
  uint64_t h = FFI_WITNESS_START;
  ffi_rt_witness(type, at, NULL, &h);
  return h;
}

typedef struct {
  uint64_t witness;
  bool is_err;
} Expected;

static Expected expected_of(const FFIType *type, const void *at) {
  const Expected expected = {witness_of(type, at), type->kind == FFI_RESULT && ffi_rt_tag(at, 1) == 1};
  return expected;
}

static Expected generated(const FFIType *type, uint64_t seed) {
  void *at = zeroed(type);
  ffi_guest_gen_dry(type, seed, at);
  const Expected expected = expected_of(type, at);
  ffi_rt_disown(type, at, NULL);
  release(type, at);
  return expected;
}

/* What a correct callee answers. */
static Expected expect(const FFIGuestFunction *f, const void *args, uint64_t seed, uint64_t h) {
  const Expected zero = {0, false};
  if (!f->result)
    return zero;
  switch (f->role) {
  case FFI_ROLE_CONSUME:
    return expected_of(f->result, &h);
  case FFI_ROLE_PRODUCE:
    return generated(f->result, seed);
  case FFI_ROLE_ECHO:
    return expected_of(f->result, (const char *)args + f->args->parts[0].offset);
  case FFI_ROLE_CREATE:
  case FFI_ROLE_CONSTRUCT: {
    /* An ok whose handle, if any, counts as 0: all zero but for that. */
    void *at = zeroed(f->result);
    const Expected expected = expected_of(f->result, at);
    release(f->result, at);
    return expected;
  }
  default:
    return generated(f->result, h);
  }
}

/* A result that is kept while the host calls exports. */
typedef struct {
  const FFIGuestFunction *f;
  void *result; /* NULL: none */
  uint64_t witness;
} Kept;

static Kept kept;

static bool kept_holds(void) {
  if (!kept.result)
    return false;
  const bool held = witness_of(kept.f->result, kept.result) == kept.witness;
  if (kept.f->free_result)
    kept.f->free_result(kept.result);
  release(kept.f->result, kept.result);
  kept = (Kept){NULL, NULL, 0};
  return held;
}

static bool holds(const FFIGuestFunction *f, uint64_t law, uint64_t seed, FFIGuestRun *run) {
  void *args = zeroed(f->args);
  if (f->role == FFI_ROLE_PRODUCE)
    memcpy(args, &seed, 8);
  else if (f->args)
    ffi_guest_gen_args(f, seed, args);
  const uint64_t h = ffi_rt_witness_args(f->args, args);
  const Expected expected = expect(f, args, seed, h);
  run->digest += f->role == FFI_ROLE_PRODUCE ? expected.witness : h;
  run->errs += expected.is_err;
  bool held = true;
  for (int times = law == LAW_REPEAT ? 2 : 1; times > 0; --times) {
    void *result = zeroed(f->result);
    f->call(args, result);
    if (f->result)
      held = held && witness_of(f->result, result) == expected.witness;
    if (law == LAW_KEEP && !kept.result) {
      kept = (Kept){f, result, expected.witness};
      continue;
    }
    if (f->free_result)
      f->free_result(result);
    release(f->result, result);
  }
  held = held && ffi_rt_witness_args(f->args, args) == h;
  ffi_guest_drop_lent(0);
  if (f->args)
    ffi_rt_disown(f->args, args, NULL);
  release(f->args, args);
  return held;
}

FFIGuestRun ffi_guest_run_import(uint32_t schema, uint32_t function, uint32_t law, uint64_t seed, uint64_t first,
                                 uint64_t count) {
  FFIGuestRun run = {0, UINT64_MAX, 0, 0};
  if (schema >= ffi_guest_schema_count || function >= ffi_guest_schemas[schema].import_count)
    __builtin_trap();
  if (law == LAW_KEPT) {
    run.held = kept_holds();
    return run;
  }
  const FFIGuestFunction *f = &ffi_guest_schemas[schema].imports[function];
  for (uint64_t i = first; i != first + count; ++i) {
    if (holds(f, law, ffi_rt_value_seed(seed, i), &run))
      ++run.held;
    else if (run.failed == UINT64_MAX)
      run.failed = i;
  }
  return run;
}
