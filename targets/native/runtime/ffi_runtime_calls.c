/* Calls: their arguments, and exactly one answer for each. */
#include "ffi_context.h"

#include <string.h>

_Static_assert(sizeof(FFICall) % 16 == 0, "arguments follow the struct, aligned for any type");

static void *args_of(FFICall *call) {
  return call + 1;
}

static size_t size_of(const FFICall *call) {
  return sizeof *call + (call->function->args ? call->function->args->size : 0);
}

int ffi_rt_refuse(FFICallback callback, void *userData, const char *text) {
  FFI_COUNT(total_calls, 1);
  callback(FFI_RET_ERR, text, strlen(text), userData);
  FFI_COUNT(total_completions, 1);
  return FFI_RET_ERR;
}

/* ---- Life ---- */

static void run_call(FFIContext *c, FFIMessage *message, bool closing);

FFICall *ffi_rt_call_new(FFIContext *c, const FFIFunction *function, const void *args, FFICallback callback, void *userData) {
  const FFIType *type = function->args;
  FFICall *call = ffi_rt_alloc(sizeof *call + (type ? type->size : 0));
  memset(call, 0, sizeof *call);
  call->message.run = run_call;
  call->context = c;
  call->function = function;
  call->callback = callback;
  call->userData = userData;
  atomic_init(&call->state, FFI_CALL_RUNNING);
  atomic_init(&call->references, 2);
  if (type) {
    memcpy(args_of(call), args, type->size);
    ffi_rt_own(type, args_of(call), NULL);
  }
  ffi_rt_busy();
  FFI_COUNT(total_calls, 1);
  return call;
}

static void call_free(FFICall *call) {
  FFIContext *c = call->keeps_context ? call->context : NULL;
  if (call->function->args)
    ffi_rt_disown(call->function->args, args_of(call), NULL);
  ffi_rt_free(call, size_of(call));
  if (c != NULL)
    ffi_rt_context_release(c);
  ffi_rt_idle();
}

static void call_release(FFICall *call) {
  if (atomic_fetch_sub(&call->references, 1) == 1)
    call_free(call);
}

void ffi_rt_call_drop(FFICall *call) {
  FFI_COUNT(total_calls, -1);
  call_free(call);
}

/* ---- Answers ---- */

/* On the context's thread, by whoever moved the call to DONE. */
static void deliver(FFICall *call, int ret, const char *msg, size_t len) {
  FFIContext *c = call->context;
  const bool is_create = call->is_create;
  call->callback(ret, msg, len, call->userData);
  FFI_COUNT(total_completions, 1);
  if (!is_create)
    return;
  pthread_mutex_lock(&c->mutex);
  c->created = ret == FFI_RET_OK ? 1 : 2;
  pthread_cond_broadcast(&c->told);
  pthread_mutex_unlock(&c->mutex);
}

void ffi_rt_bytes(const FFIType *type, uint8_t form, const void *value, const char **msg, size_t *len) {
  *msg = NULL;
  *len = 0;
  if (form == FFI_FORM_NONE)
    return;
  *msg = value;
  *len = type->size;
  if (form == FFI_FORM_VALUE)
    return;
  if (type->kind == FFI_STRING) {
    const FFIString *s = value;
    *msg = s->ptr;
    *len = s->len;
  } else {
    *msg = *(const char *const *)value;
    *len = *msg ? strlen(*msg) : 0;
  }
  if (*msg == NULL)
    *msg = "";
}

/* Removes a parked call from the list, which is the context's thread's alone. */
static void unpark(FFIContext *c, FFICall *call) {
  if (call->previous)
    call->previous->next = call->next;
  else
    c->parked = call->next;
  if (call->next)
    call->next->previous = call->previous;
}

static void run_answer(FFIContext *c, FFIMessage *message, bool closing) {
  FFICall *call = (FFICall *)(void *)message;
  (void)closing;
  const char *msg = call->answer;
  size_t len = call->answer_len;
  if (call->was_parked)
    unpark(c, call);
  if (call->is_value)
    ffi_rt_bytes(call->function->ok, call->function->form, call->answer, &msg, &len);
  deliver(call, call->ret, msg, len);
  if (call->is_value)
    ffi_rt_disown(call->function->ok, call->answer, NULL);
  if (call->answer)
    ffi_rt_free(call->answer, call->answer_len);
  call_release(call);
}

