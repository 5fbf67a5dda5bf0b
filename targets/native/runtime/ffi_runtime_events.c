/* Listeners, and events. */
#include "ffi_context.h"

#include <string.h>

struct FFIListener {
  FFIListener *next;
  uint64_t id;
  char *event; /* the event's name, owned; NULL: every event */
  FFICallback callback;
  void *userData;
  unsigned in_use; /* callbacks that run now, one in another */
  bool removed;
};

static void listener_free(FFIListener *listener) {
  if (listener->event != NULL)
    ffi_rt_free(listener->event, strlen(listener->event) + 1);
  ffi_rt_free(listener, sizeof *listener);
}

uint64_t ffi_rt_add_event_listener(const FFILibrary *library, void *ctx, const char *eventName, FFICallback callback, void *userData) {
  FFIContext *c = callback ? ffi_rt_pin(library, ctx) : NULL;
  if (c == NULL)
    return 0;
  char *event = NULL;
  if (eventName != NULL && *eventName != 0) {
    event = ffi_rt_alloc(strlen(eventName) + 1);
    strcpy(event, eventName);
  }
  FFIListener *listener = ffi_rt_alloc(sizeof *listener);
  *listener = (FFIListener){NULL, 0, event, callback, userData, 0, false};
  pthread_mutex_lock(&c->mutex);
  uint64_t id = 0;
  if (!atomic_load_explicit(&c->closing, memory_order_relaxed)) {
    id = listener->id = ++c->next_listener;
    *c->last_listener = listener;
    c->last_listener = &listener->next;
  }
  pthread_mutex_unlock(&c->mutex);
  if (id == 0)
    listener_free(listener);
  ffi_rt_unpin(c);
  return id;
}

/* Under the mutex. */
static void unlink_listener(FFIContext *c, FFIListener *listener) {
  FFIListener **at = &c->listeners;
  while (*at != listener)
    at = &(*at)->next;
  *at = listener->next;
  if (c->last_listener == &listener->next)
    c->last_listener = at;
  listener_free(listener);
}

/* When this returns, the listener's callback does not run and will not, except the one that calls this. */
int ffi_rt_remove_event_listener(const FFILibrary *library, void *ctx, uint64_t id) {
  FFIContext *c = ffi_rt_pin(library, ctx);
  if (c == NULL)
    return FFI_RET_ERR;
  pthread_mutex_lock(&c->mutex);
  FFIListener *listener = c->listeners;
  while (listener != NULL && (listener->id != id || listener->removed))
    listener = listener->next;
  const bool found = listener != NULL;
  if (found) {
    listener->removed = true;
    if (ffi_rt_on_thread(c)) {
      if (listener->in_use == 0)
        unlink_listener(c, listener);
    } else {
      ++listener->in_use; /* so that its thread leaves it to us */
      while (listener->in_use > 1)
        pthread_cond_wait(&c->told, &c->mutex);
      unlink_listener(c, listener);
    }
  }
  pthread_mutex_unlock(&c->mutex);
  ffi_rt_unpin(c);
  return found ? FFI_RET_OK : FFI_RET_ERR;
}

/* The listener's use ends; gives the next one. Under the mutex. */
static FFIListener *step(FFIContext *c, FFIListener *listener) {
  FFIListener *next = listener->next;
  --listener->in_use;
  if (listener->removed) {
    if (listener->in_use == 0)
      unlink_listener(c, listener);
    else
      pthread_cond_broadcast(&c->told);
  }
  return next;
}

static void tell(FFIContext *c, const FFIImport *event, const void *args) {
  const char *msg;
  size_t len;
  ffi_rt_bytes(event->request, event->form, args, &msg, &len);
  pthread_mutex_lock(&c->mutex);
  const uint64_t newest = c->next_listener;
  FFIListener *listener = c->listeners;
  while (listener != NULL && listener->id <= newest) {
    if (listener->removed || (listener->event != NULL && strcmp(listener->event, event->name) != 0)) {
      listener = listener->next;
      continue;
    }
    ++listener->in_use;
    pthread_mutex_unlock(&c->mutex);
    listener->callback(FFI_RET_OK, msg, len, listener->userData);
    pthread_mutex_lock(&c->mutex);
    listener = step(c, listener);
  }
  pthread_mutex_unlock(&c->mutex);
}

typedef struct {
  FFIMessage message;
  const FFIImport *event;
  void *args;
} Event;

static void event_free(Event *event) {
  ffi_rt_disown(event->event->args, event->args, NULL);
  ffi_rt_free(event->args, event->event->args->size);
  ffi_rt_free(event, sizeof *event);
  ffi_rt_idle();
}

static void run_event(FFIContext *c, FFIMessage *message, bool closing) {
  Event *event = (Event *)(void *)message;
  if (!closing)
    tell(c, event->event, event->args);
  event_free(event);
}

int ffi_rt_fire(const FFILibrary *library, void *ctx, uint32_t import, const void *args) {
  FFIContext *c = ffi_rt_pin(library, ctx);
  if (c == NULL)
    return FFI_RET_ERR;
  const FFIImport *of = &library->imports[import];
  bool accepted = true;
  if (ffi_rt_on_thread(c)) {
    tell(c, of, args);
  } else {
    Event *event = ffi_rt_alloc(sizeof *event);
    *event = (Event){{NULL, run_event}, of, ffi_rt_alloc(of->args->size)};
    memcpy(event->args, args, of->args->size);
    ffi_rt_own(of->args, event->args, NULL);
    ffi_rt_busy();
    accepted = ffi_rt_post(c, &event->message, false);
    if (!accepted)
      event_free(event);
  }
  ffi_rt_unpin(c);
  return accepted ? FFI_RET_OK : FFI_RET_ERR;
}

void ffi_rt_listeners_free(FFIContext *c) {
  pthread_mutex_lock(&c->mutex);
  FFIListener *listener = c->listeners;
  while (listener != NULL) {
    FFIListener *next = listener->next;
    if (listener->in_use == 0) /* else its remover frees it */
      unlink_listener(c, listener);
    listener = next;
  }
  pthread_mutex_unlock(&c->mutex);
}
