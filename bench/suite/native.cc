#include "bench/suite/native.h"

#include <atomic>
#include <cstring>
#include <deque>

#include "bench/suite/allocations.h"
#include "bench/suite/fixtures.h"
#include "bench/suite/shapes.h"
#include "targets/native/control_caller.h"

namespace fficheck {
namespace {

constexpr std::size_t kInFlight = 64;

/// What the library calls in this process, without any binding: FFIHostFn and FFICallback.
struct HostCalls {
  using Complete = int (*)(void* context, std::uint64_t call, int ret, const char* msg,
                           std::size_t len);
  using Register = int (*)(void* context, const char* name,
                           void (*function)(std::uint64_t, const char*, std::size_t, void*),
                           void* user_data);
  using Listen = std::uint64_t (*)(void* context, const char* name,
                                   void (*callback)(int, const char*, std::size_t, void*),
                                   void* user_data);
  void* context = nullptr;
  Complete complete = nullptr;
  std::atomic<std::uint64_t> events{0};

  static void nothing(std::uint64_t call, const char* /*req*/, std::size_t /*len*/, void* self) {
    answer(self, call, nullptr, 0);
  }
  static void next(std::uint64_t call, const char* req, std::size_t /*len*/, void* self) {
    std::uint64_t number = 0;
    std::memcpy(&number, req, sizeof number);
    ++number;
    answer(self, call, reinterpret_cast<const char*>(&number), sizeof number);
  }
  static void text(std::uint64_t call, const char* req, std::size_t len, void* self) {
    answer(self, call, req, len);
  }
  static void event(int /*ret*/, const char* /*msg*/, std::size_t /*len*/, void* self) {
    auto& calls = *static_cast<HostCalls*>(self);
    calls.events.fetch_add(1);
    calls.events.notify_one();
  }

  Result<void> connect(const SharedObject& library, void* of) {
    context = of;
    FFICHECK_TRY(void* completes, library.symbol("shapes_host_complete"));
    FFICHECK_TRY(void* registers, library.symbol("shapes_register_host_fn"));
    FFICHECK_TRY(void* listens, library.symbol("shapes_add_event_listener"));
    complete = reinterpret_cast<Complete>(completes);
    const auto add = reinterpret_cast<Register>(registers);
    const int refused = add(context, "nothing", nothing, this) + add(context, "next", next, this) +
                        add(context, "text", text, this);
    const auto listen = reinterpret_cast<Listen>(listens);
    if (refused != 0 || listen(context, "on_tick", event, this) == 0)
      return environment_error("the benchmark library refuses its host's functions");
    return {};
  }

 private:
  static void answer(void* self, std::uint64_t call, const char* msg, std::size_t len) {
    const auto& calls = *static_cast<const HostCalls*>(self);
    calls.complete(calls.context, call, 0, msg, len);
  }
};

/// The loaded library with a context.
struct Native {
  Schema schema;
  std::unique_ptr<CallSlots> slots;
  std::unique_ptr<ControlCaller> caller;
  std::unique_ptr<HostCalls> host;

  static Result<std::unique_ptr<Native>> make() {
    FFICHECK_TRY(Schema schema, fixture_schema("shapes.wit"));
    auto out = std::make_unique<Native>(
        Native{std::move(schema), nullptr, nullptr, std::make_unique<HostCalls>()});
    FFICHECK_TRY(out->slots, CallSlots::create(kInFlight));
    FFICHECK_TRY(const SharedObject object, SharedObject::open(fixture("libshapes.so").string()));
    FFICHECK_TRY(out->caller, ControlCaller::load(object, out->schema, Abi::Native, {"shapes", ""},
                                                  *out->slots));
    const std::string problem = out->caller->create(0);
    if (!problem.empty()) return environment_error("the benchmark library: " + problem);
    FFICHECK_CHECK(out->host->connect(object, out->caller->context()));
    return out;
  }

