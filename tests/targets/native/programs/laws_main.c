/* The laws of the runtime, one function each. Built with and without sanitizers by runtime_test.cc.
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ffi_types.h"
#include "laws.h"

#define CHECK(law)                                              \
  do {                                                          \
    if (!(law)) {                                               \
      fprintf(stderr, "line %d: not so: %s\n", __LINE__, #law); \
      exit(1);                                                  \
    }                                                           \
  } while (0)

/* What a callback saw; several calls may share one. */
typedef struct {
  pthread_mutex_t mutex;
  pthread_cond_t told;
  int ok, failed;
  size_t len;
  char text[256];
  const char *msg;
} Seen;

static void seen_init(Seen *s) {
  memset(s, 0, sizeof *s);
  pthread_mutex_init(&s->mutex, NULL);
  pthread_cond_init(&s->told, NULL);
}

static void take(int ret, const char *msg, size_t len, void *userData) {
  Seen *s = userData;
  pthread_mutex_lock(&s->mutex);
  s->msg = msg;
  s->len = len;
  memset(s->text, 0, sizeof s->text);
  if (msg != NULL) memcpy(s->text, msg, len < sizeof s->text ? len : sizeof s->text - 1);
  ++*(ret == FFI_RET_OK ? &s->ok : &s->failed);
  pthread_cond_broadcast(&s->told);
  pthread_mutex_unlock(&s->mutex);
}

static void await(Seen *s, int completions) {
  pthread_mutex_lock(&s->mutex);
  while (s->ok + s->failed < completions) pthread_cond_wait(&s->told, &s->mutex);
  pthread_mutex_unlock(&s->mutex);
}

static FFIString text(const char *s) { return (FFIString){s, strlen(s)}; }

static void *create(const char *name) {
  Seen s;
  seen_init(&s);
  void *ctx = laws_create(text(name), take, &s);
  CHECK(ctx != NULL && s.ok == 1 && s.failed == 0 && s.len == 0);
  return ctx;
}

static FFIRuntimeCounters settled(void) {
  CHECK(ffi_runtime_settle(20000) == 0);
  FFIRuntimeCounters c;
  ffi_runtime_counters(&c);
  return c;
}

/* All that was allocated is freed, all that was called is answered. */
static void at_rest(void) {
  const FFIRuntimeCounters c = settled();
  CHECK(c.live_allocations == 0 && c.live_bytes == 0);
  CHECK(c.live_contexts == 0 && c.live_threads == 0);
  CHECK(c.total_calls == c.total_completions);
  CHECK(c.bad_frees == 0);
}

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

/* ---- Events ---- */

typedef struct {
  void *ctx;
  uint64_t id;
  _Atomic int events;
  uint32_t count;
} Listener;

static void listen(int ret, const char *msg, size_t len, void *userData) {
  Listener *l = userData;
  CHECK(ret == FFI_RET_OK && len == sizeof(LawsShouted));
  l->count = ((const LawsShouted *)(const void *)msg)->count;
  atomic_fetch_add(&l->events, 1);
}

static void listen_once(int ret, const char *msg, size_t len, void *userData) {
  Listener *l = userData;
  listen(ret, msg, len, userData);
  CHECK(laws_remove_event_listener(l->ctx, l->id) == 0);
}

