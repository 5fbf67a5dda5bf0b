/* Whether anything is going on: pending calls, queued messages, contexts that are being destroyed. */
#include "ffi_context.h"

#include <errno.h>
#include <time.h>

static _Atomic int waiters;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t idle = PTHREAD_COND_INITIALIZER;
/* The last thread that ended and that nobody has joined. */
static bool has_ended;
static pthread_t ended;

void ffi_rt_busy(void) {
  atomic_fetch_add(&ffi_rt_stripe()->begun, 1);
}

/* Whether there was a moment when all that had begun had ended: what ended is counted first, and both only grow. */
static bool at_rest(void) {
  uint64_t ended = 0, begun = 0;
  for (int i = 0; i < FFI_STRIPES; ++i)
    ended += atomic_load(&ffi_rt_counters[i].ended);
  for (int i = 0; i < FFI_STRIPES; ++i)
    begun += atomic_load(&ffi_rt_counters[i].begun);
  return ended == begun;
}

/* What ends last finds all at rest, so nobody else needs to wake the waiters: a hundred of them, woken by each of thousands of
 * calls, would keep a machine busy. */
void ffi_rt_idle(void) {
  atomic_fetch_add(&ffi_rt_stripe()->ended, 1);
  if (atomic_load(&waiters) == 0 || !at_rest())
    return;
  pthread_mutex_lock(&mutex);
  pthread_cond_broadcast(&idle);
  pthread_mutex_unlock(&mutex);
}

void ffi_rt_thread_ends(void) {
  pthread_mutex_lock(&mutex);
  const bool join = has_ended;
  const pthread_t other = ended;
  has_ended = true;
  ended = pthread_self();
  pthread_mutex_unlock(&mutex);
  if (join)
    pthread_join(other, NULL);
}

static void join_last(void) {
  pthread_mutex_lock(&mutex);
  const bool join = has_ended;
  const pthread_t other = ended;
  has_ended = false;
  pthread_mutex_unlock(&mutex);
  if (join)
    pthread_join(other, NULL);
}

/* When the process or the library goes. */
__attribute__((destructor)) static void at_end(void) {
  join_last();
}

int64_t ffi_rt_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int ffi_runtime_settle(int64_t timeout_ms) {
  struct timespec limit;
  clock_gettime(CLOCK_REALTIME, &limit);
  if (timeout_ms < 0)
    timeout_ms = 0;
  if (timeout_ms > INT64_C(1000000000))
    timeout_ms = INT64_C(1000000000);
  limit.tv_sec += (time_t)(timeout_ms / 1000);
  limit.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
  if (limit.tv_nsec >= 1000000000) {
    limit.tv_nsec -= 1000000000;
    ++limit.tv_sec;
  }
  pthread_mutex_lock(&mutex);
  atomic_fetch_add(&waiters, 1);
  int late = 0;
  while (!at_rest() && late != ETIMEDOUT)
    late = pthread_cond_timedwait(&idle, &mutex, &limit);
  atomic_fetch_sub(&waiters, 1);
  const bool settled = at_rest();
  pthread_mutex_unlock(&mutex);
  if (settled)
    join_last();
  return settled ? 0 : 1;
}
