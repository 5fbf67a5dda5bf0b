/* The request frames of the wire: [u32 method length][method][u32 payload length][payload], in network byte order. */
#ifndef FFI_IPC_FRAME_H
#define FFI_IPC_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define FFI_IPC_MAX_METHOD ((size_t)512)
#define FFI_IPC_MAX_PAYLOAD ((size_t)64 << 20)

/* An answer's return code beside the library's own: the request was refused, the library did not accept a call. */
#define FFI_IPC_REFUSED 4

/* Where bytes come from. `read` gives how many it put `into`, 0 at the end, -1 where it failed; it waits for the first
 * byte of a frame as long as it takes (`within` false), not for those within one. */
typedef struct {
  ssize_t (*read)(void *self, void *into, size_t room, bool within);
  void *self;
  size_t at, end;
  uint8_t buffer[16 << 10];
} FFIIpcSource;

/* A request; its memory is used again for the next, and freed by ffi_ipc_request_free. */
typedef struct {
  char method[FFI_IPC_MAX_METHOD + 1];
  uint8_t *payload;
  size_t len, capacity;
} FFIIpcRequest;

typedef enum { FFI_IPC_FRAME,
               FFI_IPC_END,   /* between two frames */
               FFI_IPC_BROKEN /* `why` says how */
} FFIIpcRead;

/* Memory grows as bytes arrive, never to what a length claims. */
FFIIpcRead ffi_ipc_read_request(FFIIpcSource *source, FFIIpcRequest *request, const char **why);
void ffi_ipc_request_free(FFIIpcRequest *request);

#endif
