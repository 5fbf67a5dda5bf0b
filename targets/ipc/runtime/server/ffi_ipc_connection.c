#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include "ffi_ipc_connection.h"
#include "ffi_ipc_frame.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* How long a peer may leave a frame unfinished, or an answer unread. */
enum { PATIENCE_SECONDS = 30 };
/* How much may wait for its answer, or to be sent, before no more is read. */
enum { MAX_ANSWERS = 256,
       MAX_WAITING_BYTES = 64 << 20 };

static _Atomic int64_t live_connections, live_answers;

void ffi_ipc_counters(FFIIpcCounters *out) {
  out->live_connections = atomic_load(&live_connections);
  out->live_answers = atomic_load(&live_answers);
}

/* The answer to one request, in the order of the requests. */
typedef struct Answer {
  struct Answer *next;
  FFIIpcConnection *connection;
  bool done;
  bool abandoned; /* the connection ended first */
  uint8_t *frame;
  size_t len;
} Answer;

struct FFIIpcConnection {
  const FFIIpcHost *host;
  int socket;
  pthread_t reader, writer;
  void *ctx;      /* of the reader's thread */
  bool destroyed; /* of the reader's thread */
  FFIIpcSource source;
  FFIIpcRequest request;

  pthread_mutex_t mutex;
  pthread_cond_t changed;
  Answer *head, **tail;
  size_t answers, waiting_bytes;
  size_t references; /* the threads', and that of each answer that is not done */
  bool ending;       /* no more requests */
  bool dead;         /* no more can be sent */
};

/* ---- Answers ---- */

static void release_locked(FFIIpcConnection *c) {
  const bool last = --c->references == 0;
  pthread_mutex_unlock(&c->mutex);
  if (!last)
    return;
  pthread_cond_destroy(&c->changed);
  pthread_mutex_destroy(&c->mutex);
  free(c);
}

static void answer_free(Answer *answer) {
  free(answer->frame);
  free(answer);
  atomic_fetch_sub(&live_answers, 1);
}

static void big_endian(uint8_t *out, uint32_t n) {
  for (int i = 0; i < 4; ++i)
    out[i] = (uint8_t)(n >> (24 - 8 * i));
}

/* The result callback of every call: on a thread of the library, or inside the call where it is refused. */
static void complete(int ret, const char *msg, size_t len, void *userData) {
  static const char too_long[] = "the result is beyond the wire's limit";
  Answer *answer = userData;
  FFIIpcConnection *c = answer->connection;
  if (ret == FFI_RET_PROGRESS)
    return;
  /* Who is refused is told so inside the call; what was accepted completes on the context's own thread. */
  if (ret == FFI_RET_ERR && pthread_equal(pthread_self(), c->reader))
    ret = FFI_IPC_REFUSED;
  if (len > FFI_IPC_MAX_PAYLOAD) {
    ret = FFI_RET_ERR;
    msg = too_long;
    len = sizeof too_long - 1;
  }
  uint8_t *frame = malloc(8 + len);
  if (frame != NULL) {
    big_endian(frame, (uint32_t)ret);
    big_endian(frame + 4, (uint32_t)len);
    if (len)
      memcpy(frame + 8, msg, len);
  }
  pthread_mutex_lock(&c->mutex);
  answer->frame = frame;
  answer->len = 8 + len;
  answer->done = true;
  c->waiting_bytes += answer->len;
  if (frame == NULL)
    c->dead = true; /* without an answer no later one may be sent */
  if (answer->abandoned)
    answer_free(answer);
  pthread_cond_broadcast(&c->changed);
  release_locked(c);
}

/* Queues the answer of a request; waits while too many are. NULL: the connection is to end. */
static Answer *expect(FFIIpcConnection *c) {
  Answer *answer = calloc(1, sizeof *answer);
  if (answer == NULL)
    return NULL;
  answer->connection = c;
  atomic_fetch_add(&live_answers, 1);
  pthread_mutex_lock(&c->mutex);
  while (!c->dead && (c->answers >= MAX_ANSWERS || c->waiting_bytes > MAX_WAITING_BYTES))
    pthread_cond_wait(&c->changed, &c->mutex);
  const bool dead = c->dead;
  if (!dead) {
    *c->tail = answer;
    c->tail = &answer->next;
    ++c->answers;
    ++c->references;
  }
  pthread_mutex_unlock(&c->mutex);
  if (!dead)
    return answer;
  answer_free(answer);
  return NULL;
}

