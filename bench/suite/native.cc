#include "bench/suite/native.h"

#include <deque>

#include "bench/suite/allocations.h"
#include "bench/suite/fixtures.h"
#include "bench/suite/shapes.h"
#include "targets/native/control_caller.h"

namespace fficheck {
namespace {

constexpr std::size_t kInFlight = 64;

/// The loaded library with a context.
struct Native {
  Schema schema;
  std::unique_ptr<CallSlots> slots;
  std::unique_ptr<ControlCaller> caller;

  static Result<std::unique_ptr<Native>> make() {
    FFICHECK_TRY(Schema schema, fixture_schema("shapes.wit"));
    auto out = std::make_unique<Native>(Native{std::move(schema), nullptr, nullptr});
    FFICHECK_TRY(out->slots, CallSlots::create(kInFlight));
    FFICHECK_TRY(const SharedObject object, SharedObject::open(fixture("libshapes.so").string()));
    FFICHECK_TRY(out->caller, ControlCaller::load(object, out->schema, Abi::Native, {"shapes", ""},
                                                  *out->slots));
    const std::string problem = out->caller->create(0);
    if (!problem.empty()) return environment_error("the benchmark library: " + problem);
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
                   })});
  };
  for (const ShapeCall& call : shape_calls()) {
    add(call, "control/call", "floor/hop", call_each);
    if (call.usual) add(call, "control/completion", "floor/ffi-call", call_many);
  }
}

}  // namespace fficheck
