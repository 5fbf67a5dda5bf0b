/* What callers and handlers of a generated library share with its runtime. C11 and C++. */
#ifndef FFI_RUNTIME_H
#define FFI_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Return codes of functions and of result callbacks. */
#define FFI_RET_OK 0
#define FFI_RET_ERR 1
#define FFI_RET_MISSING_CALLBACK 2
#define FFI_RET_PROGRESS 3 /* not terminal */

/* Receives a result, an error's text or an event, on the context's own thread. `msg` is valid during the call only. */
typedef void (*FFICallback)(int ret, const char *msg, size_t len, void *userData);

/* A function that the caller implements. Called on the context's own thread, it must return at once; the answer
 * goes to P_host_complete, from any thread, at any time. `req` is valid during the call only. */
typedef void (*FFIHostFn)(uint64_t callId, const char *req, size_t reqLen, void *userData);

/* UTF-8, perhaps with NUL bytes, not terminated. Empty: len is 0, ptr is anything. */
typedef struct {
  const char *ptr;
  size_t len;
} FFIString;

/* ---- Counters, of the whole process ---- */

typedef struct {
  int64_t live_allocations, live_bytes, live_contexts, live_threads, bad_frees,
      total_allocations, total_calls, total_completions;
} FFIRuntimeCounters;

void ffi_runtime_counters(FFIRuntimeCounters *out);

/* Witness of the arguments of the newest finished call on that context; 0 where there is none. */
uint64_t ffi_runtime_last_witness(void *ctx);

/* Waits until no call is pending and the threads of destroyed contexts have ended. 0: so it is; 1: out of time. */
int ffi_runtime_settle(int64_t timeout_ms);

/* ---- For handlers: the implementation of a library ---- */

/* One accepted call. A handler answers it exactly once, in the handler or later, from any thread, with the library's
 * reply function or ffi_call_fail; after that it must not touch the call. Arguments live until the handler returned
 * and the call was answered. */
typedef struct FFICall FFICall;

/* Answers with an error. The text is copied where it has to wait. */
void ffi_call_fail(FFICall *call, const char *text, size_t len);

/* Tells the caller that the call is under way, with a text that may be NULL where len is 0: any number of times before
 * the answer. On the context's thread only. */
void ffi_call_progress(FFICall *call, const char *text, size_t len);

/* The opaque context of the call, as callers know it. */
void *ffi_call_context(const FFICall *call);

/* The context's state, NULL until a create handler has set it. On the context's thread only. */
void *ffi_call_state(const FFICall *call);
void ffi_call_set_state(FFICall *call, void *state);

/* Runs `fn(arg, 0)` on the context's thread after the delay. Where the context is destroyed first, `fn(arg, 1)` runs
 * then. 0: accepted, `fn` runs exactly once; 1: the context is destroyed, `fn` does not run. */
typedef void (*FFITimerFn)(void *arg, int cancelled);
int ffi_timer_start(void *ctx, int64_t delay_ms, FFITimerFn fn, void *arg);

/* Receives the answer of a host function, on the context's own thread. ret is 0 or 1; `msg` as in FFICallback. */
typedef void (*FFIHostDone)(void *arg, int ret, const char *msg, size_t len);

#ifdef __cplusplus
}
#endif
#endif
