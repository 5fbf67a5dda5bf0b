#include "loader.h"

#include <dlfcn.h>

static void (*counters)(FFIRuntimeCounters *);
static uint64_t (*last_witness)(void *);
static int (*settle)(int64_t);
static const ffirt_library *const *libraries;

const char *worker_load(const char *path) {
  void *so = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!so) return dlerror();
  counters = (void (*)(FFIRuntimeCounters *))dlsym(so, "ffi_runtime_counters");
  last_witness = (uint64_t (*)(void *))dlsym(so, "ffi_runtime_last_witness");
  settle = (int (*)(int64_t))dlsym(so, "ffi_runtime_settle");
  libraries = (const ffirt_library *const *)dlsym(so, "fficheck_go_libraries");
  if (!counters || !last_witness || !settle || !libraries) return dlerror();
  return 0;
}

const void *worker_library(uint32_t index) { return libraries[index]; }

void worker_counters(FFIRuntimeCounters *out) { counters(out); }

uint64_t worker_last_witness(uintptr_t ctx) { return last_witness((void *)ctx); }

int worker_settle(int64_t timeout_ms) { return settle(timeout_ms); }
