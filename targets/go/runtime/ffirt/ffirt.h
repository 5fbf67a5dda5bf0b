// What the Go runtime package and the shim of a library agree on.
#ifndef FFIRT_H
#define FFIRT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef void (*ffirt_callback)(int ret, const char *msg, size_t len, void *user_data);
typedef void (*ffirt_host)(uint64_t call, const char *req, size_t len, void *user_data);

/* The functions of one library, as its shim exports them. `args` points to a struct of the C
 * parameters in their order, which the shim passes by value; NULL where there are none. Host
 * functions and events go by their index among the schema's imports; where there are none, the four
 * functions that are about them may be NULL. */
typedef struct {
  uint32_t methods; /* numbers below this are methods, as far as the shim knows them */
  void *(*create)(ffirt_callback callback, void *user_data, const void *args);
  int (*destroy)(void *ctx);
  int (*call)(uint32_t method, void *ctx, ffirt_callback callback, void *user_data,
              const void *args);
  int (*set_host)(uint32_t import, void *ctx, ffirt_host fn, void *user_data);
  int (*host_complete)(void *ctx, uint64_t call, int ret, const char *msg, size_t len);
  uint64_t (*listen)(uint32_t import, void *ctx, ffirt_callback callback, void *user_data);
  int (*unlisten)(void *ctx, uint64_t listener);
} ffirt_library;

#ifdef __cplusplus
}
#endif
#endif
