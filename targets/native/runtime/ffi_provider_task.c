/* Tasks: calls that do what their plan says. docs/completion.md, section 1. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include <pthread.h>
#include <string.h>

#include "ffi_library.h"

#define PLAN_TAG UINT64_C(0xF1C0DE50)
#define DESTROYED "context destroyed"
#define HOST_ERROR "host error: "

enum { MOST_ASKS = 3 };

typedef struct {
  uint32_t delay_us, progress, asks, first, events, event;
  bool thread, fail, hold, together;
} Plan;

typedef struct Task Task;

typedef struct {
  Task *task;
  bool failed;
  uint64_t witness;
  char *text; /* owned; NULL where it is empty */
  size_t len;
} Ask;

struct Task {
  Task *next; /* in the queue of the other thread */
  FFICall *call;
  const void *args;
  const FFILibrary *library;
  Plan plan;
  uint64_t witness;
  uint32_t asked, answered;
  Ask asks[MOST_ASKS];
};

static bool read_plan(uint64_t number, Plan *plan) {
  if (number >> 32 != PLAN_TAG)
    return false;
  plan->delay_us = (uint32_t)(number & 0xFFFF);
  plan->progress = (uint32_t)(number >> 16 & 3);
  plan->asks = (uint32_t)(number >> 18 & 3);
  plan->first = (uint32_t)(number >> 20 & 7);
  plan->events = (uint32_t)(number >> 23 & 3);
  plan->event = (uint32_t)(number >> 25 & 7);
  plan->thread = number >> 28 & 1;
  plan->fail = number >> 29 & 1;
  plan->hold = number >> 30 & 1;
  plan->together = number >> 31 & 1;
  return true;
}

/* ---- Imports ---- */

static uint32_t count_imports(const FFILibrary *library, bool events) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < library->import_count; ++i)
    n += (library->imports[i].is_event != 0) == events;
  return n;
}

/* The k-th import of that sort. */
static uint32_t nth_import(const FFILibrary *library, bool events, uint32_t k) {
  uint32_t i = 0;
  for (;; ++i)
    if ((library->imports[i].is_event != 0) == events && k-- == 0)
      return i;
}

/* Arguments from the stream; NULL where there are none. */
static void *make_args(const Task *task, const FFIType *type, uint64_t index) {
  if (type == NULL)
    return NULL;
  void *args = ffi_rt_alloc(type->size);
  memset(args, 0, type->size);
  FFIStream stream = ffi_rt_stream(ffi_rt_value_seed(task->witness, index), task->library->no_nul);
  ffi_rt_gen_args(&stream, type, args);
  return args;
}

static void free_args(const FFIType *type, void *args) {
  if (type == NULL)
    return;
  ffi_rt_disown(type, args, NULL);
  ffi_rt_free(args, type->size);
}

static void fire_events(const Task *task) {
  const uint32_t count = count_imports(task->library, true);
  for (uint32_t i = 0; count != 0 && i < task->plan.events; ++i) {
    const uint32_t import = nth_import(task->library, true, (task->plan.event + i) % count);
    const FFIType *type = task->library->imports[import].args;
    void *args = make_args(task, type, 16 + i);
    ffi_rt_fire(task->library, ffi_call_context(task->call), import, args);
    free_args(type, args);
  }
}

/* ---- The end of a task ---- */

static void task_free(Task *task) {
  for (uint32_t i = 0; i < MOST_ASKS; ++i)
    if (task->asks[i].text != NULL)
      ffi_rt_free(task->asks[i].text, task->asks[i].len);
  ffi_rt_free(task, sizeof *task);
}

static void fail(Task *task, const char *text, size_t len) {
  FFICall *call = task->call;
  task_free(task);
  ffi_call_fail(call, text, len);
}
#define FAIL(task, text) fail((task), (text), sizeof(text) - 1)

static uint64_t absorb(uint64_t h, uint64_t x) {
  h = (h ^ x) * UINT64_C(0x9FB21C651E98DF25);
  return h ^ h >> 32;
}

/* From any thread. */
static void answer(Task *task) {
  FFICall *call = task->call;
  const FFIFunction *f = ffi_rt_function(call);
  if (ffi_rt_witness_args(f->args, task->args) != task->witness) {
    FAIL(task, "arguments changed");
    return;
  }
  if (task->plan.fail) {
    FAIL(task, "task failed");
    return;
  }
  uint64_t h = task->witness;
  for (uint32_t i = 0; i < task->plan.asks; ++i)
    h = absorb(h, task->asks[i].witness);
  const bool creates = f == task->library->create;
  task_free(task);
  if (creates)
    ffi_rt_reply(call, NULL);
  else
    ffi_provide_value(call, h);
}

/* One thread of the callee's own that answers what it is given, started when it is first needed. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static Task *queue, **queue_tail = &queue;
static bool started;

static void *other_thread(void *unused) {
  (void)unused;
  for (;;) {
    pthread_mutex_lock(&mutex);
    while (queue == NULL)
      pthread_cond_wait(&wake, &mutex);
    Task *task = queue;
    queue = task->next;
    if (queue == NULL)
      queue_tail = &queue;
    pthread_mutex_unlock(&mutex);
    answer(task);
  }
  return NULL;
}

static bool hand_over(Task *task) {
  pthread_mutex_lock(&mutex);
  if (!started) {
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 4 << 20); /* results go by value, up to 1 MiB each */
    started = pthread_create(&thread, &attributes, other_thread, NULL) == 0;
    pthread_attr_destroy(&attributes);
  }
  if (started) {
    task->next = NULL;
    *queue_tail = task;
    queue_tail = &task->next;
    pthread_cond_signal(&wake);
  }
  const bool done = started;
  pthread_mutex_unlock(&mutex);
  return done;
}

