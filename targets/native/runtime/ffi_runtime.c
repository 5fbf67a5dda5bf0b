/* Contexts: creation, the thread of each, its queue, and destruction. */
#include "ffi_context.h"

#include <string.h>
#include <time.h>

enum { STACK_BYTES = 4 << 20 }; /* arguments and results go by value, up to 1 MiB each */

static void condition_init(pthread_cond_t *condition) {
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(condition, &monotonic);
  pthread_condattr_destroy(&monotonic);
}

static FFIContext *context_new(const FFILibrary *library) {
  FFIContext *c = ffi_rt_alloc(sizeof *c);
  memset(c, 0, sizeof *c);
  c->library = library;
  atomic_init(&c->witness, 0);
  atomic_init(&c->references, 1);
  atomic_init(&c->closing, false);
  pthread_mutex_init(&c->mutex, NULL);
  condition_init(&c->wake);
  condition_init(&c->told);
  atomic_init(&c->waiting, false);
  atomic_init(&c->newest, NULL);
  c->last_listener = &c->listeners;
  return c;
}

void ffi_rt_context_release(FFIContext *c) {
  if (atomic_fetch_sub(&c->references, 1) != 1)
    return;
  pthread_cond_destroy(&c->told);
  pthread_cond_destroy(&c->wake);
  pthread_mutex_destroy(&c->mutex);
  ffi_rt_free(c, sizeof *c);
}

/* ---- The queue: many push, the context's thread takes all ---- */

static FFIMessage closed;
#define FFI_CLOSED (&closed) /* the newest message of a context that takes none any more */

static bool push(FFIContext *c, FFIMessage *message) {
  FFIMessage *newest = atomic_load_explicit(&c->newest, memory_order_relaxed);
  do {
    if (newest == FFI_CLOSED)
      return false;
    message->next = newest;
  } while (!atomic_compare_exchange_weak(&c->newest, &newest, message));
  return true;
}

bool ffi_rt_post_locked(FFIContext *c, FFIMessage *message) {
  return push(c, message) && atomic_exchange(&c->waiting, false);
}

void ffi_rt_wake(FFIContext *c) {
  pthread_cond_signal(&c->wake);
}

bool ffi_rt_post(FFIContext *c, FFIMessage *message, bool always) {
  if ((!always && atomic_load(&c->closing)) || !push(c, message))
    return false;
  if (atomic_load(&c->waiting) && atomic_exchange(&c->waiting, false)) {
    pthread_mutex_lock(&c->mutex); /* so that the thread waits indeed */
    pthread_mutex_unlock(&c->mutex);
    ffi_rt_wake(c);
  }
  return true;
}

static FFIMessage *oldest_first(FFIMessage *message) {
  FFIMessage *first = NULL;
  while (message != NULL) {
    FFIMessage *next = message->next;
    message->next = first;
    first = message;
    message = next;
  }
  return first;
}

/* Whether the thread has nothing to do before a timer is due; `waiting` was set before it asks. */
static bool idle(const FFIContext *c, int64_t due) {
  return atomic_load(&c->newest) == NULL && !atomic_load(&c->closing) && (due == INT64_MAX || ffi_rt_now() < due);
}

static void wait_until(FFIContext *c, int64_t due) {
  pthread_mutex_lock(&c->mutex);
  for (;;) {
    atomic_store(&c->waiting, true);
    if (!idle(c, due))
      break;
    if (due == INT64_MAX) {
      pthread_cond_wait(&c->wake, &c->mutex);
    } else {
      const struct timespec limit = {(time_t)(due / 1000000000), (long)(due % 1000000000)};
      pthread_cond_timedwait(&c->wake, &c->mutex, &limit);
    }
  }
  atomic_store(&c->waiting, false);
  pthread_mutex_unlock(&c->mutex);
}

/* Everything that has been queued, in order; waits until there is something to do. */
static FFIMessage *take(FFIContext *c) {
  if (atomic_load(&c->newest) == NULL) {
    const int64_t due = ffi_rt_timers_due(c);
    if (idle(c, due))
      wait_until(c, due);
  }
  return oldest_first(atomic_exchange(&c->newest, NULL));
}

static bool run_all(FFIContext *c, FFIMessage *message) {
  const bool any = message != NULL;
  while (message != NULL) {
    FFIMessage *next = message->next;
    message->run(c, message, atomic_load(&c->closing));
    message = next;
  }
  return any;
}

static bool run_queue(FFIContext *c) {
  return run_all(c, take(c));
}

/* ---- The thread ---- */

