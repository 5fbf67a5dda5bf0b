/* Tasks (docs/completion.md, section 1) whose context goes while they ask. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tasks.h"

#define CHECK(law)                                                      \
  do {                                                                  \
    if (!(law)) {                                                       \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #law); \
      exit(1);                                                          \
    }                                                                   \
  } while (0)

typedef struct {
  void *ctx;
  int asked, last; /* it destroys the context within the request of that number */
} Host;

static void answer_and_destroy(uint64_t callId, const char *req, size_t reqLen, void *userData) {
  Host *host = userData;
  (void)req, (void)reqLen;
  CHECK(tasks_host_complete(host->ctx, callId, 0, "so", 2) == 0);
  if (++host->asked == host->last) CHECK(tasks_destroy(host->ctx) == 0);
}

typedef struct {
  int ends;
  char text[64];
} End;

static void take(int ret, const char *msg, size_t len, void *userData) {
  End *end = userData;
  ++end->ends;
  memset(end->text, 0, sizeof end->text);
  if (ret == FFI_RET_OK)
    memcpy(end->text, "a result", 8);
  else
    memcpy(end->text, msg, len < sizeof end->text ? len : sizeof end->text - 1);
}

/* The plan's number: its tag, how many it asks, whether all at once. */
static uint64_t plan(uint64_t asks, int together) {
  return UINT64_C(0xF1C0DE50) << 32 | asks << 18 | (uint64_t)together << 31;
}

/* A task whose context goes after `last` of its three requests. */
static void asks_while_the_context_goes(int last, int together) {
  End created = {0, ""}, end = {0, ""};
  Host host = {tasks_create(take, &created), 0, last};
  CHECK(host.ctx != NULL && created.ends == 1);
  CHECK(tasks_register_host_fn(host.ctx, "ask_text", answer_and_destroy, &host) == 0);
  CHECK(tasks_task_0(host.ctx, take, &end, plan(3, together), 7) == 0);
  CHECK(ffi_runtime_settle(20000) == 0);
  /* All three were answered, or the call failed with its context. */
  CHECK(host.asked == last && end.ends == 1);
  CHECK(strcmp(end.text, last == 3 ? "a result" : "context destroyed") == 0);
}

int main(void) {
  for (int together = 0; together < 2; ++together)
    for (int last = 1; last <= 3; ++last) asks_while_the_context_goes(last, together);
  FFIRuntimeCounters c;
  ffi_runtime_counters(&c);
  CHECK(c.live_allocations == 0 && c.live_contexts == 0 && c.bad_frees == 0);
  CHECK(c.total_calls == 12 && c.total_completions == 12);
  return 0;
}
