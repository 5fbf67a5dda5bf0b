#include "harness/core/action_shrink.h"

#include <utility>

#include "harness/core/completion.h"

namespace fficheck {
namespace {

class Simpler {
 public:
  explicit Simpler(const Step& step) : step_(step), action_(step.action) {}

  std::vector<Step> run() && {
    if (action_.act == Act::Start) calls();
    if (action_.act == Act::Churn && action_.callers > 1)
      for (const std::uint32_t n : {1u, 2u, action_.callers / 2})
        if (n > 0 && n < action_.callers) offer([&](Step& s) { s.action.callers = n; });
    if (action_.act == Act::Churn)
      for (const std::uint64_t times : {std::uint64_t{1}, step_.count / 10, step_.count / 2})
        if (times > 0 && times < step_.count) offer([&](Step& s) { s.count = times; });
    if (action_.plan != 0) plan();
    if (action_.late) offer([](Step& s) { s.action.late = false; });
    if (action_.us != 0) offer([](Step& s) { s.action.us = 0; });
    if (action_.act == Act::Host && action_.way > 1) offer([](Step& s) { s.action.way = 1; });
    if (action_.act == Act::Listen && action_.way > 0) offer([](Step& s) { s.action.way = 0; });
    if (step_.seed > 1) offer([](Step& s) { s.seed = 1; });
    return std::move(out_);
  }

 private:
  template <class Change>
  void offer(const Change& change) {
    Step simpler = step_;
    change(simpler);
    out_.push_back(std::move(simpler));
  }

  void calls() {
    if (action_.callers > 1 || action_.calls > 1)
      offer([](Step& s) { s.action.callers = s.action.calls = s.action.contexts = 1; });
    for (const std::uint32_t n : {2u, action_.callers / 8, action_.callers / 2})
      if (n > 1 && n < action_.callers) offer([&](Step& s) { s.action.callers = n; });
    for (const std::uint32_t n : {1u, action_.calls / 8, action_.calls / 2})
      if (n > 0 && n < action_.calls) offer([&](Step& s) { s.action.calls = n; });
    if (action_.contexts > 1) {
      offer([](Step& s) { s.action.contexts = 1; });
      if (action_.contexts > 2) offer([](Step& s) { s.action.contexts = 2; });
    }
  }

  void plan() {
    offer([](Step& s) { s.action.plan = 0; });
    const auto now = unpack_plan(action_.plan);
    if (!now) return;
    const auto with = [&](auto change) {
      TaskPlan p = *now;
      change(p);
      if (!(p == *now)) offer([&](Step& s) { s.action.plan = p == TaskPlan{} ? 0 : pack_plan(p); });
    };
    with([](TaskPlan& p) { p.delay_us = 0; });
    with([](TaskPlan& p) { p.progress = 0; });
    with([](TaskPlan& p) { p.asks = p.first = 0; });
    with([](TaskPlan& p) { p.asks = p.asks > 1 ? 1 : p.asks; });
    with([](TaskPlan& p) { p.events = p.event = 0; });
    with([](TaskPlan& p) { p.events = p.events > 1 ? 1 : p.events; });
    with([](TaskPlan& p) { p.first = 0; });
    with([](TaskPlan& p) { p.event = 0; });
    with([](TaskPlan& p) { p.thread = false; });
    with([](TaskPlan& p) { p.fail = false; });
    with([](TaskPlan& p) { p.hold = false; });
    with([](TaskPlan& p) { p.together = false; });
    with([](TaskPlan& p) { p.delay_us /= 2; });
  }

  const Step& step_;
  const Action& action_;
  std::vector<Step> out_;
};

}  // namespace

std::vector<Step> simpler_actions(const Step& step) { return Simpler(step).run(); }

}  // namespace fficheck
