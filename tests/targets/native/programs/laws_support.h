/* What the laws share: CHECK, a callback that notes what it saw, and the library at rest. */
#ifndef LAWS_SUPPORT_H
#define LAWS_SUPPORT_H
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ffi_types.h"
#include "laws.h"

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
void *create(const char *name);

/* The counters, once nothing is under way. */
FFIRuntimeCounters settled(void);
/* All that was allocated is freed, all that was called is answered. */
void at_rest(void);

/* ---- laws_callbacks.c ---- */

void listeners_hear_until_they_are_removed(void);
void a_removed_listener_is_not_in_use(void);
void host_functions_answer_once(void);
void host_answers_are_copied_deeply(void);
void events_of_another_thread_arrive(void);

#endif
