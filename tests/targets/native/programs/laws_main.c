/* The laws of the runtime, one function each; those of events and host functions are in
   laws_callbacks.c. Built with and without sanitizers by runtime_test.cc.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdatomic.h>

#include "laws_support.h"

static void results_arrive_as_they_were_sent(void) {
  void *ctx = create("x");
  Seen s;
  seen_init(&s);
  FFIString items[3] = {{"a\0b", 3}, {NULL, 0}, {"c", 1}};
  CHECK(laws_echo(ctx, take, &s, (LawsListString){items, 3}) == 0);
  items[0] = items[2] = text("changed after the call");
  await(&s, 1);
  CHECK(s.ok == 1 && s.len == sizeof(LawsListString));
  CHECK(laws_echo(ctx, take, &s, (LawsListString){NULL, 0}) == 0);
  await(&s, 2);
  CHECK(laws_elsewhere(ctx, take, &s, (LawsListString){items, 3}) == 0);
  await(&s, 3);
  CHECK(s.ok == 3);
  CHECK(laws_destroy(ctx) == 0);
  at_rest();
}

static void a_constructor_may_fail_or_answer_later(void) {
  Seen s;
  seen_init(&s);
  for (int i = 0; i < 100; ++i) {
    CHECK(laws_create(text("fail"), take, &s) == NULL);
    CHECK(s.failed == i + 1 && s.len == 7 && memcmp(s.text, "no\0name", 7) == 0);
  }
  void *ctx = create("late");
  CHECK(laws_destroy(ctx) == 0);
  CHECK(laws_create(text("x"), NULL, NULL) == NULL);
  at_rest();
}

static void a_destroyed_context_is_refused(void) {
  void *ctx = create("x");
  CHECK(laws_destroy(ctx) == 0);
  CHECK(laws_destroy(ctx) == 1);
  CHECK(laws_destroy(NULL) == 1);
  CHECK(laws_destroy((void *)(uintptr_t)4096) == 1);
  at_rest();
  void *other = create("y"); /* in the same slot */
  CHECK(other != ctx);
  Seen s;
  seen_init(&s);
  CHECK(laws_shout(ctx, take, &s, text("hey")) == 1);
  CHECK(s.failed == 1 && strcmp(s.text, "context destroyed") == 0);
  CHECK(laws_destroy(ctx) == 1);
  CHECK(laws_add_event_listener(ctx, "", take, &s) == 0);
  CHECK(laws_register_host_fn(ctx, "fetch", NULL, NULL) == 1);
  CHECK(laws_host_complete(ctx, 1, 0, "", 0) == 1);
  CHECK(ffi_runtime_last_witness(ctx) == 0);
  CHECK(laws_shout(other, take, &s, text("hey")) == 0);
  await(&s, 2);
  CHECK(s.ok == 1);
  CHECK(laws_destroy(other) == 0);
  at_rest();
}

static void a_missing_callback_is_told(void) {
  void *ctx = create("x");
  CHECK(laws_shout(ctx, NULL, NULL, text("hey")) == FFI_RET_MISSING_CALLBACK);
  CHECK(laws_shout(NULL, NULL, NULL, text("hey")) == FFI_RET_MISSING_CALLBACK);
  CHECK(laws_destroy(ctx) == 0);
  at_rest();
}

static void destroy_answers_every_pending_call(void) {
  enum { N = 50 };
  void *ctx = create("x");
  Seen s;
  seen_init(&s);
  for (int i = 0; i < N; ++i) CHECK(laws_never(ctx, take, &s) == 0);
  Seen later;
  seen_init(&later);
  for (int i = 0; i < N; ++i) CHECK(laws_later(ctx, take, &later, 3600000, text("later")) == 0);
  Seen handled; /* so that the handlers of all calls before have run */
  seen_init(&handled);
  CHECK(laws_shout(ctx, take, &handled, text("hey")) == 0);
  await(&handled, 1);
  for (int i = 0; i < N; ++i) CHECK(laws_later(ctx, take, &later, 3600000, text("later")) == 0);
  CHECK(laws_destroy(ctx) == 0);
  await(&s, N);
  await(&later, 2 * N);
  at_rest();
  CHECK(s.failed == N && s.ok == 0 && strcmp(s.text, "context destroyed") == 0);
  CHECK(later.ok + later.failed == 2 * N);
}

static void delays_do_not_block_other_calls(void) {
  void *ctx = create("x");
  Seen slow, fast;
  seen_init(&slow);
  seen_init(&fast);
  CHECK(laws_later(ctx, take, &slow, 3600000, text("slow")) == 0);
  CHECK(laws_later(ctx, take, &fast, 20, text("second")) == 0);
  CHECK(laws_later(ctx, take, &fast, 0, text("first")) == 0);
  await(&fast, 2);
  CHECK(fast.ok == 2 && strcmp(fast.text, "second") == 0);
  CHECK(slow.ok + slow.failed == 0);
  CHECK(laws_destroy(ctx) == 0);
  at_rest();
}

