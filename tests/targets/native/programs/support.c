#define _POSIX_C_SOURCE 200809L
#include "support.h"

void seen_init(Seen *s) {
  memset(s, 0, sizeof *s);
  pthread_mutex_init(&s->mutex, NULL);
  pthread_cond_init(&s->told, NULL);
}

void take(int ret, const char *msg, size_t len, void *userData) {
  Seen *s = userData;
  pthread_mutex_lock(&s->mutex);
  s->msg = msg;
  s->len = len;
  memset(s->text, 0, sizeof s->text);
  if (msg != NULL) memcpy(s->text, msg, len < sizeof s->text ? len : sizeof s->text - 1);
  ++*(ret == FFI_RET_OK ? &s->ok : &s->failed);
  pthread_cond_broadcast(&s->told);
  pthread_mutex_unlock(&s->mutex);
}

void await(Seen *s, int completions) {
  pthread_mutex_lock(&s->mutex);
  while (s->ok + s->failed < completions) pthread_cond_wait(&s->told, &s->mutex);
  pthread_mutex_unlock(&s->mutex);
}

FFIString text(const char *s) { return (FFIString){s, strlen(s)}; }

FFIRuntimeCounters settled(void) {
  CHECK(ffi_runtime_settle(20000) == 0);
  FFIRuntimeCounters c;
  ffi_runtime_counters(&c);
  return c;
}

void at_rest(void) {
  const FFIRuntimeCounters c = settled();
  CHECK(c.live_allocations == 0 && c.live_bytes == 0);
  CHECK(c.live_contexts == 0 && c.live_threads == 0);
  CHECK(c.total_calls == c.total_completions);
  CHECK(c.bad_frees == 0);
}
