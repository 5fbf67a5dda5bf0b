// A client of the original timer library: it knows the documented ABI (docs/abi-native.md, `nim`
// dialect) and nothing that fficheck generated. Every declaration below was written by hand.
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef void (*FFICallback)(int ret, const char *msg, size_t len, void *userData);

typedef struct {
  const char *name;
} TimerConfig;
typedef struct {
  const char *message;
  int64_t delayMs;
} EchoRequest;
typedef struct {
  const char *echoed;
  const char *timerName;
} EchoResponse;
typedef struct {
  EchoRequest *messages;
  size_t messages_len;
  const char **tags;
  size_t tags_len;
  int note_present;
  const char *note;
  int retries_present;
  int64_t retries;
} ComplexRequest;
typedef struct {
  const char *summary;
  int64_t itemCount;
  int hasNote;
} ComplexResponse;
typedef struct {
  const char *message;
  int64_t echoCount;
} EchoEvent;
typedef struct {
  const char *name;
  const char **payload;
  size_t payload_len;
  int64_t priority;
} JobSpec;
typedef struct {
  int64_t maxAttempts;
  int64_t backoffMs;
  const char **retryOn;
  size_t retryOn_len;
} RetryPolicy;
typedef struct {
  int64_t startAtMs;
  int64_t intervalMs;
  int jitter_present;
  int64_t jitter;
} ScheduleConfig;
typedef struct {
  const char *jobId;
  int64_t willRunCount;
  int64_t firstRunAtMs;
  int64_t effectiveBackoffMs;
} ScheduleResult;

extern void *my_timer_create(TimerConfig config, FFICallback callback, void *userData);
extern int my_timer_destroy(void *ctx);
extern int my_timer_version(void *ctx, FFICallback callback, void *userData);
extern int my_timer_echo(void *ctx, FFICallback callback, void *userData, EchoRequest req);
extern int my_timer_complex(void *ctx, FFICallback callback, void *userData, ComplexRequest req);
extern int my_timer_schedule(void *ctx, FFICallback callback, void *userData, JobSpec job,
                             RetryPolicy retry, ScheduleConfig schedule);
extern uint64_t my_timer_add_event_listener(void *ctx, const char *eventName, FFICallback callback,
                                            void *userData);
extern int my_timer_remove_event_listener(void *ctx, uint64_t id);

