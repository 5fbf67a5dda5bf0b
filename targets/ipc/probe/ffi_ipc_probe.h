/* For tests: what the harness asks a server beside the library's methods. */
#ifndef FFI_IPC_PROBE_H
#define FFI_IPC_PROBE_H

#include "ffi_ipc.h"

/* The counters as text, a name and a number on each line, when the server is at rest: no call is pending, and there
 * are at most as many connections as the payload, a decimal number, says. */
int ffi_ipc_probe_counters(void *ctx, FFICallback callback, void *userData, const uint8_t *payload, size_t len);
/* ffi_runtime_last_witness of the connection's context, in decimal. */
int ffi_ipc_probe_witness(void *ctx, FFICallback callback, void *userData, const uint8_t *payload, size_t len);

#endif
