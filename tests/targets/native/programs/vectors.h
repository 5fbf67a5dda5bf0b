/* Checks the value stream and the test callee of the C runtime without its threads: what the callee
 * answers comes here. Included by the unit that value_stream_test.cc writes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ffi_library.h"

/* The generated unit includes ffi_stream.c, ffi_witness.c, ffi_provider.c and ffi_runtime_values.c
 * before this. */

struct FFICall {
  const FFIFunction* function;
  bool no_nul;
  uint64_t witness; /* of the arguments */
  uint64_t answer;  /* witness of the answer; 0 without one */
};

static int64_t live, checked;

void* ffi_rt_alloc(size_t size) {
  ++live;
  return malloc(size);
}

void ffi_rt_free(void* memory, size_t size) {
  (void)size;
  --live;
  free(memory);
}

const FFIFunction* ffi_rt_function(const FFICall* call) { return call->function; }
bool ffi_rt_no_nul(const FFICall* call) { return call->no_nul; }
void ffi_rt_set_witness(FFICall* call, uint64_t witness) { call->witness = witness; }

void ffi_rt_reply(FFICall* call, const void* ok) {
  const FFIFunction* f = call->function;
  call->answer = 0;
  if (f->ok == NULL && !f->error_is_text) return;
  call->answer = FFI_WITNESS_START;
  if (f->error_is_text) absorb(&call->answer, 0);
  if (f->ok != NULL) ffi_rt_witness(f->ok, ok, NULL, &call->answer);
}

void ffi_call_fail(FFICall* call, const char* text, size_t len) {
  call->answer = FFI_WITNESS_START;
  absorb(&call->answer, 1);
  absorb_text(&call->answer, text, len);
}

static void hold(bool law, const char* line, uint64_t seen, uint64_t expected) {
  ++checked;
  if (law) return;
  fprintf(stderr, "%s: %016" PRIx64 " instead of %016" PRIx64 "\n", line, seen, expected);
  exit(1);
}

/* The arguments of a value's seed, through the callee. */
static FFICall run(const FFIFunction* f, FFIHandler handler, uint64_t seed, bool no_nul,
                   bool produce) {
  FFICall call = {f, no_nul, 0, 0};
  const size_t size = f->args ? f->args->size : 0;
  void* args = calloc(1, size ? size : 1);
  FFIStream stream = ffi_rt_stream(seed, no_nul);
  if (produce)
    memcpy(args, &seed, sizeof seed);
  else if (f->args)
    ffi_rt_gen_args(&stream, f->args, args);
  /* The callee sees a copy. */
  void* copy = calloc(1, size ? size : 1);
  memcpy(copy, args, size);
  if (f->args) {
    ffi_rt_own(f->args, copy, NULL);
    ffi_rt_disown(f->args, args, NULL);
  }
  handler(&call, copy);
  if (f->args) ffi_rt_disown(f->args, copy, NULL);
  free(args);
  free(copy);
  return call;
}

static void check_next(uint64_t state, unsigned index, uint64_t word) {
  FFIStream stream = ffi_rt_stream(state, false);
  uint64_t seen = ffi_rt_next(&stream);
  for (unsigned i = 0; i < index; ++i) seen = ffi_rt_next(&stream);
  hold(seen == word, "next", seen, word);
}

static void check_seed(uint64_t of_run, uint64_t index, uint64_t seed) {
  const uint64_t seen = ffi_rt_value_seed(of_run, index);
  hold(seen == seed, "seed", seen, seed);
}

static void check_value(const FFIFunction* f, FFIHandler handler, uint64_t seed, uint64_t witness) {
  const FFICall call = run(f, handler, seed, false, true);
  hold(call.answer == witness, f->name, call.answer, witness);
}

static void check_args(const FFIFunction* f, FFIHandler handler, uint64_t seed, uint64_t witness,
                       bool answers, uint64_t answer) {
  const FFICall call = run(f, handler, seed, false, false);
  hold(call.witness == witness, f->name, call.witness, witness);
  if (answers) hold(call.answer == answer, f->name, call.answer, answer);
}

static void check_digest(const FFIFunction* f, FFIHandler handler, bool produce, uint64_t of_run,
                         uint64_t count, uint64_t sum, bool no_nul) {
  uint64_t seen = 0;
  for (uint64_t i = 0; i < count; ++i) {
    const FFICall call = run(f, handler, ffi_rt_value_seed(of_run, i), no_nul, produce);
    seen += produce ? call.answer : call.witness;
  }
  hold(seen == sum, f->name, seen, sum);
}

static int report(void) {
  hold(live == 0, "live allocations", (uint64_t)live, 0);
  printf("%" PRId64 " checks\n", checked);
  return 0;
}
