/* Inside the server: one connection, with a thread that reads requests and one that writes answers. */
#ifndef FFI_IPC_CONNECTION_H
#define FFI_IPC_CONNECTION_H

#include "ffi_ipc.h"

typedef struct FFIIpcConnection FFIIpcConnection;

typedef struct {
  const FFIIpcService *service;
  void *shared; /* the context of all connections; NULL: each makes its own */
  void (*ended)(void *owner, FFIIpcConnection *connection);
  void *owner;
} FFIIpcHost;

/* Takes over the socket and starts the threads; `host` outlives the connection. NULL: there is no room, the socket is
 * closed. After `host->ended` ran, on one of the threads, the connection is gone. */
FFIIpcConnection *ffi_ipc_connection_start(int socket, const FFIIpcHost *host);
/* Makes the connection end soon. */
void ffi_ipc_connection_stop(FFIIpcConnection *connection);

#endif
