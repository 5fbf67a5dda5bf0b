/* Inside the runtime: contexts, their threads and their queues. */
#ifndef FFI_CONTEXT_H
#define FFI_CONTEXT_H

/* First in each file: pthread and clock_gettime, also where the compiler is told to be strict. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include <pthread.h>
#include <stdatomic.h>

#include "ffi_library.h"

/* Counters are spread over stripes of cache lines, so that threads which call at once do not wait for each other's. The
 * first threads have one each, which no other writes; all later ones share the last. */
typedef struct {
  _Alignas(64) _Atomic int64_t live_bytes;
  _Atomic int64_t live_contexts, live_threads, bad_frees, total_allocations, total_frees, total_calls, total_completions;
  _Alignas(64) _Atomic uint64_t begun; /* what ffi_runtime_settle waits for; both only grow */
  _Atomic uint64_t ended;
} FFICounters;
enum { FFI_STRIPES = 32 };
extern FFICounters ffi_rt_counters[FFI_STRIPES];
FFICounters *ffi_rt_new_stripe(void);
extern _Thread_local FFICounters *ffi_rt_own_stripe; /* NULL before the first use */
static inline FFICounters *ffi_rt_stripe(void) {
  FFICounters *stripe = ffi_rt_own_stripe;
  return stripe ? stripe : ffi_rt_new_stripe();
}
static inline void ffi_rt_count(FFICounters *stripe, _Atomic int64_t *counter, int64_t by) {
  if (stripe == &ffi_rt_counters[FFI_STRIPES - 1])
    atomic_fetch_add_explicit(counter, by, memory_order_relaxed);
  else
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + by, memory_order_relaxed);
}
#define FFI_COUNT(counter, by)                            \
  do {                                                    \
    FFICounters *const ffi_stripe = ffi_rt_stripe();      \
    ffi_rt_count(ffi_stripe, &ffi_stripe->counter, (by)); \
  } while (0)

#define FFI_DESTROYED "context destroyed"

typedef struct FFIContext FFIContext;

/* What waits in a context's queue. `run` owns the message from then on; after the context began to close it is told so. */
typedef struct FFIMessage {
  struct FFIMessage *next;
  void (*run)(FFIContext *c, struct FFIMessage *message, bool closing);
} FFIMessage;

/* A call is RUNNING in its handler, PARKED once the handler has returned without an answer, DONE once it is answered.
 * Whoever moves it to DONE answers it. */
enum { FFI_CALL_RUNNING,
       FFI_CALL_PARKED,
       FFI_CALL_DONE };

/* Its arguments follow it. With few of them it fits what allocators are fastest with, 120 bytes. */
struct FFICall {
  FFIMessage message;
  FFICall *next, *previous; /* among the context's parked calls */
  FFIContext *context;
  const FFIFunction *function;
  FFICallback callback;
  void *userData;
  _Atomic int state;
  _Atomic int references; /* the context's and the handler's */
  /* An answer from another thread, on its way to the context's own. */
  char *answer;
  size_t answer_len;
  int ret;
  bool is_value;   /* owned `function->ok`, else bytes */
  bool was_parked; /* when it was answered */
  bool is_create;
  bool keeps_context; /* has a reference to it: from being parked on, since its handler may come after the context's end */
};

typedef struct FFIListener FFIListener;
typedef struct FFIHostEntry FFIHostEntry;
typedef struct FFIHostCall FFIHostCall;
typedef struct FFITimer FFITimer;

struct FFIContext {
  const FFILibrary *library;
  void *handle;
  uint32_t slot;
  pthread_t thread;
  _Atomic uint64_t witness;
  _Atomic int references; /* memory of this struct: its slot's, its parked calls' */
  _Atomic bool closing;   /* written under the mutex */
  void *state;            /* the handlers'; of the context's thread */

  pthread_mutex_t mutex;
  pthread_cond_t wake;          /* the context's thread waits */
  pthread_cond_t told;          /* others wait: for the constructor, for a listener to return */
  _Atomic bool waiting;         /* whoever clears it signals `wake`, under the mutex */
  _Atomic(FFIMessage *) newest; /* the queue, linked backwards; FFI_CLOSED at last */
  FFICall *parked;              /* of the context's thread */
  int created;                  /* 0 not yet, 1 yes, 2 failed */
  FFIListener *listeners, **last_listener;
  uint64_t next_listener;
  FFIHostEntry *host_entries;
  FFIHostCall **host_calls; /* outstanding, in buckets by id; their number is 0 or a power of 2 */
  size_t host_buckets, host_outstanding;

  /* A heap by due time, of the context's thread. */
  FFITimer **timers;
  size_t timer_count, timer_capacity;
  uint64_t timer_sequence;
};

/* ---- ffi_runtime_handles.c: opaque handles instead of addresses ---- */

/* Claims a slot for the context and sets its handle, pinned once. False: too many contexts. */
bool ffi_rt_slot_claim(FFIContext *c);
/* The context of a live handle, pinned: it lives until ffi_rt_unpin. NULL: unknown, destroyed, of another library. */
FFIContext *ffi_rt_pin(const FFILibrary *library, void *handle);
void ffi_rt_unpin(FFIContext *c);
/* No pin succeeds after this. */
void ffi_rt_slot_close(FFIContext *c);

/* ---- ffi_runtime.c ---- */

/* Appends to the queue, without a lock as long as the context's thread has something to do. False, message untouched: the
 * context is closing and `always` is not set, or it takes nothing any more. */
bool ffi_rt_post(FFIContext *c, FFIMessage *message, bool always);
/* The same under the mutex, of what must be answered. True: ffi_rt_wake is due once the mutex is free. */
bool ffi_rt_post_locked(FFIContext *c, FFIMessage *message);
void ffi_rt_wake(FFIContext *c);
static inline bool ffi_rt_on_thread(const FFIContext *c) {
  return pthread_equal(c->thread, pthread_self()) != 0;
}
void ffi_rt_context_release(FFIContext *c);

/* ---- ffi_runtime_settle.c: what ffi_runtime_settle waits for ---- */
void ffi_rt_busy(void);
void ffi_rt_idle(void);
/* The calling thread is about to end: joins the one that ended before it. */
void ffi_rt_thread_ends(void);

/* ---- ffi_runtime_calls.c ---- */
FFICall *ffi_rt_call_new(FFIContext *c, const FFIFunction *function, const void *args, FFICallback callback, void *userData);
/* Gives up a call that was never queued. */
void ffi_rt_call_drop(FFICall *call);
void ffi_rt_fail_parked(FFIContext *c);
int ffi_rt_refuse(FFICallback callback, void *userData, const char *text);

/* ---- ffi_runtime_events.c, ffi_runtime_host.c, ffi_runtime_timers.c ---- */
void ffi_rt_listeners_free(FFIContext *c);
void ffi_rt_host_fail_all(FFIContext *c);
void ffi_rt_host_free(FFIContext *c);
/* A request or an event as bytes. */
void ffi_rt_bytes(const FFIType *type, uint8_t form, const void *value, const char **msg, size_t *len);
void ffi_rt_timers_run(FFIContext *c);
/* Nanoseconds of the monotonic clock when the first timer is due; INT64_MAX: none. */
int64_t ffi_rt_timers_due(const FFIContext *c);
void ffi_rt_timers_cancel(FFIContext *c);
int64_t ffi_rt_now(void);

#endif
