/* What test programs share: CHECK, a callback that notes what it saw, and a library at rest. */
#ifndef SUPPORT_H
#define SUPPORT_H
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ffi_runtime.h"
#include "ffi_types.h"

#define CHECK(law)                                                      \
  do {                                                                  \
    if (!(law)) {                                                       \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #law); \
      exit(1);                                                          \
    }                                                                   \
  } while (0)

/* What a callback saw; several calls may share one. */
typedef struct {
  pthread_mutex_t mutex;
  pthread_cond_t told;
  int ok, failed;
  size_t len;
  char text[256];
  const char *msg;
} Seen;

void seen_init(Seen *s);

/* A callback whose userData is a Seen. */
void take(int ret, const char *msg, size_t len, void *userData);
/* Until so many calls are answered. */
void await(Seen *s, int completions);

FFIString text(const char *s);

/* The counters, once nothing is under way. */
FFIRuntimeCounters settled(void);
/* All that was allocated is freed, all that was called is answered. */
void at_rest(void);

#endif
