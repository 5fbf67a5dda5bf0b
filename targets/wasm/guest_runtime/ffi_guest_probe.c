/* The probe: docs/target-wasm.md. Scalars only, so that it allocates nothing of its own. */
#include "ffi_guest_caller.h"

#define PROBE(name) __attribute__((export_name("fficheck:probe/probe#" name)))

static FFIGuestRun run;

PROBE("last-witness")
uint64_t ffi_probe_last_witness(void) {
  return ffi_guest_last_witness;
}

PROBE("counter")
int64_t ffi_probe_counter(uint32_t which) {
  const int64_t counters[] = {
      ffi_guest_counters.live_allocations,
      ffi_guest_counters.live_bytes,
      ffi_guest_counters.bad_frees,
      ffi_guest_counters.total_allocations,
      ffi_guest_counters.realloc_calls,
      ffi_guest_counters.post_returns,
      ffi_guest_counters.live_reps,
      ffi_guest_counters.destructors,
  };
  return which < sizeof counters / sizeof counters[0] ? counters[which] : -1;
}

/* C has no collector. */
PROBE("collect")
void ffi_probe_collect(void) {
}

PROBE("collect-in-realloc")
void ffi_probe_collect_in_realloc(uint32_t on) {
  (void)on;
}

PROBE("run-import")
uint64_t ffi_probe_run_import(uint32_t schema, uint32_t function, uint32_t law, uint64_t seed, uint64_t first, uint64_t count) {
  run = ffi_guest_run_import(schema, function, law, seed, first, count);
  return run.held;
}

PROBE("failed")
uint64_t ffi_probe_failed(void) {
  return run.failed;
}

PROBE("digest")
uint64_t ffi_probe_digest(void) {
  return run.digest;
}

PROBE("errs")
uint64_t ffi_probe_errs(void) {
  return run.errs;
}

__attribute__((export_name("_initialize"))) void ffi_probe_initialize(void) {
}
