#include "targets/native/control_laws.h"

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/core/value_stream.h"
#include "harness/core/witness.h"

namespace fficheck {
namespace {

/// Calls in flight at once. `repeat` takes two of them for each value.
constexpr std::size_t kWindow = 16;

/// The largest length of at most `most` bytes that does not cut a character.
std::size_t utf8_prefix(const std::string& text, std::size_t most) {
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0u) == 0x80u) --most;
  return most;
}

std::string shorten(std::string text) {
  constexpr std::size_t kMost = 200;
  if (text.size() <= kMost) return text;
  text.resize(utf8_prefix(text, kMost));
  return text + "...";
}

/// One value under way.
struct Trial {
  std::uint64_t index = 0;
  std::vector<Value> args;
  std::uint64_t witness = 0;      ///< of args
  std::optional<Value> expected;  ///< absent where the function has no result
  std::vector<CallSlots::Slot*> slots;
  std::string refused;  ///< not empty: the library did not take a call
};

class Bulk {
 public:
  Bulk(ControlCaller& caller, CallSlots& slots, const BulkRequest& request)
      : caller_(caller),
        schema_(caller.schema()),
        function_(schema_.functions()[request.function]),
        slots_(slots),
        request_(request) {}

  Result<void> check_request() const {
    if (caller_.context() == nullptr) return input_error("the schema was never opened");
    if (function_.name == "create") return input_error("`create` is called by open only");
    const Role role = schema_.role(function_);
    const auto needs = [&](bool holds) -> Result<void> {
      if (holds) return {};
      return input_error(std::string(bulk_law_name(request_.law)) + " does not fit " +
                         function_.name);
    };
    switch (request_.law) {
      case BulkLaw::Consume: return needs(role == Role::Consume);
      case BulkLaw::Produce: return needs(role == Role::Produce);
      case BulkLaw::Echo: return needs(role == Role::Echo);
      case BulkLaw::Errors:
        return needs(function_.result && schema_.type(*function_.result).kind == Kind::Result);
      case BulkLaw::Repeat:
      case BulkLaw::Call: return {};
    }
    return {};
  }

  BulkOutcome run() {
    std::deque<Trial> in_flight;
    const std::uint64_t strays = slots_.strays();
    const std::uint64_t end = request_.first + request_.count;
    for (std::uint64_t i = request_.first; i != end && !outcome_.failed; ++i) {
      in_flight.push_back(begin(i));
      if (in_flight.size() * per_trial() < kWindow) continue;
      finish(in_flight.front());
      in_flight.pop_front();
    }
    for (; !in_flight.empty(); in_flight.pop_front()) finish(in_flight.front());
    if (slots_.strays() != strays && !outcome_.failed) {
      outcome_.failed = request_.first;
      outcome_.detail = "a result callback came for a call that was already completed";
    }
    return std::move(outcome_);
  }

 private:
  [[nodiscard]] bool repeats() const { return request_.law == BulkLaw::Repeat; }
  [[nodiscard]] std::size_t per_trial() const { return repeats() ? 2 : 1; }
  [[nodiscard]] bool produces() const { return request_.law == BulkLaw::Produce; }

  /// Draws the arguments, works out what must come back, and calls.
  Trial begin(std::uint64_t index) {
    Trial trial;
    trial.index = index;
    const std::uint64_t seed = value_seed(request_.seed, index);
    if (produces())
      trial.args.push_back(Value::natural(seed));
    else
      trial.args = stream_args(schema_, function_, seed, caller_.limits());
    trial.witness = witness_args(schema_, function_, trial.args);
    trial.expected = expected_result(schema_, function_, trial.args, caller_.limits());
    const bool digests_result = produces() && trial.expected;
    outcome_.digest +=
        digests_result ? witness(schema_, *function_.result, *trial.expected) : trial.witness;
    if (trial.expected && schema_.type(*function_.result).kind == Kind::Result)
      outcome_.errs += trial.expected->as<Choice>().index;

    CallSlots::Slot* slot = slots_.acquire();
    caller_.lower(*slot, request_.function, trial.args);
    trial.slots.push_back(slot);
    trial.refused = caller_.start(*slot, request_.function);
    if (repeats() && trial.refused.empty()) {
      // The same object again, while the first call may still be under way.
      CallSlots::Slot* second = slots_.acquire();
      second->params = slot->params;
      trial.slots.push_back(second);
      trial.refused = caller_.start(*second, request_.function);
      if (!trial.refused.empty()) slots_.wait(*slot);
    } else if (!repeats()) {
      // The library has its own copy by now.
      slot->arena.poison();
    }
    return trial;
  }

  void finish(Trial& trial) {
    std::string problem = trial.refused;
    if (problem.empty()) {
      for (CallSlots::Slot* slot : trial.slots) slots_.wait(*slot);
      for (CallSlots::Slot* slot : trial.slots)
        if (problem.empty()) problem = judge(trial, *slot);
      if (problem.empty() && repeats()) problem = judge_arguments(trial);
    }
    for (CallSlots::Slot* slot : trial.slots) slots_.release(*slot);
    if (problem.empty()) {
      ++outcome_.held;
    } else if (!outcome_.failed) {
      outcome_.failed = trial.index;
      outcome_.detail = function_.name + ": " + problem;
    }
  }

  [[nodiscard]] std::string judge(const Trial& trial, const CallSlots::Slot& slot) const {
    const Result<std::optional<Value>> seen = caller_.outcome(slot, request_.function);
    if (!seen) return seen.error().text();
    if (!trial.expected) return seen.value() ? "a result where there is none" : std::string();
    if (!seen.value()) return "no result";
    const TypeId type = *function_.result;
    if (witness(schema_, type, *trial.expected) == witness(schema_, type, *seen.value())) return {};
    return difference(type, *trial.expected, *seen.value());
  }

  [[nodiscard]] std::string judge_arguments(const Trial& trial) const {
    const auto after = caller_.lift_args(*trial.slots.front(), request_.function);
    if (!after) return "the caller's own arguments after the calls: " + after.error().text();
    if (witness_args(schema_, function_, after.value()) == trial.witness) return {};
    return "the caller's own arguments have changed";
  }

  [[nodiscard]] std::string difference(TypeId type, const Value& expected,
                                       const Value& seen) const {
    const auto found = first_difference(schema_, type, expected, seen);
    if (!found) return "witnesses differ";
    return "result" + found->path + ": expected " + shorten(found->expected) + ", seen " +
           shorten(found->seen);
  }

  ControlCaller& caller_;
  const Schema& schema_;
  const Function& function_;
  CallSlots& slots_;
  const BulkRequest& request_;
  BulkOutcome outcome_;
};

}  // namespace

Result<BulkOutcome> run_bulk(ControlCaller& caller, CallSlots& slots, const BulkRequest& request) {
  Bulk bulk(caller, slots, request);
  FFICHECK_CHECK(bulk.check_request());
  return bulk.run();
}

}  // namespace fficheck