/* Answers from the context's thread at once; from another with a copy, through the queue. */
static void answer(FFICall *call, int ret, bool is_value, const void *from, size_t size) {
  FFIContext *c = call->context;
  if (ffi_rt_on_thread(c)) {
    const int before = atomic_exchange(&call->state, FFI_CALL_DONE);
    if (before == FFI_CALL_PARKED)
      unpark(c, call);
    if (before != FFI_CALL_DONE) {
      const char *msg = from;
      size_t len = size;
      if (is_value)
        ffi_rt_bytes(call->function->ok, call->function->form, from, &msg, &len);
      deliver(call, ret, msg, len);
    }
    if (before == FFI_CALL_PARKED)
      call_release(call);
    call_release(call);
    return;
  }
  char *copy = NULL;
  if (from != NULL && size != 0) {
    copy = ffi_rt_alloc(size);
    memcpy(copy, from, size);
    if (is_value)
      ffi_rt_own(call->function->ok, copy, NULL);
  }
  bool wake = false;
  /* Its thread may end as soon as the answer is queued. Until then it lives: it runs the handler, or has parked the call. */
  atomic_fetch_add(&c->references, 1);
  pthread_mutex_lock(&c->mutex);
  const int before = atomic_exchange(&call->state, FFI_CALL_DONE);
  if (before != FFI_CALL_DONE) {
    call->ret = ret;
    call->is_value = is_value;
    call->answer = copy;
    call->answer_len = size;
    call->message.run = run_answer;
    call->was_parked = before == FFI_CALL_PARKED;
    if (!call->was_parked)
      atomic_fetch_add(&call->references, 1); /* the handler's frame still holds one */
    wake = ffi_rt_post_locked(c, &call->message);
  }
  pthread_mutex_unlock(&c->mutex);
  if (wake)
    ffi_rt_wake(c);
  ffi_rt_context_release(c);
  if (before == FFI_CALL_DONE && copy != NULL) {
    if (is_value)
      ffi_rt_disown(call->function->ok, copy, NULL);
    ffi_rt_free(copy, size);
  }
  call_release(call);
}

void ffi_call_fail(FFICall *call, const char *text, size_t len) {
  answer(call, FFI_RET_ERR, false, text ? text : "", text ? len : 0);
}

void ffi_call_progress(FFICall *call, const char *text, size_t len) {
  if (atomic_load(&call->state) != FFI_CALL_DONE)
    call->callback(FFI_RET_PROGRESS, text, text ? len : 0, call->userData);
}

void ffi_rt_reply(FFICall *call, const void *ok) {
  const FFIFunction *f = call->function;
  if (f->form == FFI_FORM_NONE)
    answer(call, FFI_RET_OK, false, NULL, 0);
  else
    answer(call, FFI_RET_OK, true, ok, f->ok->size);
}

/* ---- Running ---- */

static void run_call(FFIContext *c, FFIMessage *message, bool closing) {
  FFICall *call = (FFICall *)(void *)message;
  const FFILibrary *library = c->library;
  const FFIHandler handler = call->is_create ? library->on_create : library->handlers[call->function - library->functions];
  if (closing)
    ffi_call_fail(call, FFI_DESTROYED, sizeof FFI_DESTROYED - 1);
  else if (handler == NULL)
    ffi_rt_reply(call, NULL);
  else
    handler(call, args_of(call));
  if (atomic_load(&call->state) == FFI_CALL_RUNNING) {
    call->previous = NULL;
    call->next = c->parked;
    if (c->parked)
      c->parked->previous = call;
    c->parked = call;
    call->keeps_context = true;
    atomic_fetch_add(&c->references, 1);
    int running = FFI_CALL_RUNNING;
    if (atomic_compare_exchange_strong(&call->state, &running, FFI_CALL_PARKED))
      return;
    unpark(c, call); /* another thread was faster */
  }
  call_release(call);
}

/* Those that other threads have answered are left: their answers are in the queue, since moving a call to DONE and queueing it
 * is one under the mutex. */
void ffi_rt_fail_parked(FFIContext *c) {
  FFICall *mine = NULL, **last = &mine;
  pthread_mutex_lock(&c->mutex);
  for (FFICall *call = c->parked, *next; call != NULL; call = next) {
    next = call->next;
    int parked = FFI_CALL_PARKED;
    if (!atomic_compare_exchange_strong(&call->state, &parked, FFI_CALL_DONE))
      continue;
    unpark(c, call);
    call->next = NULL;
    *last = call;
    last = &call->next;
  }
  pthread_mutex_unlock(&c->mutex);
  while (mine != NULL) {
    FFICall *call = mine;
    mine = call->next;
    deliver(call, FFI_RET_ERR, FFI_DESTROYED, sizeof FFI_DESTROYED - 1);
    call_release(call);
  }
}

/* ---- What handlers ask ---- */

void *ffi_call_context(const FFICall *call) {
  return call->context->handle;
}

void *ffi_call_state(const FFICall *call) {
  return call->context->state;
}

void ffi_call_set_state(FFICall *call, void *state) {
  call->context->state = state;
}

const FFIFunction *ffi_rt_function(const FFICall *call) {
  return call->function;
}

const FFILibrary *ffi_rt_library(const FFICall *call) {
  return call->context->library;
}

bool ffi_rt_no_nul(const FFICall *call) {
  return call->context->library->no_nul;
}

void ffi_rt_set_witness(FFICall *call, uint64_t witness) {
  atomic_store(&call->context->witness, witness);
}
