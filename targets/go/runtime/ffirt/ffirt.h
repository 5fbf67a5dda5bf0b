// What the Go runtime package and the shim of a library agree on.
#ifndef FFIRT_H
#define FFIRT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef void (*ffirt_callback)(int ret, const char *msg, size_t len, void *user_data);

/* The functions of one library, as its shim exports them. `args` points to a struct of the C
 * parameters in their order, which the shim passes by value; NULL where there are none. */
typedef struct {
  uint32_t methods; /* numbers below this are methods, as far as the shim knows them */
  void *(*create)(ffirt_callback callback, void *user_data, const void *args);
  int (*destroy)(void *ctx);
  int (*call)(uint32_t method, void *ctx, ffirt_callback callback, void *user_data,
              const void *args);
} ffirt_library;

#ifdef __cplusplus
}
#endif
#endif
