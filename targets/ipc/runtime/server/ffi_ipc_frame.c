#include "ffi_ipc_frame.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 16 << 10,
       KEPT_CAPACITY = 1 << 20 };

/* How many of `want` bytes there were. */
static size_t read_bytes(FFIIpcSource *s, void *into, size_t want, bool within) {
  size_t have = 0;
  while (have < want) {
    if (s->at == s->end) {
      const ssize_t n = s->read(s->self, s->buffer, sizeof s->buffer, within || have != 0);
      if (n <= 0)
        return have;
      s->at = 0;
      s->end = (size_t)n;
    }
    const size_t n = want - have < s->end - s->at ? want - have : s->end - s->at;
    memcpy((char *)into + have, s->buffer + s->at, n);
    s->at += n;
    have += n;
  }
  return have;
}

static uint32_t big_endian(const uint8_t *b) {
  return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static bool grow(FFIIpcRequest *request, size_t claimed) {
  size_t capacity = request->capacity ? request->capacity * 2 : FIRST_CAPACITY;
  if (capacity > claimed && claimed > request->capacity)
    capacity = claimed;
  uint8_t *payload = realloc(request->payload, capacity);
  if (payload == NULL)
    return false;
  request->payload = payload;
  request->capacity = capacity;
  return true;
}

static FFIIpcRead broken(const char **why, const char *text) {
  *why = text;
  return FFI_IPC_BROKEN;
}

static const char cut[] = "a frame that was cut off";

FFIIpcRead ffi_ipc_read_request(FFIIpcSource *source, FFIIpcRequest *request, const char **why) {
  uint8_t head[4];
  request->len = 0;
  if (request->capacity > KEPT_CAPACITY)
    ffi_ipc_request_free(request);
  const size_t got = read_bytes(source, head, sizeof head, false);
  if (got == 0)
    return FFI_IPC_END;
  if (got != sizeof head)
    return broken(why, cut);
  const size_t method = big_endian(head);
  if (method > FFI_IPC_MAX_METHOD)
    return broken(why, "a method's name beyond the wire's limit");
  if (read_bytes(source, request->method, method, true) != method || read_bytes(source, head, sizeof head, true) != sizeof head)
    return broken(why, cut);
  request->method[method] = 0;
  if (memchr(request->method, 0, method) != NULL)
    return broken(why, "a method's name with a NUL");
  const size_t len = big_endian(head);
  if (len > FFI_IPC_MAX_PAYLOAD)
    return broken(why, "a payload beyond the wire's limit");
  while (request->len < len) {
    if (request->len == request->capacity && !grow(request, len))
      return broken(why, "no memory for the payload");
    const size_t room = request->capacity - request->len;
    const size_t part = len - request->len < room ? len - request->len : room;
    const size_t n = read_bytes(source, request->payload + request->len, part, true);
    request->len += n;
    if (n != part)
      return broken(why, cut);
  }
  return FFI_IPC_FRAME;
}

void ffi_ipc_request_free(FFIIpcRequest *request) {
  free(request->payload);
  request->payload = NULL;
  request->len = request->capacity = 0;
}
