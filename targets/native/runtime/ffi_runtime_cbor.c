/* The _cbor forms of functions: arguments and results as CBOR, for callers in another process. */
#include "ffi_cbor.h"
#include "ffi_context.h"

#include <string.h>

/* A call whose result goes to its caller as CBOR. */
typedef struct {
  const FFIFunction *function;
  FFICallback callback;
  void *userData;
} CborCall;

static void deliver(int ret, const char *msg, size_t len, void *userData) {
  static const char no_value[] = "the library's result is no value of its type";
  CborCall *pending = userData;
  const CborCall call = *pending;
  if (ret == FFI_RET_PROGRESS) {
    call.callback(ret, msg, len, call.userData);
    return;
  }
  ffi_rt_free(pending, sizeof *pending);
  if (ret != FFI_RET_OK || call.function->form != FFI_FORM_VALUE) {
    call.callback(ret, msg, len, call.userData);
    return;
  }
  const size_t size = ffi_cbor_size(call.function->ok, msg);
  if (size == 0) {
    call.callback(FFI_RET_ERR, no_value, sizeof no_value - 1, call.userData);
    return;
  }
  uint8_t *cbor = ffi_rt_alloc(size);
  ffi_cbor_write(call.function->ok, msg, cbor);
  call.callback(FFI_RET_OK, (const char *)cbor, size, call.userData);
  ffi_rt_free(cbor, size);
}

/* The arguments in memory of their own, NULL where there are none. False: refused, with the text. */
static bool read_args(const FFIType *type, const uint8_t *cbor, size_t len, void **args, char *error) {
  static const char *const no_names[] = {NULL};
  static const FFIType none = {.kind = FFI_RECORD, .names = no_names};
  *args = NULL;
  if (type == NULL)
    return len == 0 || ffi_cbor_read(&none, cbor, len, NULL, error);
  void *at = ffi_rt_alloc(type->size);
  memset(at, 0, type->size);
  if (ffi_cbor_read(type, cbor, len, at, error)) {
    *args = at;
    return true;
  }
  ffi_rt_free(at, type->size);
  return false;
}

static void free_args(const FFIType *type, void *args) {
  if (args == NULL)
    return;
  ffi_rt_disown(type, args, NULL);
  ffi_rt_free(args, type->size);
}

static CborCall *call_new(const FFIFunction *function, FFICallback callback, void *userData) {
  CborCall *call = ffi_rt_alloc(sizeof *call);
  *call = (CborCall){function, callback, userData};
  return call;
}

int ffi_rt_call_cbor(const FFILibrary *library, uint32_t function, void *ctx, const uint8_t *cbor, size_t len, FFICallback callback, void *userData) {
  const FFIFunction *f = &library->functions[function];
  char error[FFI_CBOR_ERROR];
  void *args;
  if (callback == NULL)
    return FFI_RET_MISSING_CALLBACK;
  if (!read_args(f->args, cbor, len, &args, error))
    return ffi_rt_refuse(callback, userData, error);
  const int code = ffi_rt_call(library, function, ctx, args, deliver, call_new(f, callback, userData));
  free_args(f->args, args);
  return code;
}

void *ffi_rt_create_cbor(const FFILibrary *library, const uint8_t *cbor, size_t len, FFICallback callback, void *userData) {
  const FFIType *type = library->create ? library->create->args : NULL;
  char error[FFI_CBOR_ERROR];
  void *args;
  if (callback == NULL)
    return NULL;
  if (!read_args(type, cbor, len, &args, error)) {
    ffi_rt_refuse(callback, userData, error);
    return NULL;
  }
  /* A constructor's result is nothing, or a text where it failed: no CBOR. */
  void *ctx = ffi_rt_create(library, args, callback, userData);
  free_args(type, args);
  return ctx;
}
