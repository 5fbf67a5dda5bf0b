#include "laws_support.h"

void *create(const char *name) {
  Seen s;
  seen_init(&s);
  void *ctx = laws_create(text(name), take, &s);
  CHECK(ctx != NULL && s.ok == 1 && s.failed == 0 && s.len == 0);
  return ctx;
}
