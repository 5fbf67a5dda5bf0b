/* The server's program: its command line, and the connections that it accepts. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include "ffi_ipc_connection.h"
#include "ffi_ipc_listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_CONNECTIONS = 512,
       STOP_SECONDS = 10,
       MAX_CONFIG = 1 << 20 };

typedef struct {
  const char *unix_path; /* of one service; else what its name is appended to */
  long port;             /* -1: none */
  const char *config;    /* a file with the arguments of create: one context for all */
  bool until_eof;
} Options;

typedef struct {
  const FFIIpcService *services;
  size_t count;
  Options options;
  FFIIpcHost *hosts;     /* as services */
  struct pollfd *polled; /* as services, then the pipe of signals, then standard input */
  char **paths;          /* as services; NULL: none */

  pthread_mutex_t mutex;
  pthread_cond_t changed;
  FFIIpcConnection *connections[MAX_CONNECTIONS];
  size_t live;
} Server;

/* ---- Signals ---- */

static int signal_pipe[2] = {-1, -1}; /* all that a handler can reach */

static void on_signal(int number) {
  (void)number;
  const int error = errno;
  if (write(signal_pipe[1], "", 1) < 0) {
    /* It is full: it will be read. */
  }
  errno = error;
}

static bool catch_signals(void) {
  struct sigaction action = {.sa_handler = on_signal};
  if (pipe(signal_pipe) != 0)
    return false;
  fcntl(signal_pipe[1], F_SETFL, O_NONBLOCK);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  signal(SIGPIPE, SIG_IGN);
  return true;
}

/* ---- Connections ---- */

static void ended(void *owner, FFIIpcConnection *connection) {
  Server *s = owner;
  pthread_mutex_lock(&s->mutex);
  for (size_t i = 0; i < s->live; ++i)
    if (s->connections[i] == connection) {
      s->connections[i] = s->connections[--s->live];
      break;
    }
  pthread_cond_broadcast(&s->changed);
  pthread_mutex_unlock(&s->mutex);
}

static void accept_one(Server *s, size_t service) {
  const int yes = 1;
  const int socket = accept(s->polled[service].fd, NULL, NULL);
  if (socket < 0)
    return;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  pthread_mutex_lock(&s->mutex);
  if (s->live == MAX_CONNECTIONS) {
    close(socket);
  } else {
    FFIIpcConnection *c = ffi_ipc_connection_start(socket, &s->hosts[service]);
    if (c != NULL)
      s->connections[s->live++] = c;
  }
  pthread_mutex_unlock(&s->mutex);
}

static bool at_end_of_input(void) {
  char bytes[256];
  const ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
  return n == 0 || (n < 0 && errno != EINTR);
}

static void accept_all(Server *s) {
  const size_t watched = s->count + 2;
  for (;;) {
    if (poll(s->polled, (nfds_t)watched, -1) < 0 && errno != EINTR)
      return;
    if (s->polled[s->count].revents != 0)
      return;
    if (s->polled[s->count + 1].revents != 0 && at_end_of_input())
      return;
    for (size_t i = 0; i < s->count; ++i)
      if (s->polled[i].revents != 0)
        accept_one(s, i);
  }
}

static void stop_all(Server *s) {
  struct timespec limit;
  clock_gettime(CLOCK_REALTIME, &limit);
  limit.tv_sec += STOP_SECONDS;
  pthread_mutex_lock(&s->mutex);
  for (size_t i = 0; i < s->live; ++i)
    ffi_ipc_connection_stop(s->connections[i]);
  while (s->live != 0 && pthread_cond_timedwait(&s->changed, &s->mutex, &limit) == 0) {
  }
  pthread_mutex_unlock(&s->mutex);
}

/* ---- Start ---- */

static void on_created(int ret, const char *msg, size_t len, void *userData) {
  (void)userData;
  if (ret == FFI_RET_ERR)
    fprintf(stderr, "create: %.*s\n", (int)len, msg);
}

static bool make_shared(Server *s) {
  static uint8_t config[MAX_CONFIG];
  FILE *file = fopen(s->options.config, "rb");
  if (file == NULL) {
    perror(s->options.config);
    return false;
  }
  const size_t len = fread(config, 1, sizeof config, file);
  fclose(file);
  for (size_t i = 0; i < s->count; ++i) {
    s->hosts[i].shared = s->services[i].create(config, len, on_created, NULL);
    if (s->hosts[i].shared == NULL)
      return false;
  }
  return true;
}

