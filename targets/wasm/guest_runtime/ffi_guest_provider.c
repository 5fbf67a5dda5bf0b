/* The callee of test guests: docs/value-stream.md, section 5; and resources, section 6. */
#include "ffi_guest_provider.h"

uint64_t ffi_guest_last_witness;

/* ---- resources ---- */

/* What an exported resource's rep points to. */
typedef struct {
  uint64_t number;
} Rep;

static int32_t make_resource(const FFIGuestResource *resource, uint64_t number) {
  Rep *rep = ffi_guest_alloc(sizeof *rep);
  rep->number = number;
  ++ffi_guest_counters.live_reps;
  return resource->make(rep);
}

void ffi_guest_destroy(void *rep) {
  --ffi_guest_counters.live_reps;
  ++ffi_guest_counters.destructors;
  ffi_guest_free(rep);
}

uint64_t ffi_guest_number(const FFIType *type, int32_t handle) {
  const FFIGuestHandle *of = (const FFIGuestHandle *)(const void *)type;
  if (!of->resource->make)
    return 0; /* only the host can see behind it */
  /* Whoever implements a resource is lent the rep itself. */
  const Rep *rep = of->borrow ? ffi_guest_at(handle) : of->resource->rep(handle);
  return rep->number;
}

/* What is being generated: the stream's seed, and the handles made so far. */
static struct {
  uint64_t seed, count;
  bool dry; /* make none: only a witness is wanted */
} making;

/* Own handles whose borrows are arguments of the import call under way. */
enum { MOST_LENT = 16384 };
static struct {
  const FFIGuestResource *resource;
  int32_t handle;
} lent[MOST_LENT];
static uint32_t lent_count;

static int32_t construct_imported(const FFIGuestResource *resource, uint64_t number) {
  const FFIGuestFunction *f = resource->construct;
  if (!f)
    __builtin_trap(); /* there is no way to get one */
  const uint32_t lent_before = lent_count;
  void *args = NULL;
  if (f->args) {
    args = ffi_rt_alloc(f->args->size);
    memset(args, 0, f->args->size);
    ffi_guest_gen_args(f, number, args);
  }
  void *result = ffi_rt_alloc(f->result->size);
  memset(result, 0, f->result->size);
  f->call(args, result);
  ffi_guest_drop_lent(lent_before);
  if (args) {
    ffi_rt_disown(f->args, args, NULL);
    ffi_rt_free(args, f->args->size);
  }
  int32_t handle = 0;
  if (f->result->kind == FFI_HANDLE)
    memcpy(&handle, result, 4);
  else if (ffi_rt_tag(result, 1) == 0)
    memcpy(&handle, (char *)result + f->result->parts[0].offset, 4);
  else
    __builtin_trap(); /* constructors of tests are always ok */
  ffi_rt_free(result, f->result->size);
  return handle;
}

int32_t ffi_guest_gen_handle(const FFIType *type) {
  const FFIGuestHandle *of = (const FFIGuestHandle *)(const void *)type;
  if (making.dry)
    return 0;
  const uint64_t number = ffi_rt_value_seed(making.seed, making.count++);
  if (of->resource->make)
    return make_resource(of->resource, number);
  const int32_t handle = construct_imported(of->resource, number);
  if (of->borrow) {
    if (lent_count == MOST_LENT)
      __builtin_trap();
    lent[lent_count].resource = of->resource;
    lent[lent_count++].handle = handle;
  }
  return handle;
}

void ffi_guest_drop_lent(uint32_t from) {
  while (lent_count > from) {
    --lent_count;
    lent[lent_count].resource->drop(lent[lent_count].handle);
  }
}

/* ---- generating ---- */

void ffi_guest_gen_args(const FFIGuestFunction *f, uint64_t seed, void *args) {
  const uint64_t outer_seed = making.seed, outer_count = making.count;
  making.seed = seed;
  making.count = 0;
  FFIStream stream = ffi_rt_stream(seed, false);
  ffi_rt_gen_args(&stream, f->args, args);
  making.seed = outer_seed;
  making.count = outer_count;
}

void ffi_guest_gen_result(const FFIType *type, uint64_t seed, void *result) {
  making.seed = seed;
  making.count = 0;
  FFIStream stream = ffi_rt_stream(seed, false);
  ffi_rt_gen(&stream, type, 0, result, NULL);
}

void ffi_guest_gen_dry(const FFIType *type, uint64_t seed, void *result) {
  making.dry = true;
  ffi_guest_gen_result(type, seed, result);
  making.dry = false;
}

/* ---- the callee ---- */

static void construct(const FFIGuestFunction *f, uint64_t number, void *result) {
  const FFIType *own = f->result;
  char *at = result;
  if (own->kind == FFI_RESULT) {
    at += own->parts[0].offset;
    own = own->parts[0].type;
  }
  const int32_t handle = make_resource(((const FFIGuestHandle *)(const void *)own)->resource, number);
  memcpy(at, &handle, 4);
}

void ffi_guest_provide(const FFIGuestFunction *f, void *args, void *result) {
  const uint64_t h = ffi_rt_witness_args(f->args, args);
  switch (f->role) {
  case FFI_ROLE_CONSUME:
    memcpy(result, &h, 8);
    break;
  case FFI_ROLE_PRODUCE: {
    uint64_t seed;
    memcpy(&seed, args, 8);
    ffi_guest_gen_result(f->result, seed, result);
    break;
  }
  case FFI_ROLE_ECHO: {
    /* Moved: the argument's memory and handles are the result's now. */
    char *at = (char *)args + f->args->parts[0].offset;
    memcpy(result, at, f->result->size);
    memset(at, 0, f->result->size);
    break;
  }
  case FFI_ROLE_CONSTRUCT:
    construct(f, h, result);
    break;
  case FFI_ROLE_CREATE:
    break;
  default:
    if (f->result)
      ffi_guest_gen_result(f->result, h, result);
    break;
  }
  ffi_guest_last_witness = h;
}

void ffi_guest_post_return(void) {
  ++ffi_guest_counters.post_returns;
}
