#include "bridge.h"

#include "_cgo_export.h"

/* The one callback that every call of every library gets. */
static void complete(int ret, const char *msg, size_t len, void *user_data) {
  ffirtComplete(ret, (void *)(uintptr_t)msg, len, (uintptr_t)user_data);
}

/* The one host function, and the one listener. */
static void host(uint64_t call, const char *req, size_t len, void *user_data) {
  ffirtHost(call, (void *)(uintptr_t)req, len, (uintptr_t)user_data);
}

static void event(int ret, const char *msg, size_t len, void *user_data) {
  ffirtEvent(ret, (void *)(uintptr_t)msg, len, (uintptr_t)user_data);
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

int ffirt_set_host(const ffirt_library *library, uint32_t import, uintptr_t ctx,
                   uintptr_t user_data) {
  return library->set_host(import, (void *)ctx, user_data ? host : NULL, (void *)user_data);
}

int ffirt_host_complete(const ffirt_library *library, uintptr_t ctx, uint64_t call, int ret,
                        const void *msg, size_t len) {
  return library->host_complete((void *)ctx, call, ret, msg, len);
}

uint64_t ffirt_listen(const ffirt_library *library, uint32_t import, uintptr_t ctx,
                      uintptr_t user_data) {
  return library->listen(import, (void *)ctx, event, (void *)user_data);
}

int ffirt_unlisten(const ffirt_library *library, uintptr_t ctx, uint64_t listener) {
  return library->unlisten((void *)ctx, listener);
}
