/* The callee of tests: docs/value-stream.md, section 5. */
#include <string.h>

#include "ffi_library.h"

uint64_t ffi_provide_witness(FFICall *call, const void *args) {
  const uint64_t h = ffi_rt_witness_args(ffi_rt_function(call)->args, args);
  ffi_rt_set_witness(call, h);
  return h;
}

static void reply_text_error(FFICall *call, FFIStream *stream) {
  size_t len;
  char *text = ffi_rt_gen_text(stream, 1, &len);
  ffi_call_fail(call, text, len);
  if (text != NULL)
    ffi_rt_free(text, len + 1);
}

void ffi_provide_value(FFICall *call, uint64_t seed) {
  const FFIFunction *f = ffi_rt_function(call);
  FFIStream stream = ffi_rt_stream(seed, ffi_rt_no_nul(call));
  if (f->error_is_text && (ffi_rt_next(&stream) & 3) == 0) {
    reply_text_error(call, &stream);
    return;
  }
  const FFIType *ok = f->ok;
  if (ok == NULL) {
    ffi_rt_reply(call, NULL);
    return;
  }
  void *result = ffi_rt_alloc(ok->size);
  memset(result, 0, ok->size);
  ffi_rt_gen(&stream, ok, f->error_is_text ? 1 : 0, result, NULL);
  ffi_rt_reply(call, result);
  ffi_rt_disown(ok, result, NULL);
  ffi_rt_free(result, ok->size);
}

void ffi_provide_consume(FFICall *call, const void *args) {
  const uint64_t h = ffi_provide_witness(call, args);
  ffi_rt_reply(call, &h);
}

void ffi_provide_produce(FFICall *call, const void *args) {
  uint64_t seed;
  ffi_provide_witness(call, args);
  memcpy(&seed, args, sizeof seed);
  ffi_provide_value(call, seed);
}

void ffi_provide_echo(FFICall *call, const void *args) {
  const FFIFunction *f = ffi_rt_function(call);
  ffi_provide_witness(call, args);
  const char *arg = (const char *)args + f->args->parts[0].offset;
  if (!f->error_is_text) {
    ffi_rt_reply(call, arg);
    return;
  }
  /* The library delivers a result<T, string> as T or as text. */
  const FFIType *result = f->args->parts[0].type;
  const uint32_t tag = ffi_rt_tag(arg, result->tag_size);
  const char *payload = arg + result->parts[tag ? 1 : 0].offset;
  if (tag == 0) {
    ffi_rt_reply(call, payload);
  } else {
    const FFIString *text = (const FFIString *)(const void *)payload;
    ffi_call_fail(call, text->ptr, text->len);
  }
}

void ffi_provide_call(FFICall *call, const void *args) {
  ffi_provide_value(call, ffi_provide_witness(call, args));
}

void ffi_provide_create(FFICall *call, const void *args) {
  ffi_provide_witness(call, args);
  ffi_rt_reply(call, NULL);
}
