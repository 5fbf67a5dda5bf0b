/* A small library written by hand, good and bad, for the tests of ffirt. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../ffirt/ffirt.h"

enum { ECHO, TWICE, PROGRESS, REFUSE_TEXT, REFUSE_MUTE, SHORT, FAIL, STRANGER, TEXT };

typedef struct {
  uint32_t method;
  ffirt_callback callback;
  void *user;
  uint64_t number;
  char *text;
  size_t len;
} call;

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

static int live;
static uintptr_t last;
static char dead[1 << 16]; /* by handle */

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
  dead[(uintptr_t)ctx] = 1;
  live--;
  return 0;
}

int testlib_live(void) { return live; }

const ffirt_library testlib = {9, create, destroy, do_call};
