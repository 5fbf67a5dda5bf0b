// Completion and callbacks: C rows.
#include <string>

#include "properties/faults/edits.h"
#include "properties/faults/faults.h"

namespace fficheck {
namespace {

using Shows = Fault::Shows;

constexpr const char* kCalls = R"(native/ffi_runtime_calls\.c)";
constexpr const char* kRuntime = R"(native/ffi_runtime\.c)";
constexpr const char* kContext = R"(native/ffi_context\.h)";
constexpr const char* kEvents = R"(native/ffi_runtime_events\.c)";
constexpr const char* kHandles = R"(native/ffi_runtime_handles\.c)";
constexpr const char* kHost = R"(native/ffi_runtime_host\.c)";
constexpr const char* kGoCall = R"(go/ffirt/call\.go)";
constexpr const char* kGoSlot = R"(go/ffirt/slot\.go)";
constexpr const char* kGoLift = R"(go/ffirt/lift\.go)";
constexpr const char* kGoHost = R"(go/ffirt/host\.go)";
constexpr const char* kGoClient = R"(go/c\d+\.go)";

/// A library that chains its own handler before the one it finds, as crash reporters and profilers
/// do. SIGURG is what Go stops its own goroutines with.
constexpr const char* kHandler = R"(#include <signal.h>

static struct sigaction before;

static void on_signal(int number, siginfo_t *info, void *at) {
  before.sa_sigaction(number, info, at);
}

__attribute__((constructor)) static void install(void) {
  if (sigaction(SIGURG, NULL, &before) != 0 || !(before.sa_flags & SA_SIGINFO))
    return;
  struct sigaction own = before;
  own.sa_sigaction = on_signal;
  own.sa_flags = SA_SIGINFO | SA_RESTART;
  sigaction(SIGURG, &own, NULL);
}

)";

/// As `if not initialized: initialized = true; start()` in a library whose runtime takes its time
/// to start.
constexpr const char* kStart = R"(#include <time.h>

static bool initialized;

static void initialize(void) {
  initialized = true;
  const struct timespec while_it_starts = {0, 300000};
  nanosleep(&while_it_starts, NULL);
  atomic_store(&chunks[0], calloc(CHUNK, sizeof(Slot)));
}

bool ffi_rt_slot_claim(FFIContext *c) {
  if (!initialized)
    initialize();
)";

/// Results as text, kept by their context until it ends.
constexpr const char* kKeep = R"(struct FFIKept {
  struct FFIKept *next;
  size_t size;
  char bytes[];
};

static const char *keep(FFIContext *c, const char *msg, size_t len) {
  struct FFIKept *kept = ffi_rt_alloc(sizeof *kept + len);
  kept->next = c->kept;
  kept->size = sizeof *kept + len;
  memcpy(kept->bytes, msg, len);
  c->kept = kept;
  return kept->bytes;
}

void ffi_rt_kept_free(FFIContext *c) {
  while (c->kept != NULL) {
    struct FFIKept *kept = c->kept;
    c->kept = kept->next;
    const size_t size = kept->size;
    memset(kept, 0xA5, size);
    ffi_rt_free(kept, size);
  }
}

/* On the context's thread, by whoever moved the call to DONE. */
static void deliver(FFICall *call, int ret, const char *msg, size_t len) {
  FFIContext *c = call->context;
  if (ret == FFI_RET_OK && call->function->form == FFI_FORM_TEXT && len != 0)
    msg = keep(c, msg, len);
)";

/// The handle of whatever context has the slot now.
constexpr const char* kHandleNow = R"(
void *ffi_rt_handle_now(void *handle) {
  const uint32_t index = (uint32_t)(uintptr_t)handle & ((1u << SLOT_BITS) - 1);
  const Slot *slot = slot_at(index);
  if (slot == NULL)
    return NULL;
  const uint64_t serial = atomic_load(&slot->word) >> WORD_SERIAL_SHIFT;
  return (void *)(uintptr_t)(HANDLE_TAG | serial << SLOT_BITS | index);
}

void ffi_rt_slot_close(FFIContext *c) {)";

}  // namespace

