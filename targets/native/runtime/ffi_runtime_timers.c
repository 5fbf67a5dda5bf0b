/* Timers on the context's thread: a heap by due time, then by order of starting. */
#include "ffi_context.h"

#include <string.h>

struct FFITimer {
  FFIMessage message;
  int64_t due; /* nanoseconds of the monotonic clock */
  uint64_t sequence;
  FFITimerFn fn;
  void *arg;
};

static bool before(const FFITimer *a, const FFITimer *b) {
  return a->due != b->due ? a->due < b->due : a->sequence < b->sequence;
}

static void push(FFIContext *c, FFITimer *timer) {
  if (c->timer_count == c->timer_capacity) {
    const size_t capacity = c->timer_capacity ? c->timer_capacity * 2 : 8;
    FFITimer **timers = ffi_rt_alloc(capacity * sizeof *timers);
    if (c->timer_count)
      memcpy(timers, c->timers, c->timer_count * sizeof *timers);
    if (c->timer_capacity)
      ffi_rt_free(c->timers, c->timer_capacity * sizeof *timers);
    c->timers = timers;
    c->timer_capacity = capacity;
  }
  timer->sequence = ++c->timer_sequence;
  size_t i = c->timer_count++;
  for (; i > 0 && before(timer, c->timers[(i - 1) / 2]); i = (i - 1) / 2)
    c->timers[i] = c->timers[(i - 1) / 2];
  c->timers[i] = timer;
}

static FFITimer *pop(FFIContext *c) {
  FFITimer *first = c->timers[0];
  FFITimer *last = c->timers[--c->timer_count];
  size_t i = 0;
  for (;;) {
    size_t child = 2 * i + 1;
    if (child >= c->timer_count)
      break;
    if (child + 1 < c->timer_count && before(c->timers[child + 1], c->timers[child]))
      ++child;
    if (!before(c->timers[child], last))
      break;
    c->timers[i] = c->timers[child];
    i = child;
  }
  c->timers[i] = last;
  return first;
}

static void finish(FFITimer *timer, int cancelled) {
  const FFITimerFn fn = timer->fn;
  void *arg = timer->arg;
  ffi_rt_free(timer, sizeof *timer);
  fn(arg, cancelled);
}

static void run_timer(FFIContext *c, FFIMessage *message, bool closing) {
  FFITimer *timer = (FFITimer *)(void *)message;
  if (closing)
    finish(timer, 1);
  else
    push(c, timer);
}

int ffi_timer_start(void *ctx, int64_t delay_ms, FFITimerFn fn, void *arg) {
  return ffi_rt_timer_start(ctx, delay_ms > INT64_MAX / 1000000 ? INT64_MAX : delay_ms < 0 ? 0
                                                                                           : delay_ms * 1000000,
                            fn, arg);
}

int ffi_rt_timer_start(void *ctx, int64_t delay_ns, FFITimerFn fn, void *arg) {
  FFIContext *c = ffi_rt_pin(NULL, ctx);
  if (c == NULL)
    return FFI_RET_ERR;
  const int64_t now = ffi_rt_now();
  const int64_t longest = INT64_MAX - 1 - now;
  const int64_t delay = delay_ns < 0 ? 0 : delay_ns > longest ? longest
                                                              : delay_ns;
  FFITimer *timer = ffi_rt_alloc(sizeof *timer);
  *timer = (FFITimer){{NULL, run_timer}, now + delay, 0, fn, arg};
  bool accepted = true;
  if (ffi_rt_on_thread(c) && !atomic_load(&c->closing))
    push(c, timer);
  else
    accepted = ffi_rt_post(c, &timer->message, false);
  if (!accepted)
    ffi_rt_free(timer, sizeof *timer);
  ffi_rt_unpin(c);
  return accepted ? FFI_RET_OK : FFI_RET_ERR;
}

int64_t ffi_rt_timers_due(const FFIContext *c) {
  return c->timer_count ? c->timers[0]->due : INT64_MAX;
}

void ffi_rt_timers_run(FFIContext *c) {
  if (c->timer_count == 0)
    return;
  const int64_t now = ffi_rt_now();
  while (c->timer_count && c->timers[0]->due <= now && !atomic_load(&c->closing))
    finish(pop(c), 0);
}

void ffi_rt_timers_cancel(FFIContext *c) {
  while (c->timer_count)
    finish(pop(c), 1);
  if (c->timer_capacity)
    ffi_rt_free(c->timers, c->timer_capacity * sizeof *c->timers);
  c->timers = NULL;
  c->timer_capacity = 0;
}
