/* Inside the server: addresses to listen at. */
#ifndef FFI_IPC_LISTEN_H
#define FFI_IPC_LISTEN_H

#include <stddef.h>

/* A listening socket, -1 with errno set. A socket that an earlier server left behind is replaced, nothing else. */
int ffi_ipc_listen_unix(const char *path);
/* On the loopback interface only; port 0: any that is free. */
int ffi_ipc_listen_tcp(unsigned port);
/* The port of a socket of ffi_ipc_listen_tcp. */
unsigned ffi_ipc_port(int socket);

#endif