static bool send_all(int socket, const uint8_t *bytes, size_t len) {
  while (len != 0) {
    const ssize_t n = send(socket, bytes, len, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    bytes += n;
    len -= (size_t)n;
  }
  return true;
}

/* The next answer to send, NULL at the end; under the mutex. */
static Answer *next_answer(FFIIpcConnection *c) {
  for (;;) {
    if (c->dead)
      return NULL;
    if (c->head != NULL && c->head->done)
      return c->head;
    /* A context of the connection's own was destroyed, so its calls complete; a shared one may take its time. */
    if (c->ending && (c->head == NULL || c->host->shared != NULL))
      return NULL;
    pthread_cond_wait(&c->changed, &c->mutex);
  }
}

static void *write_answers(void *argument) {
  FFIIpcConnection *c = argument;
  pthread_mutex_lock(&c->mutex);
  for (Answer *answer; (answer = next_answer(c)) != NULL;) {
    c->head = answer->next;
    if (c->head == NULL)
      c->tail = &c->head;
    pthread_mutex_unlock(&c->mutex);
    const bool sent = send_all(c->socket, answer->frame, answer->len);
    const size_t len = answer->len;
    answer_free(answer);
    pthread_mutex_lock(&c->mutex);
    --c->answers;
    c->waiting_bytes -= len;
    if (!sent)
      c->dead = true;
    pthread_cond_broadcast(&c->changed);
  }
  c->dead = true;
  pthread_cond_broadcast(&c->changed);
  pthread_mutex_unlock(&c->mutex);
  shutdown(c->socket, SHUT_RDWR); /* wakes the reader */
  return NULL;
}

/* ---- Requests ---- */

static ssize_t read_socket(void *self, void *into, size_t room, bool within) {
  const FFIIpcConnection *c = self;
  for (;;) {
    const ssize_t n = recv(c->socket, into, room, 0);
    if (n >= 0 || (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK))
      return n;
    if (within && errno != EINTR)
      return -1; /* out of patience */
  }
}

static void fail(Answer *answer, const char *text) {
  complete(FFI_RET_ERR, text, strlen(text), answer);
}

static void create(FFIIpcConnection *c, Answer *answer) {
  if (c->host->shared != NULL) {
    fail(answer, "this server has its context already");
  } else if (c->ctx != NULL && !c->destroyed) {
    fail(answer, "this connection has its context already");
  } else {
    void *ctx = c->host->service->create(c->request.payload, c->request.len, complete, answer);
    if (ctx != NULL) {
      c->ctx = ctx;
      c->destroyed = false;
    }
  }
}

static void destroy(FFIIpcConnection *c, Answer *answer) {
  if (c->ctx == NULL || c->host->shared != NULL) {
    fail(answer, "this connection has no context of its own");
  } else if (c->host->service->destroy(c->ctx) != FFI_RET_OK) {
    fail(answer, "context destroyed");
  } else {
    c->destroyed = true;
    complete(FFI_RET_OK, NULL, 0, answer);
  }
}

static void call(FFIIpcConnection *c, Answer *answer) {
  const FFIIpcService *service = c->host->service;
  const FFIIpcRequest *r = &c->request;
  for (size_t i = 0; i < service->count; ++i) {
    const FFIIpcMethod *method = &service->methods[i];
    if (strcmp(method->name, r->method) != 0)
      continue;
    if (c->ctx == NULL && !method->anywhere)
      fail(answer, "this connection has no context: the first request is create");
    else
      method->call(c->ctx, complete, answer, r->payload, r->len);
    return;
  }
  fail(answer, "the library has no such method");
}

static void read_requests(FFIIpcConnection *c) {
  for (;;) {
    const char *why = NULL;
    const FFIIpcRead read = ffi_ipc_read_request(&c->source, &c->request, &why);
    if (read == FFI_IPC_END)
      return;
    Answer *answer = expect(c);
    if (answer == NULL)
      return;
    if (read == FFI_IPC_BROKEN) {
      fail(answer, why);
      return;
    }
    if (strcmp(c->request.method, "create") == 0)
      create(c, answer);
    else if (strcmp(c->request.method, "destroy") == 0)
      destroy(c, answer);
    else
      call(c, answer);
  }
}

/* ---- Life ---- */

static void *run(void *argument) {
  FFIIpcConnection *c = argument;
  const FFIIpcHost *host = c->host;
  c->reader = pthread_self();
  read_requests(c);
  if (c->ctx != NULL && !c->destroyed && host->shared == NULL)
    host->service->destroy(c->ctx);
  pthread_mutex_lock(&c->mutex);
  c->ending = true;
  pthread_cond_broadcast(&c->changed);
  pthread_mutex_unlock(&c->mutex);
  pthread_join(c->writer, NULL);
  host->ended(host->owner, c);
  close(c->socket);
  ffi_ipc_request_free(&c->request);
  pthread_mutex_lock(&c->mutex);
  for (Answer *answer = c->head, *next; answer != NULL; answer = next) {
    next = answer->next;
    if (answer->done)
      answer_free(answer);
    else
      answer->abandoned = true;
  }
  atomic_fetch_sub(&live_connections, 1);
  release_locked(c);
  return NULL;
}

static void set_patience(int socket, int option) {
  const struct timeval patience = {PATIENCE_SECONDS, 0};
  setsockopt(socket, SOL_SOCKET, option, &patience, sizeof patience);
}

FFIIpcConnection *ffi_ipc_connection_start(int socket, const FFIIpcHost *host) {
  FFIIpcConnection *c = calloc(1, sizeof *c);
  if (c == NULL) {
    close(socket);
    return NULL;
  }
  c->host = host;
  c->socket = socket;
  c->ctx = host->shared;
  c->source.read = read_socket;
  c->source.self = c;
  c->tail = &c->head;
  c->references = 1;
  set_patience(socket, SO_RCVTIMEO);
  set_patience(socket, SO_SNDTIMEO);
  pthread_mutex_init(&c->mutex, NULL);
  pthread_cond_init(&c->changed, NULL);
  atomic_fetch_add(&live_connections, 1);
  pthread_t reader;
  if (pthread_create(&c->writer, NULL, write_answers, c) == 0) {
    if (pthread_create(&reader, NULL, run, c) == 0) {
      pthread_detach(reader);
      return c;
    }
    pthread_mutex_lock(&c->mutex);
    c->ending = true;
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->mutex);
    pthread_join(c->writer, NULL);
  }
  atomic_fetch_sub(&live_connections, 1);
  close(socket);
  pthread_mutex_lock(&c->mutex);
  release_locked(c);
  return NULL;
}

void ffi_ipc_connection_stop(FFIIpcConnection *c) {
  shutdown(c->socket, SHUT_RDWR);
}
