/* What a generated library tells the runtime about itself, and the entry points that its functions hand over to. */
#ifndef FFI_LIBRARY_H
#define FFI_LIBRARY_H

#include "ffi_runtime.h"
#include "ffi_types.h"

/* How a result, or a host function's request, is handed over. */
enum {
  FFI_FORM_NONE,  /* msg NULL, len 0 */
  FFI_FORM_TEXT,  /* bytes and length of a string */
  FFI_FORM_VALUE, /* pointer to the C representation, and its size */
};

typedef struct {
  const char *name;    /* as in WIT */
  const FFIType *args; /* a record over the arguments' struct; NULL: none */
  const FFIType *ok;   /* what arrives with ret 0; NULL: nothing */
  uint8_t form;
  uint8_t error_is_text; /* result<T, string>: an err arrives as ret 1 with its text */
} FFIFunction;

/* Runs a call on the context's thread; answers it now or later. */
typedef void (*FFIHandler)(FFICall *call, const void *args);

/* What a library calls in its caller: events and host functions. */
typedef struct {
  const char *name; /* as callers know it, "on_echo_fired" */
  uint8_t is_event;
  const FFIType *args;    /* as in FFIFunction */
  const FFIType *request; /* the argument where there is just one, else as args */
  uint8_t form;           /* of the request or the event */
  const FFIType *ok;      /* of the answer; NULL: none, or form TEXT */
  uint8_t answer_form;
} FFIImport;

typedef struct {
  const FFIFunction *functions;
  const FFIHandler *handlers; /* as functions */
  const FFIImport *imports;
  uint32_t import_count;
  uint8_t no_nul;                  /* strings end at NUL: the nim dialect */
  const FFIFunction *create;       /* the constructor; its handler is on_create */
  FFIHandler on_create;            /* NULL: nothing to construct */
  void (*on_destroy)(void *state); /* NULL: nothing to do */
} FFILibrary;

void *ffi_rt_create(const FFILibrary *library, const void *args, FFICallback callback, void *userData);
int ffi_rt_destroy(const FFILibrary *library, void *ctx);
int ffi_rt_call(const FFILibrary *library, uint32_t function, void *ctx, const void *args, FFICallback callback, void *userData);
/* The same with arguments, and results of FFI_FORM_VALUE, as CBOR: docs/target-ipc.md. Arguments that cannot be read
 * are refused with a text. */
void *ffi_rt_create_cbor(const FFILibrary *library, const uint8_t *cbor, size_t len, FFICallback callback, void *userData);
int ffi_rt_call_cbor(const FFILibrary *library, uint32_t function, void *ctx, const uint8_t *cbor, size_t len, FFICallback callback, void *userData);
uint64_t ffi_rt_add_event_listener(const FFILibrary *library, void *ctx, const char *eventName, FFICallback callback, void *userData);
int ffi_rt_remove_event_listener(const FFILibrary *library, void *ctx, uint64_t id);
int ffi_rt_register_host_fn(const FFILibrary *library, void *ctx, const char *name, FFIHostFn fn, void *userData);
int ffi_rt_host_complete(const FFILibrary *library, void *ctx, uint64_t callId, int ret, const char *msg, size_t len);

/* Answers a call with the C representation of its ok type: FFIString or const char * where that is a string. */
void ffi_rt_reply(FFICall *call, const void *ok);
/* Tells all listeners of an event, from any thread. 1: the context is destroyed. */
int ffi_rt_fire(const FFILibrary *library, void *ctx, uint32_t import, const void *args);
/* Calls a host function, from any thread; from the context's own the host is called before this returns. `done` runs exactly
 * once, on the context's thread, later, unless this returns 1: the context is destroyed. */
int ffi_rt_host_call(const FFILibrary *library, void *ctx, uint32_t import, const void *args, FFIHostDone done, void *arg);

/* As ffi_timer_start, in nanoseconds. */
int ffi_rt_timer_start(void *ctx, int64_t delay_ns, FFITimerFn fn, void *arg);

/* For the test callee: the call's function, and its context's last witness. */
const FFIFunction *ffi_rt_function(const FFICall *call);
const FFILibrary *ffi_rt_library(const FFICall *call);
bool ffi_rt_no_nul(const FFICall *call);
void ffi_rt_set_witness(FFICall *call, uint64_t witness);

/* The handlers of test libraries: docs/value-stream.md, section 5. */
void ffi_provide_consume(FFICall *call, const void *args);
void ffi_provide_produce(FFICall *call, const void *args);
void ffi_provide_echo(FFICall *call, const void *args);
void ffi_provide_call(FFICall *call, const void *args);
void ffi_provide_create(FFICall *call, const void *args);
/* Of a function, or a constructor, whose first argument is a plan: docs/completion.md. */
void ffi_provide_task(FFICall *call, const void *args);
/* What these share: notes the arguments' witness; answers with the value that the seed gives. */
uint64_t ffi_provide_witness(FFICall *call, const void *args);
void ffi_provide_value(FFICall *call, uint64_t seed);

#endif