static int failures;
#define CHECK(condition)                                              \
  do {                                                                \
    if (!(condition)) {                                               \
      fprintf(stderr, "line %d: not so: %s\n", __LINE__, #condition); \
      failures++;                                                     \
    }                                                                 \
  } while (0)

// What one call's callback saw; all under one lock.
typedef struct {
  int completions;
  int ret;
  int order;       // among all completed calls
  char text[512];  // of a raw string, of an error, or what take_* made of the struct
  size_t len;
  int64_t numbers[3];
} Seen;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int completed;

static void record(Seen *seen, int ret, const char *msg, size_t len) {
  seen->completions++;
  seen->ret = ret;
  seen->len = len;
  seen->order = ++completed;
  if (ret == 1) snprintf(seen->text, sizeof seen->text, "%.*s", (int)len, msg);
}

static void take_text(int ret, const char *msg, size_t len, void *userData) {
  pthread_mutex_lock(&lock);
  Seen *seen = userData;
  record(seen, ret, msg, len);
  if (ret == 0) snprintf(seen->text, sizeof seen->text, "%.*s", (int)len, len ? msg : "");
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
}

static void take_echo(int ret, const char *msg, size_t len, void *userData) {
  pthread_mutex_lock(&lock);
  Seen *seen = userData;
  record(seen, ret, msg, len);
  if (ret == 0) {
    const EchoResponse *r = (const void *)msg;
    snprintf(seen->text, sizeof seen->text, "%s|%s", r->echoed, r->timerName);
  }
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
}

static void take_complex(int ret, const char *msg, size_t len, void *userData) {
  pthread_mutex_lock(&lock);
  Seen *seen = userData;
  record(seen, ret, msg, len);
  if (ret == 0) {
    const ComplexResponse *r = (const void *)msg;
    snprintf(seen->text, sizeof seen->text, "%s", r->summary);
    seen->numbers[0] = r->itemCount;
    seen->numbers[1] = r->hasNote;
  }
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
}

static void take_schedule(int ret, const char *msg, size_t len, void *userData) {
  pthread_mutex_lock(&lock);
  Seen *seen = userData;
  record(seen, ret, msg, len);
  if (ret == 0) {
    const ScheduleResult *r = (const void *)msg;
    snprintf(seen->text, sizeof seen->text, "%s", r->jobId);
    seen->numbers[0] = r->willRunCount;
    seen->numbers[1] = r->firstRunAtMs;
    seen->numbers[2] = r->effectiveBackoffMs;
  }
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
}

static void take_event(int ret, const char *msg, size_t len, void *userData) {
  pthread_mutex_lock(&lock);
  Seen *seen = userData;
  seen->completions++;
  seen->ret = ret;
  seen->len = len;
  if (ret == 0 && len == sizeof(EchoEvent)) {
    const EchoEvent *e = (const void *)msg;
    snprintf(seen->text, sizeof seen->text, "%s", e->message);
    seen->numbers[0] = e->echoCount;
  }
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
}

// Waits until the callback ran; ten seconds without it are a failure of the whole test.
static void await(Seen *seen) {
  struct timespec limit;
  clock_gettime(CLOCK_REALTIME, &limit);
  limit.tv_sec += 10;
  pthread_mutex_lock(&lock);
  while (seen->completions == 0) {
    if (pthread_cond_timedwait(&changed, &lock, &limit) != 0) {
      fprintf(stderr, "no completion within 10 s\n");
      exit(1);
    }
  }
  pthread_mutex_unlock(&lock);
}

static bool is_complete(const Seen *seen) {
  pthread_mutex_lock(&lock);
  const bool complete = seen->completions > 0;
  pthread_mutex_unlock(&lock);
  return complete;
}

static int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void *create(const char *name) {
  Seen seen = {0};
  void *ctx = my_timer_create((TimerConfig){name}, take_text, &seen);
  await(&seen);
  CHECK(ctx != NULL);
  CHECK(seen.ret == 0);
  return ctx;
}

static void answers_its_version(void *ctx) {
  Seen seen = {0};
  CHECK(my_timer_version(ctx, take_text, &seen) == 0);
  await(&seen);
  CHECK(seen.ret == 0);
  CHECK(strcmp(seen.text, "nim-timer v0.1.0") == 0);
  CHECK(seen.len == strlen("nim-timer v0.1.0"));
}

static void copies_arguments_before_it_returns(void *ctx) {
  Seen seen = {0};
  char message[] = "mine";
  CHECK(my_timer_echo(ctx, take_echo, &seen, (EchoRequest){message, 30}) == 0);
  memset(message, 'x', sizeof message - 1);
  await(&seen);
  CHECK(seen.ret == 0);
  CHECK(seen.len == sizeof(EchoResponse));
  CHECK(strcmp(seen.text, "mine|client") == 0);
}

static void overlapping_echoes_finish_in_order_of_delay(void *ctx) {
  enum { N = 4 };
  static const int64_t delays[N] = {240, 80, 160, 0};
  static const int order[N] = {4, 2, 3, 1};
  Seen seen[N] = {{0}};
  const int64_t start = now_ms();
  for (int i = 0; i < N; i++)
    CHECK(my_timer_echo(ctx, take_echo, &seen[i], (EchoRequest){"m", delays[i]}) == 0);
  // A call that needs no delay does not wait for those that do.
  Seen version = {0};
  CHECK(my_timer_version(ctx, take_text, &version) == 0);
  await(&version);
  CHECK(!is_complete(&seen[0]));
  for (int i = 0; i < N; i++) await(&seen[i]);
  CHECK(now_ms() - start >= 240);
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) CHECK((order[i] < order[j]) == (seen[i].order < seen[j].order));
}

static void every_echo_fires_an_event(void) {
  void *ctx = create("events");
  Seen named = {0}, all = {0}, echo = {0};
  const uint64_t a = my_timer_add_event_listener(ctx, "on_echo_fired", take_event, &named);
  const uint64_t b = my_timer_add_event_listener(ctx, "", take_event, &all);
  CHECK(a != 0 && b != 0 && a != b);
  CHECK(my_timer_echo(ctx, take_echo, &echo, (EchoRequest){"ping", 0}) == 0);
  await(&named);
  await(&all);
  await(&echo);
  CHECK(named.len == sizeof(EchoEvent));
  CHECK(strcmp(named.text, "ping") == 0);
  CHECK(strcmp(all.text, "ping") == 0);
  CHECK(named.numbers[0] == 1);

  CHECK(my_timer_remove_event_listener(ctx, a) == 0);
  CHECK(my_timer_remove_event_listener(ctx, a) != 0);
  Seen again = {0};
  all.completions = 0;
  CHECK(my_timer_echo(ctx, take_echo, &again, (EchoRequest){"pong", 0}) == 0);
  await(&all);
  await(&again);
  CHECK(named.completions == 1);
  CHECK(strcmp(all.text, "pong") == 0);
  CHECK(all.numbers[0] == 2);
  CHECK(my_timer_remove_event_listener(ctx, b) == 0);
  CHECK(my_timer_destroy(ctx) == 0);
}

