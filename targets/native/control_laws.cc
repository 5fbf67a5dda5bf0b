#include "targets/native/control_laws.h"

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/core/witness.h"
#include "harness/run/trial.h"

namespace fficheck {
namespace {

/// Calls in flight at once. `repeat` takes two of them for each value.
constexpr std::size_t kWindow = 16;

/// One value under way.
struct Pending : Trial {
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
    return check_law_fits(schema_, function_, request_.law);
  }

  BulkOutcome run() {
    std::deque<Pending> in_flight;
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

  /// Draws the arguments, works out what must come back, and calls.
  Pending begin(std::uint64_t index) {
    Pending trial{
        make_trial(schema_, function_, request_.law, request_.seed, index, caller_.limits()),
        {},
        {}};
    outcome_.digest += trial.digest;
    outcome_.errs += trial.errs;

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

  void finish(Pending& trial) {
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

  [[nodiscard]] std::string judge(Pending& trial, const CallSlots::Slot& slot) const {
    const Result<std::optional<Value>> seen = caller_.outcome(slot, request_.function);
    if (!seen) return seen.error().text();
    // Of `repeat`, the first answer is what the second must be.
    if (repeats() && &slot == trial.slots.front()) trial.expected = seen.value();
    return judge_answer(schema_, function_, trial, seen.value());
  }

  [[nodiscard]] std::string judge_arguments(const Pending& trial) const {
    const auto after = caller_.lift_args(*trial.slots.front(), request_.function);
    if (!after) return "the caller's own arguments after the calls: " + after.error().text();
    if (witness_args(schema_, function_, after.value()) == trial.witness) return {};
    return "the caller's own arguments have changed";
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
