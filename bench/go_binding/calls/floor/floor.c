#include "floor.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct request {
  struct request *next;
  int what;
  uintptr_t user;
  size_t len;
  char *msg;
} request;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static request *head, **tail = &head;
static bool waiting;
static floor_done done;
static floor_host host;

static void push(request *r) {
  r->next = NULL;
  pthread_mutex_lock(&mutex);
  *tail = r;
  tail = &r->next;
  const bool signal = waiting;
  waiting = false;
  pthread_mutex_unlock(&mutex);
  if (signal) pthread_cond_signal(&wake);
}

static void set_msg(request *r, const char *msg, size_t len) {
  r->len = len;
  r->msg = malloc(len + 1);
  memcpy(r->msg, msg, len);
}

static void run(request *r) {
  if (r->what == FLOOR_ASK) {
    char *msg = r->msg;
    r->what = FLOOR_CALL;
    r->msg = NULL;
    host((uintptr_t)r, msg, r->len);
    free(msg);
    return;
  }
  done(r->msg, r->len, r->user);
  free(r->msg);
  free(r);
}

static bool quit;

static void *work(void *arg) {
  (void)arg;
  while (!quit) {
    pthread_mutex_lock(&mutex);
    while (!head && !quit) {
      waiting = true;
      pthread_cond_wait(&wake, &mutex);
    }
    waiting = false;
    request *all = head;
    head = NULL;
    tail = &head;
    pthread_mutex_unlock(&mutex);
    while (all) {
      request *next = all->next;
      run(all);
      all = next;
    }
  }
  return NULL;
}

static pthread_t thread;

void floor_start(floor_done done_, floor_host host_) {
  done = done_;
  host = host_;
  quit = false;
  pthread_create(&thread, NULL, work, NULL);
}

void floor_stop(void) {
  pthread_mutex_lock(&mutex);
  quit = true;
  pthread_cond_signal(&wake);
  pthread_mutex_unlock(&mutex);
  pthread_join(thread, NULL);
}

void floor_call(int what, const char *msg, size_t len, uintptr_t user) {
  request *r = malloc(sizeof *r);
  r->what = what;
  r->user = user;
  set_msg(r, msg, len);
  push(r);
}

void floor_complete(uintptr_t id, const char *msg, size_t len) {
  request *r = (request *)id;
  set_msg(r, msg, len);
  push(r);
}
