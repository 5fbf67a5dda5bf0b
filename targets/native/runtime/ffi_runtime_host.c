/* Host functions: implemented by the caller, called by handlers, answered by call id. */
#include "ffi_context.h"

#include <string.h>

#define BAD_SIZE "host answer has the wrong size"
#define NOT_REGISTERED "host function not registered"

struct FFIHostEntry {
  FFIHostEntry *next;
  const FFIImport *import;
  FFIHostFn fn;
  void *userData;
};

typedef struct {
  int ret;
  bool is_value; /* the import's `ok`, its pointers owned */
  char *bytes;   /* owned, or the call's `small`; NULL where len is 0 */
  size_t len;
} FFIHostAnswer;

enum { SMALL = 32 };

/* From the request to the end of `done`. */
struct FFIHostCall {
  FFIMessage message;
  FFIHostCall *next; /* among the outstanding of its bucket, under the mutex */
  uint64_t id;
  const FFIImport *import;
  FFIHostDone done;
  void *arg;
  char *args; /* owned; NULL once it was handed over */
  FFIHostAnswer answer;
  _Alignas(8) char small[SMALL]; /* an answer that has no pointers and is no longer */
};

/* Of the process: no id is ever used twice, so that a late answer meets nobody else's call. */
static _Atomic uint64_t last_id;

static const FFIImport *host_import(const FFILibrary *library, const char *name) {
  for (uint32_t i = 0; name != NULL && i < library->import_count; ++i)
    if (!library->imports[i].is_event && strcmp(library->imports[i].name, name) == 0)
      return &library->imports[i];
  return NULL;
}

int ffi_rt_register_host_fn(const FFILibrary *library, void *ctx, const char *name, FFIHostFn fn, void *userData) {
  const FFIImport *import = host_import(library, name);
  FFIContext *c = import ? ffi_rt_pin(library, ctx) : NULL;
  if (c == NULL)
    return FFI_RET_ERR;
  FFIHostEntry *fresh = ffi_rt_alloc(sizeof *fresh);
  *fresh = (FFIHostEntry){NULL, import, fn, userData};
  FFIHostEntry *old = NULL;
  pthread_mutex_lock(&c->mutex);
  const bool closing = atomic_load_explicit(&c->closing, memory_order_relaxed);
  FFIHostEntry **at = &c->host_entries;
  while (*at != NULL && (*at)->import != import)
    at = &(*at)->next;
  if (!closing) {
    old = *at;
    fresh->next = old ? old->next : NULL;
    *at = fresh;
  }
  pthread_mutex_unlock(&c->mutex);
  if (closing)
    ffi_rt_free(fresh, sizeof *fresh);
  if (old != NULL)
    ffi_rt_free(old, sizeof *old);
  ffi_rt_unpin(c);
  return closing ? FFI_RET_ERR : FFI_RET_OK;
}

static void args_free(FFIHostCall *call) {
  if (call->args == NULL)
    return;
  ffi_rt_disown(call->import->args, call->args, NULL);
  ffi_rt_free(call->args, call->import->args->size);
  call->args = NULL;
}

static void answer_free(FFIHostAnswer *answer, const FFIType *type) {
  if (answer->bytes == NULL)
    return;
  if (answer->is_value)
    ffi_rt_disown(type, answer->bytes, NULL);
  ffi_rt_free(answer->bytes, answer->len);
}

static void finish(FFIHostCall *call) {
  args_free(call);
  call->done(call->arg, call->answer.ret, call->answer.bytes, call->answer.len);
  if (call->answer.bytes != call->small)
    answer_free(&call->answer, call->import->ok);
  ffi_rt_free(call, sizeof *call);
  ffi_rt_idle();
}

static FFIHostAnswer answer_of(int ret, const char *msg, size_t len) {
  FFIHostAnswer answer = {ret, false, NULL, msg ? len : 0};
  if (answer.len) {
    answer.bytes = ffi_rt_alloc(len);
    memcpy(answer.bytes, msg, len);
  }
  return answer;
}

static void run_done(FFIContext *c, FFIMessage *message, bool closing) {
  (void)c;
  (void)closing;
  finish((FFIHostCall *)(void *)message);
}

/* ---- Outstanding calls, by id; under the mutex ---- */

static FFIHostCall **bucket(const FFIContext *c, uint64_t id) {
  return &c->host_calls[id & (c->host_buckets - 1)]; /* ids are consecutive */
}