/* ---- Many callers ---- */

enum { CALLERS = 8, CALLS = 400 };

typedef struct {
  void *ctx;
  Seen *seen;
  _Atomic int *accepted;
} Caller;

static void *call_often(void *arg) {
  const Caller *c = arg;
  FFIString items[2] = {{"one", 3}, {"two", 3}};
  for (int i = 0; i < CALLS; ++i) {
    const int ret = i % 8 == 0 ? laws_elsewhere(c->ctx, take, c->seen, (LawsListString){items, 2})
                               : laws_echo(c->ctx, take, c->seen, (LawsListString){items, 2});
    if (ret == 0) atomic_fetch_add(c->accepted, 1);
  }
  return NULL;
}

/* With more callers than processors, and a destroyer among them. */
static void every_call_is_answered_once(bool destroy_early) {
  void *ctx = create("x");
  Seen s;
  seen_init(&s);
  _Atomic int accepted = 0;
  Caller caller = {ctx, &s, &accepted};
  pthread_t threads[CALLERS];
  for (int i = 0; i < CALLERS; ++i)
    CHECK(pthread_create(&threads[i], NULL, call_often, &caller) == 0);
  if (destroy_early) {
    await(&s, 20);
    CHECK(laws_destroy(ctx) == 0);
  }
  for (int i = 0; i < CALLERS; ++i) pthread_join(threads[i], NULL);
  if (!destroy_early) CHECK(accepted == CALLERS * CALLS);
  await(&s, CALLERS * CALLS); /* a refused call is answered too */
  CHECK(destroy_early || s.ok == CALLERS * CALLS);
  CHECK(laws_destroy(ctx) == (destroy_early ? 1 : 0));
  at_rest();
  CHECK(s.ok + s.failed == CALLERS * CALLS);
}

static void *create_often(void *arg) {
  (void)arg;
  for (int i = 0; i < 50; ++i) CHECK(laws_destroy(create("x")) == 0);
  return NULL;
}

static void contexts_leave_nothing(int count) {
  for (int i = 0; i < count; ++i) CHECK(laws_destroy(create("x")) == 0);
  pthread_t threads[4];
  for (int i = 0; i < 4; ++i) CHECK(pthread_create(&threads[i], NULL, create_often, NULL) == 0);
  for (int i = 0; i < 4; ++i) pthread_join(threads[i], NULL);
  at_rest();
}

/* ---- The library's own counting ---- */

static void memory_is_poisoned_and_accounted_for(void) {
#if !SANITIZED
  void *ctx = create("x");
  Seen s;
  seen_init(&s);
  char bytes[200];
  memset(bytes, 'a', sizeof bytes);
  FFIString item = {bytes, sizeof bytes};
  CHECK(laws_elsewhere(ctx, take, &s, (LawsListString){&item, 1}) == 0);
  await(&s, 1);
  settled();
  CHECK(laws_destroy(ctx) == 0);
  at_rest();
  char *big = ffi_rt_alloc(200);
  memset(big, 1, 200);
  ffi_rt_free(big, 200);
  CHECK(((volatile unsigned char *)big)[100] == 0xDD);
#endif
  FFIRuntimeCounters before = settled();
  void *memory = ffi_rt_alloc(10);
  ffi_rt_free(memory, 11); /* not as it was allocated */
  ffi_rt_free(memory, 10);
  ffi_rt_free(memory, 10); /* twice */
  ffi_rt_free(&before, 8); /* never */
  const FFIRuntimeCounters after = settled();
  CHECK(after.bad_frees == before.bad_frees + 3);
  CHECK(after.live_allocations == 0 && after.total_allocations == before.total_allocations + 1);
}

static void settle_gives_up_in_time(void) {
  void *ctx = create("x");
  Seen s;
  seen_init(&s);
  CHECK(laws_never(ctx, take, &s) == 0);
  CHECK(ffi_runtime_settle(10) == 1);
  CHECK(laws_destroy(ctx) == 0);
  at_rest();
}

int main(int argc, char **argv) {
  results_arrive_as_they_were_sent();
  a_constructor_may_fail_or_answer_later();
  a_destroyed_context_is_refused();
  a_missing_callback_is_told();
  destroy_answers_every_pending_call();
  delays_do_not_block_other_calls();
  every_call_is_answered_once(false);
  for (int i = 0; i < 20; ++i) every_call_is_answered_once(true);
  contexts_leave_nothing(argc > 1 ? atoi(argv[1]) : 1000);
  listeners_hear_until_they_are_removed();
  a_removed_listener_is_not_in_use();
  host_functions_answer_once();
  host_answers_are_copied_deeply();
  events_of_another_thread_arrive();
  settle_gives_up_in_time();
  memory_is_poisoned_and_accounted_for();
  puts("all laws hold");
  return 0;
}
