/* Handlers for laws.c: each answers in another way. */
#define _POSIX_C_SOURCE 200809L
#include "laws_handlers.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  FFICall *never[64]; /* answered too late */
  int count;
  uint32_t shouts;
} State;

static void construct(void *arg, int cancelled) {
  FFICall *call = arg;
  if (cancelled) {
    ffi_call_fail(call, "cancelled", 9);
    return;
  }
  ffi_call_set_state(call, calloc(1, sizeof(State)));
  laws_reply_create(call);
}

void laws_on_create(FFICall *call, FFIString name) {
  if (name.len == 4 && memcmp(name.ptr, "fail", 4) == 0)
    ffi_call_fail(call, "no\0name", 7);
  else if (name.len == 4 && memcmp(name.ptr, "late", 4) == 0)
    ffi_timer_start(ffi_call_context(call), 5, construct, call);
  else
    construct(call, 0);
}

void laws_on_destroy(void *state) {
  State *s = state;
  if (s == NULL) return;
  for (int i = 0; i < s->count; ++i) laws_reply_never(s->never[i], (FFIString){"too late", 8});
  free(s);
}

void laws_on_echo(FFICall *call, LawsListString v) { laws_reply_echo(call, v); }

typedef struct {
  FFICall *call;
  FFIString text;
} Later;

static void later(void *arg, int cancelled) {
  Later *l = arg;
  (void)cancelled; /* an answer given while the context closes still arrives, once */
  laws_reply_later(l->call, l->text);
  free(l);
}

void laws_on_later(FFICall *call, int64_t ms, FFIString text) {
  Later *l = malloc(sizeof *l);
  *l = (Later){call, text}; /* arguments live until the call is answered */
  if (ffi_timer_start(ffi_call_context(call), ms, later, l) != 0) {
    ffi_call_fail(call, "refused", 7);
    free(l);
  }
}

typedef struct {
  FFICall *call;
  LawsListString v;
} Elsewhere;

static void *elsewhere(void *arg) {
  Elsewhere *e = arg;
  /* Refused where the context is destroyed. */
  laws_fire_on_shout(ffi_call_context(e->call), (LawsShouted){{"elsewhere", 9}, 99});
  laws_reply_elsewhere(e->call, e->v);
  free(e);
  return NULL;
}

void laws_on_elsewhere(FFICall *call, LawsListString v) {
  Elsewhere *e = malloc(sizeof *e);
  *e = (Elsewhere){call, v};
  pthread_t thread;
  if (pthread_create(&thread, NULL, elsewhere, e) != 0) abort();
  pthread_detach(thread);
}

void laws_on_never(FFICall *call) {
  State *s = ffi_call_state(call);
  if (s->count == 64) abort();
  s->never[s->count++] = call;
}

static void asked(void *arg, int ret, const char *msg, size_t len) {
  FFICall *call = arg;
  if (ret == FFI_RET_OK)
    laws_reply_ask(call, (FFIString){msg, len});
  else
    ffi_call_fail(call, msg, len);
}

void laws_on_ask(FFICall *call, FFIString question) {
  if (laws_host_fetch(ffi_call_context(call), question, asked, call) != 0)
    ffi_call_fail(call, "refused", 7);
}

void laws_on_shout(FFICall *call, FFIString text) {
  State *s = ffi_call_state(call);
  laws_fire_on_shout(ffi_call_context(call), (LawsShouted){text, ++s->shouts});
  laws_reply_shout(call, s->shouts);
}

static void gathered(void *arg, int ret, const char *msg, size_t len) {
  FFICall *call = arg;
  if (ret != FFI_RET_OK)
    ffi_call_fail(call, msg, len);
  else
    laws_reply_gather(call, *(const LawsListString *)(const void *)msg);
}

void laws_on_gather(FFICall *call) {
  if (laws_host_fetch_all(ffi_call_context(call), (FFIString){"item ", 5}, 3, gathered, call) != 0)
    ffi_call_fail(call, "refused", 7);
}