static void grow(FFIContext *c) {
  FFIHostCall **old = c->host_calls;
  const size_t before = c->host_buckets;
  c->host_buckets = before ? before * 2 : 16;
  c->host_calls = ffi_rt_alloc(c->host_buckets * sizeof *old);
  for (size_t i = 0; i < c->host_buckets; ++i)
    c->host_calls[i] = NULL;
  for (size_t i = 0; i < before; ++i)
    while (old[i] != NULL) {
      FFIHostCall *call = old[i];
      old[i] = call->next;
      FFIHostCall **to = bucket(c, call->id);
      call->next = *to;
      *to = call;
    }
  if (old != NULL)
    ffi_rt_free(old, before * sizeof *old);
}

static void put_call(FFIContext *c, FFIHostCall *call) {
  if (++c->host_outstanding > c->host_buckets)
    grow(c);
  FFIHostCall **to = bucket(c, call->id);
  call->next = *to;
  *to = call;
}

/* The call of that id; NULL: unknown, late, answered. */
static FFIHostCall *find_call(const FFIContext *c, uint64_t id) {
  FFIHostCall *call = c->host_buckets ? *bucket(c, id) : NULL;
  while (call != NULL && call->id != id)
    call = call->next;
  return call;
}

static FFIHostCall *take_call(FFIContext *c, uint64_t id) {
  FFIHostCall *call = find_call(c, id);
  if (call == NULL)
    return NULL;
  FFIHostCall **at = bucket(c, id);
  while (*at != call)
    at = &(*at)->next;
  *at = call->next;
  --c->host_outstanding;
  return call;
}

/* All of them, in a list; the table goes. */
static FFIHostCall *take_all(FFIContext *c) {
  FFIHostCall *all = NULL;
  for (size_t i = 0; i < c->host_buckets; ++i)
    while (c->host_calls[i] != NULL) {
      FFIHostCall *call = c->host_calls[i];
      c->host_calls[i] = call->next;
      call->next = all;
      all = call;
    }
  if (c->host_buckets)
    ffi_rt_free(c->host_calls, c->host_buckets * sizeof *c->host_calls);
  c->host_calls = NULL;
  c->host_buckets = c->host_outstanding = 0;
  return all;
}

static void fail(FFIHostCall *call, const char *text) {
  call->answer = answer_of(FFI_RET_ERR, text, strlen(text));
  finish(call);
}

/* Calls the host with arguments that are the caller's; on the context's thread. False: there is none, and the call is
 * as it was. From the host's call on the answer may come at any time. */
static bool request(FFIContext *c, FFIHostCall *call, const void *args) {
  const FFIImport *import = call->import;
  const uint64_t id = call->id;
  pthread_mutex_lock(&c->mutex);
  const FFIHostEntry *entry = c->host_entries;
  while (entry != NULL && entry->import != import)
    entry = entry->next;
  const FFIHostFn fn = entry ? entry->fn : NULL;
  void *userData = entry ? entry->userData : NULL;
  if (fn != NULL)
    put_call(c, call);
  pthread_mutex_unlock(&c->mutex);
  if (fn == NULL)
    return false;
  const char *req = NULL;
  size_t len = 0;
  if (args != NULL)
    ffi_rt_bytes(import->request, import->form, args, &req, &len);
  fn(id, req, len, userData);
  return true;
}

/* A request from another thread. */
static void run_request(FFIContext *c, FFIMessage *message, bool closing) {
  FFIHostCall *call = (FFIHostCall *)(void *)message;
  const FFIImport *import = call->import;
  char *args = call->args;
  call->args = NULL; /* the call may have ended when the host has been called */
  if (closing)
    fail(call, FFI_DESTROYED);
  else if (!request(c, call, args))
    fail(call, NOT_REGISTERED);
  if (args != NULL) {
    ffi_rt_disown(import->args, args, NULL);
    ffi_rt_free(args, import->args->size);
  }
}

/* A request from the context's own thread is made at once: nobody else could run meanwhile, and nothing is copied. */
static bool request_now(FFIContext *c, FFIHostCall *call, const void *args) {
  if (atomic_load(&c->closing))
    return false;
  if (!request(c, call, args)) { /* `done` is not to run before the handler has left */
    call->answer = answer_of(FFI_RET_ERR, NOT_REGISTERED, sizeof NOT_REGISTERED - 1);
    call->message.run = run_done;
    ffi_rt_post(c, &call->message, true);
  }
  return true;
}

static bool request_later(FFIContext *c, FFIHostCall *call, const void *args) {
  const FFIType *type = call->import->args;
  if (type != NULL) {
    call->args = ffi_rt_alloc(type->size);
    memcpy(call->args, args, type->size);
    ffi_rt_own(type, call->args, NULL);
  }
  call->message.run = run_request;
  if (ffi_rt_post(c, &call->message, false))
    return true;
  args_free(call);
  return false;
}

