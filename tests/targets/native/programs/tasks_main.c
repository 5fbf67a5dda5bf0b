/* Tasks (docs/completion.md, section 1) whose context goes while they ask. */
#include <stdint.h>

#include "support.h"
#include "tasks.h"

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

/* The plan's number: its tag, how many it asks, whether all at once. */
static uint64_t plan(uint64_t asks, int together) {
  return UINT64_C(0xF1C0DE50) << 32 | asks << 18 | (uint64_t)together << 31;
}

/* A task whose context goes after `last` of its three requests. */
static void asks_while_the_context_goes(int last, int together) {
  Seen created, end;
  seen_init(&created);
  seen_init(&end);
  Host host = {tasks_create(take, &created), 0, last};
  CHECK(host.ctx != NULL && created.ok == 1 && created.failed == 0);
  CHECK(tasks_register_host_fn(host.ctx, "ask_text", answer_and_destroy, &host) == 0);
  CHECK(tasks_task_0(host.ctx, take, &end, plan(3, together), 7) == 0);
  at_rest();
  /* All three were answered, or the call failed with its context. */
  CHECK(host.asked == last && end.ok + end.failed == 1);
  if (last == 3)
    CHECK(end.ok == 1);
  else
    CHECK(end.failed == 1 && strcmp(end.text, "context destroyed") == 0);
}

int main(void) {
  for (int together = 0; together < 2; ++together)
    for (int last = 1; last <= 3; ++last) asks_while_the_context_goes(last, together);
  const FFIRuntimeCounters c = settled();
  CHECK(c.total_calls == 12 && c.total_completions == 12);
  return 0;
}
