/* A server around a generated library: docs/target-ipc.md. C11, POSIX. */
#ifndef FFI_IPC_H
#define FFI_IPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ffi_runtime.h"

/* The _cbor form of a method. */
typedef int (*FFIIpcFn)(void *ctx, FFICallback callback, void *userData, const uint8_t *cbor, size_t len);

typedef struct {
  const char *name; /* on the wire */
  FFIIpcFn call;
  bool anywhere; /* needs no context */
} FFIIpcMethod;

/* A library as it is served: each connection makes a context of its own. */
typedef struct {
  const char *name;
  const FFIIpcMethod *methods;
  size_t count;
  void *(*create)(const uint8_t *cbor, size_t len, FFICallback callback, void *userData);
  int (*destroy)(void *ctx);
} FFIIpcService;

/* Serves each of the services at an address of its own, as the command line says, until SIGINT or SIGTERM. The exit
 * status: 0; 2 wrong usage; 3 it could not listen or make its context. */
int ffi_ipc_main(int argc, char **argv, const FFIIpcService *services, size_t count);

typedef struct {
  int64_t live_connections, live_answers; /* answers: requests that were read and whose answer was not sent yet */
} FFIIpcCounters;

/* Of the whole process. */
void ffi_ipc_counters(FFIIpcCounters *out);

#endif
