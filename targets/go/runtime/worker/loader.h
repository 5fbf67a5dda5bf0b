// The batch's C library, loaded when the worker starts, so that Go and C build side by side.
#ifndef FFICHECK_WORKER_LOADER_H
#define FFICHECK_WORKER_LOADER_H

#include <stdint.h>

#include "../ffirt/ffirt.h"

/* As docs/abi-native.md, "What the library tells a test". */
typedef struct {
  int64_t live_allocations, live_bytes, live_contexts, live_threads, bad_frees, total_allocations,
      total_calls, total_completions;
} FFIRuntimeCounters;

/* NULL, or why the library cannot be loaded. */
const char *worker_load(const char *path);
/* Table of the schema of that index. */
const void *worker_library(uint32_t index);
void worker_counters(FFIRuntimeCounters *out);
uint64_t worker_last_witness(uintptr_t ctx);
int worker_settle(int64_t timeout_ms);

#endif