  /// Starts a call; empty, or why not.
  std::string start(CallSlots::Slot* slot, std::uint32_t function, const std::vector<Value>& args) {
    caller->lower(*slot, function, args);
    return caller->start(*slot, function);
  }
  std::string finish(CallSlots::Slot* slot, std::uint32_t function) {
    slots->wait(*slot);
    const Result<std::optional<Value>> outcome = caller->outcome(*slot, function);
    slots->release(*slot);
    return outcome ? std::string() : outcome.error().text();
  }
};

using LazyNative = std::shared_ptr<Lazy<Native>>;

/// One call at a time: down, the library's thread, and back.
Result<Measured> call_each(Native& native, const ShapeCall& call, std::uint64_t n) {
  FFICHECK_TRY(const std::uint32_t function, function_index(native.schema, call.function));
  return timed_or(n, [&]() -> std::string {
    CallSlots::Slot* slot = native.slots->acquire();
    std::string problem = native.start(slot, function, call.args);
    return problem.empty() ? native.finish(slot, function) : problem;
  });
}

/// kInFlight calls at a time.
Result<Measured> call_many(Native& native, const ShapeCall& call, std::uint64_t n) {
  FFICHECK_TRY(const std::uint32_t function, function_index(native.schema, call.function));
  std::deque<CallSlots::Slot*> flying;
  std::string problem;
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < n && problem.empty(); ++i) {
    if (flying.size() == kInFlight) {
      problem = native.finish(flying.front(), function);
      flying.pop_front();
    }
    flying.push_back(native.slots->acquire());
    if (problem.empty()) problem = native.start(flying.back(), function, call.args);
  }
  for (CallSlots::Slot* slot : flying)
    if (std::string late = native.finish(slot, function); problem.empty()) problem = late;
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
  if (!problem.empty()) return input_error(problem);
  return Measured{.ns = took.count()};
}

/// The library asks, or tells, n times: once for each thousand calls from outside.
Result<Measured> asked(Native& native, const std::string& function, const std::vector<Value>& rest,
                       std::uint64_t n) {
  constexpr std::uint64_t kAtOnce = 1000;
  FFICHECK_TRY(const std::uint32_t index, function_index(native.schema, function));
  native.host->events = 0;
  std::string problem;
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t left = n; left != 0 && problem.empty();) {
    const std::uint64_t now = std::min(left, kAtOnce);
    std::vector<Value> args{Value::natural(now)};
    args.insert(args.end(), rest.begin(), rest.end());
    CallSlots::Slot* slot = native.slots->acquire();
    problem = native.start(slot, index, args);
    if (problem.empty()) problem = native.finish(slot, index);
    left -= now;
  }
  if (function == "fire" && problem.empty())
    for (std::uint64_t told = native.host->events; told != n; told = native.host->events)
      native.host->events.wait(told);
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
  if (!problem.empty()) return input_error(problem);
  return Measured{.ns = took.count()};
}

}  // namespace

void add_native_benches(std::vector<Bench>& out) {
  const auto native = std::make_shared<Lazy<Native>>(Native::make);
  const auto add = [&](const ShapeCall& call, const std::string& mechanism,
                       const std::string& floor, auto run) {
    out.push_back({.name = call.name(mechanism),
                   .floor = call.floor(floor),
                   .run = counting_once([native, &call, run](std::uint64_t n) -> Result<Measured> {
                     FFICHECK_TRY(Native * loaded, native->get());
                     return run(*loaded, call, n);
                   }),
                   .one_processor = true});
  };
  for (const ShapeCall& call : shape_calls()) {
    add(call, "control/call", "floor/hop", call_each);
    if (call.usual) add(call, "control/completion", "floor/ffi-call", call_many);
  }
  const auto add_asked = [&](const std::string& name, const std::string& floor,
                             const std::string& function, const std::vector<Value>& rest) {
    out.push_back(
        {.name = "control/" + name,
         .floor = floor,
         .run = counting_once([native, function, rest](std::uint64_t n) -> Result<Measured> {
           FFICHECK_TRY(Native * loaded, native->get());
           return asked(*loaded, function, rest, n);
         }),
         .one_processor = true});
  };
  add_asked("host/none/-", "floor/c-call", "ask-nothing", {});
  add_asked("host/scalar/both", "floor/c-call", "ask-next", {});
  add_asked("host/string-1KiB/both", "floor/c-call+2*floor/memcpy-1KiB", "ask-text",
            {Value::string(text_of(1024))});
  add_asked("event/record/argument", "floor/c-call", "fire", {});
}

}  // namespace fficheck
