// A library by hand that does what a thread hop each way demands and nothing else: one thread, one
// queue. What the generated library and binding are measured against.
#ifndef FLOOR_H
#define FLOOR_H

#include <stddef.h>
#include <stdint.h>

enum { FLOOR_CALL, FLOOR_ASK };

/* Both called on the library's thread. */
typedef void (*floor_done)(const char *msg, size_t len, uintptr_t user);
typedef void (*floor_host)(uintptr_t id, const char *msg, size_t len);

void floor_start(floor_done done, floor_host host);
/* No call may be pending. */
void floor_stop(void);
/* Copies msg and answers it, or what the host says of it. */
void floor_call(int what, const char *msg, size_t len, uintptr_t user);
/* The host's answer, copied; from any thread. */
void floor_complete(uintptr_t id, const char *msg, size_t len);

#endif