/* Every accepted call gets its answer; what is outstanding elsewhere gets an error. */
static void tear_down(FFIContext *c) {
  while (run_queue(c)) {
  }
  ffi_rt_host_fail_all(c);
  ffi_rt_timers_cancel(c);
  ffi_rt_fail_parked(c);
  while (run_queue(c)) { /* answers from other threads that came first */
  }
  run_all(c, oldest_first(atomic_exchange(&c->newest, FFI_CLOSED)));
  if (c->library->on_destroy != NULL)
    c->library->on_destroy(c->state);
  ffi_rt_listeners_free(c);
  ffi_rt_host_free(c);
}

static void *thread_main(void *argument) {
  FFIContext *c = argument;
  pthread_mutex_lock(&c->mutex); /* until the creator has noted which thread this is */
  pthread_mutex_unlock(&c->mutex);
  while (!atomic_load(&c->closing)) {
    run_queue(c);
    if (!atomic_load(&c->closing))
      ffi_rt_timers_run(c);
  }
  tear_down(c);
  ffi_rt_unpin(c);
  FFI_COUNT(live_contexts, -1);
  FFI_COUNT(live_threads, -1);
  ffi_rt_thread_ends();
  ffi_rt_idle();
  return NULL;
}

static bool thread_start(FFIContext *c) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK_BYTES);
  pthread_mutex_lock(&c->mutex);
  const bool started = pthread_create(&c->thread, &attributes, thread_main, c) == 0;
  pthread_mutex_unlock(&c->mutex);
  pthread_attr_destroy(&attributes);
  return started;
}

/* ---- Entry points ---- */

/* False: another was first. */
static bool close_context(FFIContext *c) {
  pthread_mutex_lock(&c->mutex);
  const bool first = !atomic_load_explicit(&c->closing, memory_order_relaxed);
  if (first) {
    ffi_rt_busy();
    ffi_rt_slot_close(c);
    atomic_store(&c->closing, true);
    pthread_cond_signal(&c->wake);
  }
  pthread_mutex_unlock(&c->mutex);
  return first;
}

void *ffi_rt_create(const FFILibrary *library, const void *args, FFICallback callback, void *userData) {
  static const FFIFunction plain = {"create", NULL, NULL, FFI_FORM_NONE, 0};
  if (callback == NULL)
    return NULL;
  FFIContext *c = context_new(library);
  if (!ffi_rt_slot_claim(c)) {
    ffi_rt_context_release(c);
    ffi_rt_refuse(callback, userData, "too many contexts");
    return NULL;
  }
  FFI_COUNT(live_contexts, 1);
  FFI_COUNT(live_threads, 1);
  if (!thread_start(c)) {
    FFI_COUNT(live_contexts, -1);
    FFI_COUNT(live_threads, -1);
    ffi_rt_slot_close(c);
    ffi_rt_unpin(c);
    ffi_rt_refuse(callback, userData, "cannot start a thread");
    return NULL;
  }
  void *handle = c->handle;
  atomic_fetch_add(&c->references, 1);
  FFICall *call = ffi_rt_call_new(c, library->create ? library->create : &plain, args, callback, userData);
  call->is_create = true;
  ffi_rt_post(c, &call->message, true);
  pthread_mutex_lock(&c->mutex);
  while (c->created == 0)
    pthread_cond_wait(&c->told, &c->mutex);
  const bool failed = c->created == 2;
  pthread_mutex_unlock(&c->mutex);
  if (failed)
    close_context(c);
  ffi_rt_context_release(c);
  return failed ? NULL : handle;
}

int ffi_rt_destroy(const FFILibrary *library, void *ctx) {
  FFIContext *c = ffi_rt_pin(library, ctx);
  if (c == NULL)
    return FFI_RET_ERR;
  const bool first = close_context(c);
  ffi_rt_unpin(c);
  return first ? FFI_RET_OK : FFI_RET_ERR;
}

int ffi_rt_call(const FFILibrary *library, uint32_t function, void *ctx, const void *args, FFICallback callback, void *userData) {
  if (callback == NULL)
    return FFI_RET_MISSING_CALLBACK;
  FFIContext *c = ffi_rt_pin(library, ctx);
  if (c == NULL)
    return ffi_rt_refuse(callback, userData, FFI_DESTROYED);
  FFICall *call = ffi_rt_call_new(c, &library->functions[function], args, callback, userData);
  const bool accepted = ffi_rt_post(c, &call->message, false);
  if (!accepted)
    ffi_rt_call_drop(call);
  ffi_rt_unpin(c);
  return accepted ? FFI_RET_OK : ffi_rt_refuse(callback, userData, FFI_DESTROYED);
}

uint64_t ffi_runtime_last_witness(void *ctx) {
  FFIContext *c = ffi_rt_pin(NULL, ctx);
  if (c == NULL)
    return 0;
  const uint64_t witness = atomic_load(&c->witness);
  ffi_rt_unpin(c);
  return witness;
}