static void after_delay(void *arg, int cancelled) {
  Task *task = arg;
  if (cancelled) {
    FAIL(task, DESTROYED);
    return;
  }
  for (uint32_t i = 1; i < task->plan.progress; ++i)
    ffi_call_progress(task->call, NULL, 0);
  if (!task->plan.thread || !hand_over(task))
    answer(task);
}

static void delay(Task *task) {
  /* A call on hold waits for the end of the context, which cancels its timer. */
  const int64_t ns = task->plan.hold ? INT64_MAX : (int64_t)task->plan.delay_us * 1000;
  if (ns == 0)
    after_delay(task, 0);
  else if (ffi_rt_timer_start(ffi_call_context(task->call), ns, after_delay, task) != 0)
    FAIL(task, DESTROYED);
}

/* ---- Host functions ---- */

static void fail_by_host(Task *task, const Ask *ask) {
  const size_t len = sizeof HOST_ERROR - 1 + ask->len;
  char *text = ffi_rt_alloc(len);
  memcpy(text, HOST_ERROR, sizeof HOST_ERROR - 1);
  if (ask->len)
    memcpy(text + sizeof HOST_ERROR - 1, ask->text, ask->len);
  fail(task, text, len);
  ffi_rt_free(text, len);
}

static void ask_more(Task *task);

static void after_answer(Task *task) {
  const bool failed = task->asks[task->answered - 1].failed;
  if (!task->plan.together && !failed && task->asked < task->plan.asks) {
    ask_more(task);
    return;
  }
  if (task->answered < task->asked)
    return;
  for (uint32_t i = 0; i < task->asked; ++i) {
    if (task->asks[i].failed) {
      fail_by_host(task, &task->asks[i]);
      return;
    }
  }
  if (task->asked < task->plan.asks)
    FAIL(task, DESTROYED); /* the rest was refused */
  else
    delay(task);
}

static void on_answer(void *arg, int ret, const char *msg, size_t len) {
  Ask *ask = arg;
  Task *task = ask->task;
  const uint32_t count = count_imports(task->library, false);
  const uint32_t index = (uint32_t)(ask - task->asks);
  const FFIImport *import = &task->library->imports[nth_import(task->library, false, (task->plan.first + index) % count)];
  ask->failed = ret != FFI_RET_OK;
  ask->witness = FFI_WITNESS_START;
  if (ask->failed && len) {
    ask->text = ffi_rt_alloc(len);
    ask->len = len;
    memcpy(ask->text, msg, len);
  } else if (!ask->failed && import->answer_form == FFI_FORM_TEXT) {
    const FFIString text = {msg, len};
    ffi_rt_witness(&ffi_rt_string, &text, NULL, &ask->witness);
  } else if (!ask->failed && import->answer_form == FFI_FORM_VALUE) {
    ffi_rt_witness(import->ok, msg, NULL, &ask->witness);
  }
  ++task->answered;
  after_answer(task);
}

/* The next one, or all at once. Each has exactly one answer, later, unless the context is destroyed. */
static void ask_more(Task *task) {
  const uint32_t count = count_imports(task->library, false);
  const uint32_t until = task->plan.together ? task->plan.asks : task->asked + 1;
  bool refused = false;
  while (task->asked < until && !refused) {
    Ask *ask = &task->asks[task->asked];
    ask->task = task;
    const uint32_t import = nth_import(task->library, false, (task->plan.first + task->asked) % count);
    const FFIType *type = task->library->imports[import].args;
    void *args = make_args(task, type, task->asked);
    refused = ffi_rt_host_call(task->library, ffi_call_context(task->call), import, args, on_answer, ask) != 0;
    free_args(type, args);
    if (!refused)
      ++task->asked;
  }
  if (!refused)
    return;
  /* Those asked before have an answer on its way, or fail soon; without any there is nobody to wait for. */
  if (task->answered == task->asked)
    FAIL(task, DESTROYED);
}

void ffi_provide_task(FFICall *call, const void *args) {
  const FFILibrary *library = ffi_rt_library(call);
  const bool creates = ffi_rt_function(call) == library->create;
  uint64_t number;
  Plan plan;
  memcpy(&number, args, sizeof number); /* the first member of the arguments' struct */
  if (!read_plan(number, &plan)) {
    if (creates)
      ffi_provide_create(call, args);
    else
      ffi_provide_call(call, args);
    return;
  }
  if (creates) {
    plan.asks = plan.events = 0;
    plan.hold = false;
  } else if (count_imports(library, false) == 0) {
    plan.asks = 0;
  }
  Task *task = ffi_rt_alloc(sizeof *task);
  memset(task, 0, sizeof *task);
  task->call = call;
  task->args = args;
  task->library = library;
  task->plan = plan;
  task->witness = ffi_provide_witness(call, args);
  if (plan.progress)
    ffi_call_progress(call, NULL, 0);
  fire_events(task);
  if (plan.asks)
    ask_more(task);
  else
    delay(task);
}
