#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include "ffi_ipc_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 64 };

static int fail(int socket) {
  const int error = errno;
  close(socket);
  errno = error;
  return -1;
}

/* Whether nobody listens there any more. */
static bool is_stale(const struct sockaddr_un *address) {
  struct stat file;
  if (stat(address->sun_path, &file) != 0 || !S_ISSOCK(file.st_mode))
    return false;
  const int probe = socket(AF_UNIX, SOCK_STREAM, 0);
  if (probe < 0)
    return false;
  const bool stale = connect(probe, (const struct sockaddr *)address, sizeof *address) != 0 && errno == ECONNREFUSED;
  close(probe);
  return stale;
}

int ffi_ipc_listen_unix(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  strcpy(address.sun_path, path);
  const int s = socket(AF_UNIX, SOCK_STREAM, 0);
  if (s < 0)
    return -1;
  if (is_stale(&address))
    unlink(path);
  /* For its owner alone: whoever connects may call. */
  const mode_t mask = umask(0077);
  const bool bound = bind(s, (const struct sockaddr *)&address, sizeof address) == 0;
  umask(mask);
  if (!bound || listen(s, BACKLOG) != 0)
    return fail(s);
  return s;
}

int ffi_ipc_listen_tcp(unsigned port) {
  const int yes = 1;
  struct sockaddr_in address = {.sin_family = AF_INET};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons((in_port_t)port);
  const int s = socket(AF_INET, SOCK_STREAM, 0);
  if (s < 0)
    return -1;
  setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(s, (const struct sockaddr *)&address, sizeof address) != 0 || listen(s, BACKLOG) != 0)
    return fail(s);
  return s;
}

unsigned ffi_ipc_port(int socket) {
  struct sockaddr_in address = {0};
  socklen_t size = sizeof address;
  if (getsockname(socket, (struct sockaddr *)&address, &size) != 0)
    return 0;
  return ntohs(address.sin_port);
}