static void listeners_hear_until_they_are_removed(void) {
  void *ctx = create("x");
  Listener all = {ctx, 0, 0, 0}, named = {ctx, 0, 0, 0}, once = {ctx, 0, 0, 0},
           other = {ctx, 0, 0, 0};
  all.id = laws_add_event_listener(ctx, "", listen, &all);
  named.id = laws_add_event_listener(ctx, "on_shout", listen, &named);
  once.id = laws_add_event_listener(ctx, NULL, listen_once, &once);
  other.id = laws_add_event_listener(ctx, "on_whisper", listen, &other);
  CHECK(all.id != 0 && named.id != 0 && once.id != 0 && other.id != 0);
  CHECK(laws_add_event_listener(ctx, "", NULL, NULL) == 0);
  Seen s;
  seen_init(&s);
  for (int i = 0; i < 3; ++i) CHECK(laws_shout(ctx, take, &s, text("hey")) == 0);
  await(&s, 3);
  CHECK(all.events == 3 && named.events == 3 && once.events == 1 && other.events == 0);
  CHECK(all.count == 3);
  CHECK(laws_remove_event_listener(ctx, all.id) == 0);
  CHECK(laws_remove_event_listener(ctx, all.id) == 1);
  CHECK(laws_remove_event_listener(ctx, once.id) == 1);
  CHECK(laws_shout(ctx, take, &s, text("hey")) == 0);
  await(&s, 4);
  CHECK(all.events == 3 && named.events == 4);
  CHECK(laws_destroy(ctx) == 0);
  at_rest();
}

typedef struct {
  _Atomic bool running, removing;
  int events;
} SlowListener;

static void listen_slowly(int ret, const char *msg, size_t len, void *userData) {
  (void)ret, (void)msg, (void)len;
  SlowListener *l = userData;
  l->running = true;
  while (!l->removing) sched_yield();
  for (int i = 0; i < 1000; ++i) sched_yield();
  ++l->events;
}

/* A listener's memory may go as soon as it is removed, also while it is told of an event. */
static void a_removed_listener_is_not_in_use(void) {
  void *ctx = create("x");
  Seen s;
  seen_init(&s);
  for (int i = 0; i < 20; ++i) {
    SlowListener *l = calloc(1, sizeof *l);
    const uint64_t id = laws_add_event_listener(ctx, "", listen_slowly, l);
    CHECK(laws_shout(ctx, take, &s, text("hey")) == 0);
    while (!l->running) sched_yield();
    l->removing = true;
    CHECK(laws_remove_event_listener(ctx, id) == 0);
    CHECK(l->events == 1);
    free(l);
  }
  await(&s, 20);
  CHECK(laws_destroy(ctx) == 0);
  at_rest();
}

/* ---- Host functions ---- */

typedef struct {
  pthread_mutex_t mutex;
  pthread_cond_t told;
  uint64_t ids[64];
  int count;
} Host;

static void note_request(uint64_t callId, const char *req, size_t reqLen, void *userData) {
  Host *h = userData;
  CHECK(reqLen == 3 && memcmp(req, "why", 3) == 0);
  pthread_mutex_lock(&h->mutex);
  h->ids[h->count++] = callId;
  pthread_cond_broadcast(&h->told);
  pthread_mutex_unlock(&h->mutex);
}

static uint64_t request(Host *h, int index) {
  pthread_mutex_lock(&h->mutex);
  while (h->count <= index) pthread_cond_wait(&h->told, &h->mutex);
  const uint64_t id = h->ids[index];
  pthread_mutex_unlock(&h->mutex);
  return id;
}