std::vector<Fault> completion_faults() {
  return {
      {.id = "C1",
       .target = "go",
       .sentence = "A result is delivered twice.",
       .property = "completion",
       .shows = Shows::NoAnswer,
       .edit = edits::text(kCalls, "  call->callback(ret, msg, len, call->userData);\n",
                           "  call->callback(ret, msg, len, call->userData);\n"
                           "  call->callback(ret, msg, len, call->userData);\n")},
      {.id = "C2",
       .target = "go",
       .sentence = "A listener is freed by its removal while an event is being told to it.",
       .property = "completion",
       .shows = Shows::Crash,
       .edit = edits::text(kEvents,
                           "    if (ffi_rt_on_thread(c)) {\n"
                           "      if (listener->in_use == 0)\n"
                           "        unlink_listener(c, listener);\n"
                           "    } else {\n"
                           "      ++listener->in_use; /* so that its thread leaves it to us */\n"
                           "      while (listener->in_use > 1)\n"
                           "        pthread_cond_wait(&c->told, &c->mutex);\n"
                           "      unlink_listener(c, listener);\n"
                           "    }\n",
                           "    unlink_listener(c, listener);\n"),
       .profile = "completion"},
      {.id = "C3",
       .target = "go",
       .sentence = "A report of progress is taken for the end of the call.",
       .property = "completion",
       .shows = Shows::NoAnswer,
       .edit =
           edits::text(kGoCall, "\tif ret == retProgress {\n\t\tprogress.Add(1)\n\t\treturn\n\t}\n",
                       "\tif ret == retProgress {\n\t\tprogress.Add(1)\n\t}\n"),
       .profile = "completion"},
      {.id = "C4",
       .target = "go",
       .sentence = "The end of a call without result is never told.",
       .property = "balance",
       .shows = Shows::NoAnswer,
       .edit = edits::text(kCalls, "  call->callback(ret, msg, len, call->userData);\n",
                           "  if (call->function->form == FFI_FORM_NONE && !is_create &&\n"
                           "      !call->function->error_is_text)\n"
                           "    return;\n"
                           "  call->callback(ret, msg, len, call->userData);\n")},
      {.id = "C5",
       .target = "go",
       .sentence = "The first of several constructors at once starts the library, the others do "
                   "not wait for it.",
       .property = "concurrency",
       .shows = Shows::Crash,
       .edit =
           edits::all({edits::text(kHandles, "bool ffi_rt_slot_claim(FFIContext *c) {\n", kStart),
                       edits::text(kHandles, "    if (index % CHUNK == 0) {",
                                   "    if (index != 0 && index % CHUNK == 0) {")}),
       .profile = "completion",
       .alone = true},
      {.id = "C6",
       .target = "go",
       .sentence = "Each context leaves a descriptor open.",
       .property = "balance",
       .shows = Shows::Leak,
       .edit = edits::all(
           {edits::text(kRuntime, "#include <string.h>\n",
                        "#include <string.h>\n#include <unistd.h>\n"),
            edits::text(kRuntime, "  FFI_COUNT(live_contexts, 1);\n",
                        "  FFI_COUNT(live_contexts, 1);\n  if (dup(2) < 0)\n    return NULL;\n")})},
      {.id = "C7",
       .target = "go",
       .sentence = "A constructor that fails keeps its context.",
       .property = "teardown",
       .shows = Shows::Leak,
       .edit = edits::text(kRuntime, "  if (failed)\n    close_context(c);\n", ""),
       .profile = "completion",
       .alone = true},
      {.id = "C9",
       .target = "go",
       .sentence = "A panic in a host function is not recovered.",
       .property = "panic",
       .shows = Shows::Crash,
       .edit = edits::text(kGoHost,
                           "\tif r := recover(); r != nil {\n"
                           "\t\ta.state, a.text = failed, fmt.Sprint(\"panic: \", r)\n"
                           "\t} else if a.state == unanswered {\n",
                           "\tif a.state == unanswered {\n"),
       .profile = "completion",
       .alone = true},
      {.id = "C10",
       .target = "go",
       .sentence = "A host function runs on the library's own thread.",
       .property = "non-blocking",
       .shows = Shows::NoAnswer,
       .edit = edits::text(kGoClient, "\t\tgo func() {\n\t\t\tanswer := call.Answer()\n",
                           "\t\tfunc() {\n\t\t\tanswer := call.Answer()\n"),
       .profile = "completion"},
      {.id = "C11",
       .target = "go",
       .sentence = "A call keeps a thread of the operating system until it has ended.",
       .property = "non-blocking",
       .shows = Shows::NoAnswer,
       .edit =
           edits::all({edits::text(kGoCall, "\t\"fmt\"\n", "\t\"fmt\"\n\t\"runtime\"\n"),
                       edits::text(kGoCall, "\tuser := s.arm(",
                                   "\truntime.LockOSThread()\n\tdefer runtime.UnlockOSThread()\n"
                                   "\tuser := s.arm(")}),
       .profile = "completion"},
      {.id = "C12",
       .target = "go",
       .sentence = "The library's signal handler wants no stack of its own.",
       .property = "concurrency",
       .shows = Shows::Crash,
       .edit = edits::text(kRuntime, "#include <string.h>\n#include <time.h>\n",
                           std::string("#include <string.h>\n#include <time.h>\n\n") + kHandler),
       .profile = "completion"},
      {.id = "C13",
       .target = "go",
       .sentence = "Ids of host calls begin anew where a context takes another's slot, and answers "
                   "find their context by the slot.",
       .property = "teardown",
       .edit = edits::all(
           {edits::text(kContext, "  void *handle;\n",
                        "  void *handle;\n  _Atomic uint64_t last_call;\n"),
            edits::text(kContext, "void ffi_rt_slot_close(FFIContext *c);\n",
                        "void ffi_rt_slot_close(FFIContext *c);\n"
                        "void *ffi_rt_handle_now(void *handle);\n"),
            edits::text(kHandles, "\nvoid ffi_rt_slot_close(FFIContext *c) {", kHandleNow),
            edits::text(kHost, "static _Atomic uint64_t last_id;\n", ""),
            edits::text(kHost, "atomic_fetch_add(&last_id, 1)",
                        "atomic_fetch_add(&c->last_call, 1)"),
            edits::text(kHost, "callId && !malformed ? ffi_rt_pin(library, ctx) : NULL",
                        "callId && !malformed ? ffi_rt_pin(library, ffi_rt_handle_now(ctx)) "
                        ": NULL")}),
       .profile = "completion"},
      {.id = "X9",
       .target = "go",
       .sentence = "Host functions run on a pool of 64 goroutines, which those that wait fill up.",
       .property = "non-blocking",
       .shows = Shows::NoAnswer,
       .edit = edits::all(
           {edits::text(kGoHost, "// Answer begins an answer.",
                        "var pool = make(chan struct{}, 64)\n\n"
                        "// Enter waits for a place in the pool and gives what leaves it.\n"
                        "func Enter() func() {\n\tpool <- struct{}{}\n"
                        "\treturn func() { <-pool }\n}\n\n"
                        "// Answer begins an answer."),
            edits::text(kGoClient, "\t\t\tdefer answer.End()\n",
                        "\t\t\tdefer answer.End()\n\t\t\tdefer ffirt.Enter()()\n")}),
       .profile = "completion",
       .alone = true},
      {.id = "X10",
       .target = "go",
       .sentence = "A text is handed over without a copy: it lies in memory of its context.",
       .property = "lifetime",
       .edit = edits::all(
           {edits::text(kContext, "  void *handle;\n",
                        "  void *handle;\n  struct FFIKept *kept;\n"),
            edits::text(kContext, "void ffi_rt_slot_close(FFIContext *c);\n",
                        "void ffi_rt_slot_close(FFIContext *c);\n"
                        "void ffi_rt_kept_free(FFIContext *c);\n"),
            edits::text(kCalls,
                        "/* On the context's thread, by whoever moved the call to DONE. */\n"
                        "static void deliver(FFICall *call, int ret, const char *msg, "
                        "size_t len) {\n"
                        "  FFIContext *c = call->context;\n",
                        kKeep),
            edits::text(kRuntime, "  ffi_rt_host_free(c);\n",
                        "  ffi_rt_host_free(c);\n  ffi_rt_kept_free(c);\n"),
            edits::text(kGoLift, "\t*(*string)(result) = Text(msg, n)\n",
                        "\t*(*string)(result) = unsafe.String((*byte)(msg), n)\n")}),
       .profile = "completion"},
      {.id = "X11",
       .target = "go",
       .sentence = "A call that was given up leaves its slot at once, and its answer reaches "
                   "whoever has that then.",
       .property = "completion",
       .edit = edits::all(
           {edits::text(kGoSlot, "s.state.CompareAndSwap(state, state&^phaseMask|abandoned)",
                        "s.state.CompareAndSwap(state, state&^phaseMask)"),
            edits::text(kGoSlot, "uint64(uint32(s.state.Load()>>phaseBits) + 1)",
                        "s.state.Load() >> phaseBits"),
            edits::text(kGoCall, "\t\t\tif s.abandon() {\n",
                        "\t\t\tif s.abandon() {\n\t\t\t\ts.release()\n")}),
       .profile = "completion",
       .alone = true},
      {.id = "X12",
       .target = "go",
       .sentence = "The library goes on reading its caller's arguments after it accepted a call.",
       .property = "lifetime",
       .edit = edits::all(
           {edits::text(kCalls, "    ffi_rt_own(type, args_of(call), NULL);\n", ""),
            edits::text(kCalls,
                        "  if (call->function->args)\n"
                        "    ffi_rt_disown(call->function->args, args_of(call), NULL);\n",
                        "")}),
       .profile = "completion"},
  };
}

}  // namespace fficheck
