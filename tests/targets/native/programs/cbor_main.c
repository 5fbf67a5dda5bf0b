/* Laws of the CBOR codec, over the descriptors of a batch: table.h has one row for each of its
 * libraries. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ffi_cbor.h"
#include "ffi_library.h"
#include "table.h"

static int failures;
#define CHECK(condition)                                                                   \
  do {                                                                                     \
    if (!(condition)) {                                                                    \
      fprintf(stderr, "%s, seed %lu: line %d: not so: %s\n", subject, (unsigned long)seed, \
              __LINE__, #condition);                                                       \
      if (++failures > 20) exit(1);                                                        \
    }                                                                                      \
  } while (0)

static const char *subject;
static uint64_t seed;

static FFIRuntimeCounters counters(void) {
  FFIRuntimeCounters c;
  ffi_runtime_counters(&c);
  return c;
}

static uint64_t witness(const FFIType *type, const void *at) {
  uint64_t h = FFI_WITNESS_START;
  ffi_rt_witness(type, at, NULL, &h);
  return h;
}

/* Whether the exact bytes are taken; what is read is given back. */
static bool accepts(const FFIType *type, const uint8_t *bytes, size_t len, uint64_t *h) {
  /* Of exactly that size, so that a sanitizer sees a step too far. */
  uint8_t *exact = malloc(len ? len : 1);
  if (len) memcpy(exact, bytes, len);
  void *at = calloc(1, type->size);
  char error[FFI_CBOR_ERROR] = "";
  const bool fine = ffi_cbor_read(type, exact, len, at, error);
  if (fine)
    *h = witness(type, at);
  else
    CHECK(error[0] != 0 && strlen(error) < FFI_CBOR_ERROR);
  if (fine) ffi_rt_disown(type, at, NULL);
  free(at);
  free(exact);
  return fine;
}

/* Refused, and nothing was allocated for it. */
static void check_refused(const FFIType *type, const uint8_t *bytes, size_t len) {
  const FFIRuntimeCounters before = counters();
  uint64_t h;
  CHECK(!accepts(type, bytes, len, &h));
  CHECK(counters().total_allocations == before.total_allocations);
}

static void check_value(const FFIType *type, const void *at) {
  const size_t size = ffi_cbor_size(type, at);
  uint64_t h = 0;
  CHECK(size != 0);
  uint8_t *cbor = malloc(size + 1);
  cbor[size] = 0;
  ffi_cbor_write(type, at, cbor);
  CHECK(accepts(type, cbor, size, &h) && h == witness(type, at));
  check_refused(type, cbor, size + 1);
  const size_t step = size / 64 + 1;
  for (size_t cut = 0; cut < size; cut += step) check_refused(type, cbor, cut);
  /* Whatever becomes of one byte, it is a value or it is refused. */
  uint64_t state = seed;
  for (int i = 0; i < 64; ++i) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    uint8_t *byte = &cbor[(state >> 33) % size];
    const uint8_t was = *byte;
    *byte = (uint8_t)(state >> 20);
    (void)accepts(type, cbor, size, &h);
    *byte = was;
  }
  free(cbor);
}

static void check_drawn(const FFIType *type, bool no_nul) {
  FFIStream stream = ffi_rt_stream(ffi_rt_value_seed(77, seed), no_nul);
  void *at = calloc(1, type->size);
  ffi_rt_gen(&stream, type, 0, at, NULL);
  const int64_t live = counters().live_allocations;
  check_value(type, at);
  CHECK(counters().live_allocations == live);
  ffi_rt_disown(type, at, NULL);
  free(at);
}

static void check_hostile(const FFIType *type) {
  static const uint8_t heads[] = {0x9B, 0xBB, 0x5B, 0x7B, 0xDB, 0x9A, 0xBA, 0x7A,
                                  0x9F, 0xBF, 0x5F, 0x7F, 0x1C, 0xFF, 0xC0, 0xF7};
  uint8_t bytes[64];
  for (size_t i = 0; i < sizeof heads; ++i) {
    memset(bytes, 0xFF, sizeof bytes);
    bytes[0] = heads[i];
    for (size_t len = 1; len < 16; ++len) check_refused(type, bytes, len);
  }
  /* Ten thousand arrays, each in the one before. */
  const size_t deep = 10000;
  uint8_t *nested = malloc(deep);
  memset(nested, 0x81, deep);
  check_refused(type, nested, deep);
  memset(nested, 0xC1, deep);
  check_refused(type, nested, deep);
  free(nested);
}

int main(int argc, char **argv) {
  const uint64_t values = argc > 1 ? strtoull(argv[1], NULL, 10) : 50;
  const int64_t live = counters().live_allocations;
  size_t checked = 0;
  for (size_t i = 0; i < sizeof libraries / sizeof *libraries; ++i) {
    const FFILibrary *library = libraries[i].library;
    for (uint32_t f = 0; f < libraries[i].functions; ++f) {
      const FFIFunction *function = &library->functions[f];
      const FFIType *types[] = {function->args,
                                function->form == FFI_FORM_VALUE ? function->ok : NULL};
      subject = function->name;
      for (size_t t = 0; t < 2; ++t) {
        if (types[t] == NULL) continue;
        check_hostile(types[t]);
        for (seed = 0; seed < values; ++seed, ++checked) check_drawn(types[t], library->no_nul);
      }
    }
  }
  seed = 0;
  CHECK(checked > 0);
  CHECK(counters().live_allocations == live);
  CHECK(counters().bad_frees == 0);
  printf("%zu values\n", checked);
  return failures != 0;
}
