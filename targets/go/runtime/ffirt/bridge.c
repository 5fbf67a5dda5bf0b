#include "bridge.h"

#include "_cgo_export.h"

/* The one callback that every call of every library gets. */
static void complete(int ret, const char *msg, size_t len, void *user_data) {
  ffirtComplete(ret, (void *)(uintptr_t)msg, len, (uintptr_t)user_data);
}

uintptr_t ffirt_create(const ffirt_library *library, uintptr_t user_data, const void *args) {
  return (uintptr_t)library->create(complete, (void *)user_data, args);
}

int ffirt_destroy(const ffirt_library *library, uintptr_t ctx) {
  return library->destroy((void *)ctx);
}

int ffirt_call(const ffirt_library *library, uint32_t method, uintptr_t ctx, uintptr_t user_data,
               const void *args) {
  return library->call(method, (void *)ctx, complete, (void *)user_data, args);
}
