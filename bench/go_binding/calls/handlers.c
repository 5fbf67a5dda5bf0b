// The calls library: its functions answer their argument, or what the host says of it.
#include "calls_handlers.h"

void calls_on_create(FFICall *call) { calls_reply_create(call); }
void calls_on_destroy(void *state) { (void)state; }
void calls_on_number(FFICall *call, uint64_t v) { calls_reply_number(call, v); }
void calls_on_text(FFICall *call, FFIString v) { calls_reply_text(call, v); }

static void number(void *call, int ret, const char *msg, size_t len) {
  if (ret)
    ffi_call_fail(call, msg, len);
  else
    calls_reply_ask_number(call, *(const uint64_t *)(const void *)msg);
}
void calls_on_ask_number(FFICall *call, uint64_t v) {
  if (calls_host_host_number(ffi_call_context(call), v, number, call)) ffi_call_fail(call, "", 0);
}

static void text(void *call, int ret, const char *msg, size_t len) {
  const FFIString answer = {msg, len};
  if (ret)
    ffi_call_fail(call, msg, len);
  else
    calls_reply_ask_text(call, answer);
}
void calls_on_ask_text(FFICall *call, FFIString v) {
  if (calls_host_host_text(ffi_call_context(call), v, text, call)) ffi_call_fail(call, "", 0);
}
