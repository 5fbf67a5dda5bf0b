/* The laws of the calls that go the other way: events and host functions. */
#define _POSIX_C_SOURCE 200809L
#include <sched.h>
#include <stdatomic.h>

#include "laws_support.h"

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

void listeners_hear_until_they_are_removed(void) {
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
void a_removed_listener_is_not_in_use(void) {
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

void host_functions_answer_once(void) {
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

void host_answers_are_copied_deeply(void) {
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

void events_of_another_thread_arrive(void) {
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
