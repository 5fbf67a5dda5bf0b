#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include "ffi_ipc_probe.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REST_MS = 5000 };

/* Entries of a directory, without the one that counting needs. */
static int64_t entries(const char *path) {
  DIR *directory = opendir(path);
  if (directory == NULL)
    return -1;
  int64_t n = 0;
  while (readdir(directory) != NULL)
    ++n;
  closedir(directory);
  return n - 3; /* ".", "..", and its own descriptor */
}

static FFIIpcCounters at_rest(int64_t connections) {
  const struct timespec nap = {0, 1000000};
  FFIIpcCounters c;
  for (int i = 0; i < REST_MS; ++i) {
    ffi_ipc_counters(&c);
    if (c.live_connections <= connections && c.live_answers <= 1) /* this one */
      break;
    nanosleep(&nap, NULL);
  }
  return c;
}

int ffi_ipc_probe_counters(void *ctx, FFICallback callback, void *userData, const uint8_t *payload, size_t len) {
  char number[24] = "";
  char text[1024];
  (void)ctx;
  if (len < sizeof number)
    memcpy(number, payload, len);
  const FFIIpcCounters server = at_rest(strtoll(number, NULL, 10));
  FFIRuntimeCounters library;
  ffi_runtime_settle(REST_MS);
  ffi_runtime_counters(&library);
  const int n = snprintf(text, sizeof text,
                         "live_library_allocations %" PRId64 "\n"
                         "live_library_bytes %" PRId64 "\n"
                         "live_contexts %" PRId64 "\n"
                         "live_threads %" PRId64 "\n"
                         "bad_frees %" PRId64 "\n"
                         "total_library_allocations %" PRId64 "\n"
                         "total_calls %" PRId64 "\n"
                         "total_completions %" PRId64 "\n"
                         "live_connections %" PRId64 "\n"
                         "live_answers %" PRId64 "\n"
                         "live_server_descriptors %" PRId64 "\n",
                         library.live_allocations, library.live_bytes, library.live_contexts, library.live_threads,
                         library.bad_frees, library.total_allocations, library.total_calls, library.total_completions,
                         server.live_connections, server.live_answers - 1, entries("/proc/self/fd"));
  callback(FFI_RET_OK, text, (size_t)n, userData);
  return FFI_RET_OK;
}

int ffi_ipc_probe_witness(void *ctx, FFICallback callback, void *userData, const uint8_t *payload, size_t len) {
  char text[24];
  (void)payload;
  (void)len;
  const int n = snprintf(text, sizeof text, "%" PRIu64, ffi_runtime_last_witness(ctx));
  callback(FFI_RET_OK, text, (size_t)n, userData);
  return FFI_RET_OK;
}