static void host_functions_answer_once(void) {
  void *ctx = create("x");
  Host h = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, {0}, 0};
  Seen s;
  seen_init(&s);
  CHECK(laws_ask(ctx, take, &s, text("why")) == 0);
  await(&s, 1);
  CHECK(s.failed == 1 && strcmp(s.text, "host function not registered") == 0);
  CHECK(laws_register_host_fn(ctx, "unknown", note_request, &h) == 1);
  CHECK(laws_register_host_fn(ctx, "fetch", note_request, &h) == 0);

  CHECK(laws_ask(ctx, take, &s, text("why")) == 0);
  const uint64_t first = request(&h, 0);
  CHECK(laws_host_complete(ctx, first + 1000, 0, "other", 5) == 1);
  CHECK(laws_host_complete(ctx, first, 0, "so", 2) == 0);
  CHECK(laws_host_complete(ctx, first, 0, "again", 5) == 1);
  await(&s, 2);
  CHECK(s.ok == 1 && strcmp(s.text, "so") == 0);

  CHECK(laws_ask(ctx, take, &s, text("why")) == 0);
  CHECK(laws_host_complete(ctx, request(&h, 1), 1, "no answer", 9) == 0);
  await(&s, 3);
  CHECK(s.failed == 2 && strcmp(s.text, "no answer") == 0);

  CHECK(laws_ask(ctx, take, &s, text("why")) == 0);
  const uint64_t open = request(&h, 2);
  CHECK(laws_destroy(ctx) == 0);
  await(&s, 4);
  CHECK(s.failed == 3 && strcmp(s.text, "context destroyed") == 0);
  CHECK(laws_host_complete(ctx, open, 0, "late", 4) == 1);
  at_rest();

  void *other = create("y");
  CHECK(laws_register_host_fn(other, "fetch", note_request, &h) == 0);
  CHECK(laws_ask(other, take, &s, text("why")) == 0);
  const uint64_t next = request(&h, 3);
  CHECK(next != first && next != open);
  CHECK(laws_host_complete(other, open, 0, "of another life", 15) == 1);
  CHECK(laws_host_complete(other, next, 0, "yes", 3) == 0);
  await(&s, 5);
  CHECK(s.ok == 2 && strcmp(s.text, "yes") == 0);
  CHECK(laws_destroy(other) == 0);
  at_rest();
}

typedef struct {
  void *ctx;
  bool short_answer;
} Gatherer;

/* All parameters of a host function, in order. */
typedef struct {
  FFIString prefix;
  uint32_t count;
} FetchAll;

/* Answers within the request, from memory that is gone when it returns. */
static void fetch_all(uint64_t callId, const char *req, size_t reqLen, void *userData) {
  const Gatherer *g = userData;
  CHECK(reqLen == sizeof(FetchAll));
  const FetchAll *request = (const FetchAll *)(const void *)req;
  FFIString items[3];
  CHECK(request->count == 3);
  for (int i = 0; i < 3; ++i) items[i] = request->prefix;
  LawsListString list = {items, 3};
  CHECK(laws_host_complete(g->ctx, callId, 0, (const char *)&list,
                           g->short_answer ? 1 : sizeof list) == 0);
  memset(items, 0xEE, sizeof items);
}

static void take_gathered(int ret, const char *msg, size_t len, void *userData) {
  if (ret == FFI_RET_OK) {
    const LawsListString *list = (const LawsListString *)(const void *)msg;
    CHECK(len == sizeof *list && list->len == 3);
    for (int i = 0; i < 3; ++i)
      CHECK(list->ptr[i].len == 5 && memcmp(list->ptr[i].ptr, "item ", 5) == 0);
  }
  take(ret, msg, len, userData);
}

static void host_answers_are_copied_deeply(void) {
  Gatherer g = {create("x"), false};
  Seen s;
  seen_init(&s);
  CHECK(laws_register_host_fn(g.ctx, "fetch_all", fetch_all, &g) == 0);
  CHECK(laws_gather(g.ctx, take_gathered, &s) == 0);
  await(&s, 1);
  CHECK(s.ok == 1);
  g.short_answer = true;
  CHECK(laws_gather(g.ctx, take_gathered, &s) == 0);
  await(&s, 2);
  CHECK(s.failed == 1 && strcmp(s.text, "host answer has the wrong size") == 0);
  CHECK(laws_destroy(g.ctx) == 0);
  at_rest();
}

static void events_of_another_thread_arrive(void) {
  void *ctx = create("x");
  Listener l = {ctx, 0, 0, 0};
  CHECK(laws_add_event_listener(ctx, "on_shout", listen, &l) != 0);
  Seen s;
  seen_init(&s);
  CHECK(laws_elsewhere(ctx, take, &s, (LawsListString){NULL, 0}) == 0);
  await(&s, 1); /* the event was queued before the answer */
  CHECK(l.events == 1 && l.count == 99);
  CHECK(laws_destroy(ctx) == 0);
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
