/* A small library written by hand, good and bad, for the tests of ffirt. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../ffirt/ffirt.h"

enum {
  ECHO,
  TWICE,
  PROGRESS,
  REFUSE_TEXT,
  REFUSE_MUTE,
  SHORT,
  FAIL,
  STRANGER,
  TEXT,
  ASK,
  ASK_TWICE,
  ASK_NULL,
  ASK_STRANGER,
  TELL,
  TELL_BADLY
};

typedef struct {
  uint32_t method;
  ffirt_callback callback;
  void *user;
  uint64_t number;
  char *text;
  size_t len;
} call;

static int live;
static uintptr_t last;
static char dead[1 << 16]; /* by handle */

/* The one host function and the one listener, of whichever context. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t answered = PTHREAD_COND_INITIALIZER;
static ffirt_host host;
static ffirt_callback listener;
static void *host_user, *listener_user;
static uint64_t last_id, open_id, answer;
static int answer_ret;

static void ask(const call *c, uint64_t id) {
  const char *number = (const char *)&c->number;
  uintptr_t user = (uintptr_t)host_user;
  if (c->method == ASK_STRANGER) host(id, number, 8, (void *)(user ^ ((uintptr_t)1 << 30)));
  if (c->method == ASK_TWICE) host(id, number, 8, (void *)user);
  host(id, c->method == ASK_NULL ? 0 : number, 8, (void *)user);
}

/* Asks the host, and answers what that says, or its error. */
static void ask_and_answer(call *c) {
  pthread_mutex_lock(&mutex);
  uint64_t id = open_id = ++last_id;
  pthread_mutex_unlock(&mutex);
  ask(c, id);
  pthread_mutex_lock(&mutex);
  while (open_id == id) pthread_cond_wait(&answered, &mutex);
  uint64_t got = answer;
  int ret = answer_ret;
  pthread_mutex_unlock(&mutex);
  if (ret) {
    c->callback(1, "the host failed", 15, c->user);
  } else {
    c->callback(0, (const char *)&got, 8, c->user);
  }
}

/* Clearing leaves the function in place, as for a library that has taken it just before. */
static int keeps;

void testlib_keep(int on) { keeps = on; }

static int set_host(uint32_t import, void *ctx, ffirt_host fn, void *user) {
  (void)import;
  if (dead[(uintptr_t)ctx]) return 1;
  if (!keeps) host = fn, host_user = user;
  return 0;
}

static int host_complete(void *ctx, uint64_t id, int ret, const char *msg, size_t len) {
  (void)ctx;
  pthread_mutex_lock(&mutex);
  int known = id == open_id;
  if (known) {
    open_id = 0, answer_ret = ret;
    if (len == 8) memcpy(&answer, msg, 8);
    pthread_cond_signal(&answered);
  }
  pthread_mutex_unlock(&mutex);
  return !known;
}

static uint64_t listen_to(uint32_t import, void *ctx, ffirt_callback callback, void *user) {
  (void)import;
  if (dead[(uintptr_t)ctx]) return 0;
  listener = callback, listener_user = user;
  return 1;
}

/* Too lazy to forget the listener. */
static int unlisten(void *ctx, uint64_t id) { return (void)ctx, id != 1; }

static void *run(void *arg) {
  call *c = arg;
  const char *number = (const char *)&c->number;
  switch (c->method) {
    case PROGRESS:
      c->callback(3, "half", 4, c->user);
      c->callback(3, "almost", 6, c->user);
      break;
    case SHORT: c->callback(0, number, 4, c->user); goto out;
    case FAIL: c->callback(1, "no\0way", 6, c->user); goto out;
    case STRANGER:
      c->callback(0, number, 8, (void *)((uintptr_t)c->user ^ ((uintptr_t)1 << 40)));
      break;
    case TEXT: c->callback(0, c->text, c->len, c->user); goto out;
    case ASK:
    case ASK_TWICE:
    case ASK_NULL:
    case ASK_STRANGER: ask_and_answer(c); goto out;
    case TELL_BADLY: listener(0, number, 3, listener_user); /* fall through */
    case TELL: listener(0, number, 8, listener_user); break;
    default: break;
  }
  c->callback(0, number, 8, c->user);
  if (c->method == TWICE) c->callback(0, number, 8, c->user);
out:
  free(c->text);
  free(c);
  return 0;
}

typedef struct {
  const char *ptr;
  size_t len;
} text;

static int do_call(uint32_t method, void *ctx, ffirt_callback callback, void *user,
                   const void *args) {
  if (method == REFUSE_MUTE) return 2;
  if (method == REFUSE_TEXT || dead[(uintptr_t)ctx]) {
    callback(1, "context destroyed", 17, user);
    return 1;
  }
  call *c = calloc(1, sizeof *c);
  c->method = method, c->callback = callback, c->user = user;
  if (method == TEXT) {
    const text *t = args;
    c->len = t->len;
    c->text = malloc(t->len + 1);
    if (t->len) memcpy(c->text, t->ptr, t->len);
  } else {
    c->number = *(const uint64_t *)args;
  }
  pthread_t thread;
  pthread_create(&thread, 0, run, c);
  pthread_detach(thread);
  return 0;
}

/* args: 0 makes a context, 1 fails, 2 fails but gives a context. */
static void *create(ffirt_callback callback, void *user, const void *args) {
  uint64_t how = args ? *(const uint64_t *)args : 0;
  if (how != 1) live++;
  if (how == 0) {
    callback(0, 0, 0, user);
  } else {
    callback(1, "no luck", 7, user);
  }
  return how == 1 ? 0 : (void *)++last; /* a handle, not an address */
}

static int destroy(void *ctx) {
  if (dead[(uintptr_t)ctx]) return 1;
  dead[(uintptr_t)ctx] = 1;
  live--;
  return 0;
}

int testlib_live(void) { return live; }

const ffirt_library testlib = {15,       create,        destroy,   do_call,
                               set_host, host_complete, listen_to, unlisten};