static void complex_says_what_arrived(void *ctx) {
  EchoRequest messages[] = {{"a", 1}, {"b", 2}};
  const char *tags[] = {"x", "y", "z"};
  Seen full = {0}, bare = {0}, empty_note = {0};
  CHECK(my_timer_complex(ctx, take_complex, &full,
                         (ComplexRequest){messages, 2, tags, 3, 1, "a note", 1, 3}) == 0);
  await(&full);
  CHECK(full.len == sizeof(ComplexResponse));
  CHECK(strcmp(full.text, "received 2 messages, note=a note, retries=3") == 0);
  CHECK(full.numbers[0] == 2 && full.numbers[1] == 1);

  CHECK(my_timer_complex(ctx, take_complex, &bare, (ComplexRequest){0}) == 0);
  await(&bare);
  CHECK(strcmp(bare.text, "received 0 messages, note=<none>, retries=0") == 0);
  CHECK(bare.numbers[0] == 0 && bare.numbers[1] == 0);

  CHECK(my_timer_complex(ctx, take_complex, &empty_note,
                         (ComplexRequest){messages, 1, NULL, 0, 1, "", 1, -1}) == 0);
  await(&empty_note);
  CHECK(strcmp(empty_note.text, "received 1 messages, note=, retries=-1") == 0);
  CHECK(empty_note.numbers[1] == 1);
}

static Seen schedule(void *ctx, JobSpec job, RetryPolicy retry, ScheduleConfig config) {
  Seen seen = {0};
  CHECK(my_timer_schedule(ctx, take_schedule, &seen, job, retry, config) == 0);
  await(&seen);
  CHECK(seen.completions == 1);
  return seen;
}

static void schedule_plans_and_refuses(void *ctx) {
  const char *payload[] = {"p"};
  const char *on[] = {"timeout", "busy"};
  const JobSpec job = {"nightly", payload, 1, 5};
  const RetryPolicy retry = {3, 250, on, 2};
  Seen s = schedule(ctx, job, retry, (ScheduleConfig){1000, 5000, 1, 70});
  CHECK(s.ret == 0 && s.len == sizeof(ScheduleResult));
  CHECK(strcmp(s.text, "client:nightly") == 0);
  CHECK(s.numbers[0] == 12 && s.numbers[1] == 1070 && s.numbers[2] == 250);

  s = schedule(ctx, job, retry, (ScheduleConfig){1000, 0, 0, 70});
  CHECK(s.numbers[0] == 1 && s.numbers[1] == 1000);
  s = schedule(ctx, job, retry, (ScheduleConfig){-5, 100000, 1, -1});
  CHECK(s.numbers[0] == 1 && s.numbers[1] == -6);

  s = schedule(ctx, (JobSpec){"", NULL, 0, 0}, retry, (ScheduleConfig){0});
  CHECK(s.ret == 1 && strcmp(s.text, "job name must not be empty") == 0);
  s = schedule(ctx, job, (RetryPolicy){0, 1, NULL, 0}, (ScheduleConfig){0});
  CHECK(s.ret == 1 && strcmp(s.text, "retry.maxAttempts must be positive") == 0);
  s = schedule(ctx, job, (RetryPolicy){-1, 1, NULL, 0}, (ScheduleConfig){0});
  CHECK(s.ret == 1);
}

static void a_missing_callback_is_refused(void *ctx) {
  CHECK(my_timer_version(ctx, NULL, NULL) == 2);
}

static void destroy_completes_what_is_pending(void) {
  void *ctx = create("short-lived");
  Seen pending = {0}, refused = {0};
  CHECK(my_timer_echo(ctx, take_echo, &pending, (EchoRequest){"late", 60000}) == 0);
  const int64_t start = now_ms();
  CHECK(my_timer_destroy(ctx) == 0);
  await(&pending);
  CHECK(pending.completions == 1 && pending.ret == 1);
  CHECK(now_ms() - start < 10000);
  CHECK(my_timer_version(ctx, take_text, &refused) == 1);
  await(&refused);
  CHECK(refused.ret == 1 && strcmp(refused.text, "context destroyed") == 0);
}

int main(void) {
  void *ctx = create("client");
  answers_its_version(ctx);
  copies_arguments_before_it_returns(ctx);
  overlapping_echoes_finish_in_order_of_delay(ctx);
  every_echo_fires_an_event();
  complex_says_what_arrived(ctx);
  schedule_plans_and_refuses(ctx);
  a_missing_callback_is_refused(ctx);
  CHECK(my_timer_destroy(ctx) == 0);
  destroy_completes_what_is_pending();
  if (failures == 0) printf("the client of the original is content\n");
  return failures != 0;
}