int ffi_rt_host_call(const FFILibrary *library, void *ctx, uint32_t import, const void *args, FFIHostDone done, void *arg) {
  FFIContext *c = ffi_rt_pin(library, ctx);
  if (c == NULL)
    return FFI_RET_ERR;
  FFIHostCall *call = ffi_rt_alloc(sizeof *call);
  call->id = atomic_fetch_add(&last_id, 1) + 1;
  call->import = &library->imports[import];
  call->done = done;
  call->arg = arg;
  call->args = NULL;
  ffi_rt_busy();
  const bool accepted = ffi_rt_on_thread(c) ? request_now(c, call, args) : request_later(c, call, args);
  if (!accepted) {
    ffi_rt_free(call, sizeof *call);
    ffi_rt_idle();
  }
  ffi_rt_unpin(c);
  return accepted ? FFI_RET_OK : FFI_RET_ERR;
}

/* The host's answer, deeply copied. A struct has the size it has. */
static FFIHostAnswer host_answer(const FFIImport *import, int ret, const char *msg, size_t len) {
  if (ret != FFI_RET_OK)
    return answer_of(FFI_RET_ERR, msg, len);
  if (import->answer_form != FFI_FORM_VALUE)
    return answer_of(FFI_RET_OK, msg, len);
  if (msg == NULL || len != import->ok->size)
    return answer_of(FFI_RET_ERR, BAD_SIZE, sizeof BAD_SIZE - 1);
  FFIHostAnswer answer = answer_of(FFI_RET_OK, msg, len);
  answer.is_value = true;
  ffi_rt_own(import->ok, answer.bytes, NULL);
  return answer;
}

/* Takes a small answer into the call itself; false: it is not small. */
static bool small_answer(FFIHostCall *call, int ret, const char *msg, size_t len) {
  const FFIImport *import = call->import;
  const bool is_value = ret == FFI_RET_OK && import->answer_form == FFI_FORM_VALUE;
  if (len > SMALL || (is_value && (msg == NULL || len != import->ok->size || import->ok->owns)))
    return false;
  call->answer = (FFIHostAnswer){ret == FFI_RET_OK ? FFI_RET_OK : FFI_RET_ERR, is_value, len ? call->small : NULL, len};
  if (len)
    memcpy(call->small, msg, len);
  return true;
}

/* Under the mutex. The same result as of ffi_rt_post_locked. */
static bool answered(FFIContext *c, FFIHostCall *call) {
  call->message.run = run_done;
  return ffi_rt_post_locked(c, &call->message);
}

int ffi_rt_host_complete(const FFILibrary *library, void *ctx, uint64_t callId, int ret, const char *msg, size_t len) {
  const bool malformed = msg == NULL && len != 0;
  FFIContext *c = callId && !malformed ? ffi_rt_pin(library, ctx) : NULL;
  if (c == NULL)
    return FFI_RET_ERR;
  bool wake = false;
  pthread_mutex_lock(&c->mutex);
  FFIHostCall *call = find_call(c, callId);
  if (call != NULL && small_answer(call, ret, msg, len)) {
    take_call(c, callId);
    wake = answered(c, call);
  } else if (call != NULL) { /* copied without the lock; another answer may be faster */
    const FFIImport *import = call->import;
    pthread_mutex_unlock(&c->mutex);
    FFIHostAnswer answer = host_answer(import, ret, msg, len);
    pthread_mutex_lock(&c->mutex);
    call = take_call(c, callId);
    if (call != NULL) {
      call->answer = answer;
      wake = answered(c, call);
    } else {
      answer_free(&answer, import->ok);
    }
  }
  const bool found = call != NULL;
  pthread_mutex_unlock(&c->mutex);
  if (wake)
    ffi_rt_wake(c);
  ffi_rt_unpin(c);
  return found ? FFI_RET_OK : FFI_RET_ERR;
}

void ffi_rt_host_fail_all(FFIContext *c) {
  for (;;) {
    pthread_mutex_lock(&c->mutex);
    FFIHostCall *all = take_all(c);
    pthread_mutex_unlock(&c->mutex);
    if (all == NULL)
      return;
    while (all != NULL) {
      FFIHostCall *next = all->next;
      fail(all, FFI_DESTROYED);
      all = next;
    }
  }
}

void ffi_rt_host_free(FFIContext *c) {
  pthread_mutex_lock(&c->mutex);
  FFIHostEntry *entry = c->host_entries;
  c->host_entries = NULL;
  pthread_mutex_unlock(&c->mutex);
  while (entry != NULL) {
    FFIHostEntry *next = entry->next;
    ffi_rt_free(entry, sizeof *entry);
    entry = next;
  }
}
