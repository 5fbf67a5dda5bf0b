// A client of the original demo library: it knows the documented ABI (docs/abi-native.md, `nim`
// dialect) and nothing that fficheck generated. Every declaration below was written by hand.
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void (*FFICallback)(int ret, const char *msg, size_t len, void *userData);
typedef void (*FFIHostFn)(uint64_t callId, const char *req, size_t reqLen, void *userData);

void *demo_create(FFICallback callback, void *userData);
int use_token(void *ctx, FFICallback callback, void *userData, const char *key);
int demo_destroy(void *ctx);
uint64_t host_demo_add_event_listener(void *ctx, const char *eventName, FFICallback callback,
                                      void *userData);
int host_demo_remove_event_listener(void *ctx, uint64_t id);
int host_demo_register_host_fn(void *ctx, const char *name, FFIHostFn fn, void *userData);
int host_demo_host_complete(void *ctx, uint64_t callId, int ret, const char *msg, size_t len);

#define CHECK(condition)                                              \
  do {                                                                \
    if (!(condition)) {                                               \
      fprintf(stderr, "line %d: not so: %s\n", __LINE__, #condition); \
      exit(1);                                                        \
    }                                                                 \
  } while (0)

typedef struct {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  int calls, ret;
  char text[64];
} Outcome;

static void done(int ret, const char *msg, size_t len, void *userData) {
  Outcome *o = userData;
  pthread_mutex_lock(&o->mutex);
  o->calls++;
  o->ret = ret;
  CHECK(len < sizeof o->text);
  if (len) memcpy(o->text, msg, len);
  o->text[len] = 0;
  pthread_cond_broadcast(&o->changed);
  pthread_mutex_unlock(&o->mutex);
}

static void await(Outcome *o, int calls) {
  pthread_mutex_lock(&o->mutex);
  while (o->calls < calls) pthread_cond_wait(&o->changed, &o->mutex);
  pthread_mutex_unlock(&o->mutex);
}

#define OUTCOME {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, -1, ""}

static void *ctx;
static uint64_t asked;
static char key[64];
static Outcome noted = OUTCOME;

/* Remembers what was asked; the answer comes from another thread. */
static void fetch_token(uint64_t callId, const char *req, size_t reqLen, void *userData) {
  CHECK(userData == &asked && reqLen < sizeof key);
  memcpy(key, req, reqLen);
  key[reqLen] = 0;
  asked = callId;
  done(0, NULL, 0, &noted);
}

static void *answer(void *arg) {
  (void)arg;
  const char token[] = "TOK-session and more";
  CHECK(host_demo_host_complete(ctx, asked + 1000, 0, "x", 1) != 0);
  CHECK(host_demo_host_complete(ctx, asked, 0, token, 11) == 0);
  CHECK(host_demo_host_complete(ctx, asked, 0, token, 11) != 0);
  return NULL;
}

int main(void) {
  Outcome created = OUTCOME;
  ctx = demo_create(done, &created);
  await(&created, 1);
  CHECK(ctx != NULL && created.ret == 0);

  Outcome missing = OUTCOME;
  CHECK(use_token(ctx, done, &missing, "session") == 0);
  await(&missing, 1);
  CHECK(missing.ret == 1 && strncmp(missing.text, "host error: ", 12) == 0);

  CHECK(host_demo_register_host_fn(ctx, "no_such_function", fetch_token, NULL) != 0);
  CHECK(host_demo_register_host_fn(ctx, "fetch_token", fetch_token, &asked) == 0);
  Outcome used = OUTCOME;
  CHECK(use_token(ctx, done, &used, "session") == 0);
  await(&noted, 1);
  CHECK(strcmp(key, "session") == 0 && used.calls == 0);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, answer, NULL) == 0);
  await(&used, 1);
  pthread_join(thread, NULL);
  CHECK(used.ret == 0 && strcmp(used.text, "token[TOK-session]") == 0);

  Outcome refused = OUTCOME;
  CHECK(use_token(ctx, done, &refused, "session") == 0);
  await(&noted, 2);
  CHECK(host_demo_host_complete(ctx, asked, 1, "no\0", 2) == 0);
  await(&refused, 1);
  CHECK(refused.ret == 1 && strcmp(refused.text, "host error: no") == 0);

  Outcome pending = OUTCOME;
  CHECK(use_token(ctx, done, &pending, "session") == 0);
  await(&noted, 3);
  CHECK(demo_destroy(ctx) == 0);
  await(&pending, 1);
  CHECK(pending.ret == 1 && strncmp(pending.text, "host error: ", 12) == 0);
  CHECK(host_demo_host_complete(ctx, asked, 0, "late", 4) != 0);
  CHECK(demo_destroy(ctx) != 0);
  CHECK(created.calls == 1 && used.calls == 1 && refused.calls == 1 && pending.calls == 1);
  puts("the demo does what the original's interface says");
  return 0;
}