static bool listen_at(Server *s, size_t i) {
  const Options *o = &s->options;
  if (o->unix_path != NULL) {
    const char *suffix = s->count == 1 ? "" : s->services[i].name;
    const size_t size = strlen(o->unix_path) + strlen(suffix) + 1;
    char *path = malloc(size);
    if (path == NULL)
      return false;
    snprintf(path, size, "%s%s", o->unix_path, suffix);
    s->polled[i].fd = ffi_ipc_listen_unix(path);
    if (s->polled[i].fd < 0) {
      perror(path);
      free(path);
      return false;
    }
    s->paths[i] = path;
    printf("listening on unix:%s\n", path);
    return true;
  }
  s->polled[i].fd = ffi_ipc_listen_tcp(s->count == 1 ? (unsigned)o->port : 0);
  if (s->polled[i].fd < 0) {
    perror("127.0.0.1");
    return false;
  }
  printf("listening on tcp:127.0.0.1:%u\n", ffi_ipc_port(s->polled[i].fd));
  return true;
}

static bool start(Server *s) {
  s->hosts = calloc(s->count, sizeof *s->hosts);
  s->paths = calloc(s->count, sizeof *s->paths);
  s->polled = calloc(s->count + 2, sizeof *s->polled);
  if (s->hosts == NULL || s->paths == NULL || s->polled == NULL || !catch_signals())
    return false;
  for (size_t i = 0; i < s->count; ++i)
    s->hosts[i] = (FFIIpcHost){&s->services[i], NULL, ended, s};
  for (size_t i = 0; i < s->count + 2; ++i)
    s->polled[i] = (struct pollfd){-1, POLLIN, 0};
  s->polled[s->count].fd = signal_pipe[0];
  if (s->options.until_eof)
    s->polled[s->count + 1].fd = STDIN_FILENO;
  if (s->options.config != NULL && !make_shared(s))
    return false;
  for (size_t i = 0; i < s->count; ++i)
    if (!listen_at(s, i))
      return false;
  return fflush(stdout) == 0;
}

static void finish(Server *s) {
  for (size_t i = 0; i < s->count; ++i) {
    if (s->polled != NULL && s->polled[i].fd >= 0)
      close(s->polled[i].fd);
    if (s->paths != NULL && s->paths[i] != NULL)
      unlink(s->paths[i]);
  }
  stop_all(s);
  for (size_t i = 0; i < s->count; ++i)
    if (s->hosts != NULL && s->hosts[i].shared != NULL)
      s->services[i].destroy(s->hosts[i].shared);
}

static bool parse_port(const char *text, long *port) {
  char *end;
  *port = strtol(text, &end, 10);
  return *text != 0 && *end == 0 && *port >= 0 && *port <= 65535;
}

static bool parse(int argc, char **argv, Options *o) {
  o->port = -1;
  for (int i = 1; i < argc; ++i) {
    const char *value = i + 1 < argc ? argv[i + 1] : NULL;
    if (strcmp(argv[i], "--until-eof") == 0) {
      o->until_eof = true;
      continue;
    }
    if (value == NULL)
      return false;
    if (strcmp(argv[i], "--unix") == 0)
      o->unix_path = value;
    else if (strcmp(argv[i], "--config") == 0)
      o->config = value;
    else if (strcmp(argv[i], "--tcp") != 0 || !parse_port(value, &o->port))
      return false;
    ++i;
  }
  return (o->unix_path != NULL) != (o->port >= 0);
}

int ffi_ipc_main(int argc, char **argv, const FFIIpcService *services, size_t count) {
  static Server server; /* threads of connections look at it until the process ends */
  server.services = services;
  server.count = count;
  pthread_mutex_init(&server.mutex, NULL);
  pthread_cond_init(&server.changed, NULL);
  if (!parse(argc, argv, &server.options)) {
    fprintf(stderr,
            "usage: %s (--unix PATH | --tcp PORT) [--config FILE] [--until-eof]\n"
            "  --unix PATH    listens on a Unix socket\n"
            "  --tcp PORT     listens on the loopback interface; 0: any free port\n"
            "  --config FILE  makes one context for all connections, of create's arguments as CBOR in FILE\n"
            "  --until-eof    ends when its standard input does\n",
            argv[0]);
    return 2;
  }
  const bool started = start(&server);
  if (started)
    accept_all(&server);
  finish(&server);
  return started ? 0 : 3;
}
