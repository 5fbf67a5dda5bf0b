/* The library of hosts_test.go: every function asks the host function of its name and answers what
 * that says. */
#include <stdlib.h>

#include "api_handlers.h"

void api_on_create(FFICall *call, FFIString name) {
  if (name.len == 4 && name.ptr[0] == 'f')
    ffi_call_fail(call, name.ptr, name.len); /* "fail" */
  else
    api_reply_create(call);
}

void api_on_destroy(void *state) { (void)state; }

static void failed(FFICall *call, const char *msg, size_t len) { ffi_call_fail(call, msg, len); }

static void refused(FFICall *call) { ffi_call_fail(call, "not asked", 9); }

static void token(void *call, int ret, const char *msg, size_t len) {
  const FFIString text = {msg, len};
  if (ret)
    failed(call, msg, len);
  else
    api_reply_use_token(call, text);
}
void api_on_use_token(FFICall *call, FFIString key) {
  if (api_host_token(ffi_call_context(call), key, token, call)) refused(call);
}

static void nothing(void *call, int ret, const char *msg, size_t len) {
  if (ret)
    failed(call, msg, len);
  else
    api_reply_use_nothing(call);
}
void api_on_use_nothing(FFICall *call) {
  if (api_host_nothing(ffi_call_context(call), nothing, call)) refused(call);
}

/* A host function whose answer is a struct. */
#define STRUCT_ANSWER(name, type)                                      \
  static void name(void *call, int ret, const char *msg, size_t len) { \
    if (ret)                                                           \
      failed(call, msg, len);                                          \
    else                                                               \
      api_reply_use_##name(call, *(const type *)(const void *)msg);    \
  }

STRUCT_ANSWER(pick, ResultColorU32)
void api_on_use_pick(FFICall *call, Color c, Opts o) {
  if (api_host_pick(ffi_call_context(call), c, o, pick, call)) refused(call);
}

STRUCT_ANSWER(judge, ResultVoidColor)
void api_on_use_judge(FFICall *call, Color c) {
  if (api_host_judge(ffi_call_context(call), c, judge, call)) refused(call);
}

STRUCT_ANSWER(move, Point)
void api_on_use_move(FFICall *call, Point p, OptionU8 o, ListString l, ResultU8String r) {
  if (api_host_move(ffi_call_context(call), p, o, l, r, move, call)) refused(call);
}

STRUCT_ANSWER(shapes, ListShape)
void api_on_use_shapes(FFICall *call, ListShape s) {
  if (api_host_shapes(ffi_call_context(call), s, shapes, call)) refused(call);
}

STRUCT_ANSWER(chars, OptionChar)
void api_on_use_chars(FFICall *call, ListChar c, uint8_t host) {
  if (api_host_chars(ffi_call_context(call), c, host, chars, call)) refused(call);
}

void api_on_fire(FFICall *call, uint64_t n, FFIString label, Shape shape) {
  for (uint64_t i = 0; i < n; ++i) {
    const Tick tick = {i, label, shape};
    api_fire_on_tick(ffi_call_context(call), tick);
  }
  api_reply_fire(call);
}

typedef struct {
  FFICall *call;
  uint32_t ms;
} Wait;

static void waited(void *arg, int cancelled) {
  Wait *wait = arg;
  if (cancelled)
    ffi_call_fail(wait->call, "cancelled", 9);
  else
    api_reply_wait(wait->call, wait->ms);
  free(wait);
}
void api_on_wait(FFICall *call, uint32_t ms) {
  Wait *wait = malloc(sizeof *wait);
  wait->call = call;
  wait->ms = ms;
  if (ffi_timer_start(ffi_call_context(call), ms, waited, wait))
    waited(wait, 1); /* the context is being closed, which cancels every wait */
}
