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

/// The context that an action is about; Act::Start may be about more, from this one on.
std::uint32_t* context_of(Action& action) {
  switch (action.act) {
    case Act::Create:
    case Act::Destroy:
    case Act::Host:
    case Act::Release:
    case Act::Forge: return &action.number;
    case Act::Start:
    case Act::Listen: return &action.context;
    case Act::Await:
    case Act::Cancel:
    case Act::Unlisten:
    case Act::Churn:
    case Act::Perturb:
    case Act::Pause: return nullptr;
  }
  return nullptr;
}

bool is_of_group(const Action& action, std::uint32_t group) {
  return (action.act == Act::Start || action.act == Act::Await || action.act == Act::Cancel) &&
         action.number == group;
}

/// Without the calls of a group, and what waits for them.
std::vector<Step> without_group(std::vector<Step> steps, std::uint32_t group) {
  std::erase_if(steps, [&](const Step& step) {
    return step.kind == Step::Kind::Act && is_of_group(step.action, group);
  });
  return steps;
}

std::vector<Step> without_context(const std::vector<Step>& steps, std::uint32_t context) {
  std::vector<Step> out = steps;
  for (Step step : steps) {
    const std::uint32_t* own = step.kind == Step::Kind::Act ? context_of(step.action) : nullptr;
    if (own == nullptr || *own != context) continue;
    if (step.action.act == Act::Start) out = without_group(std::move(out), step.action.number);
  }
  std::erase_if(out, [&](Step& step) {
    const std::uint32_t* own = step.kind == Step::Kind::Act ? context_of(step.action) : nullptr;
    return own != nullptr && *own == context;
  });
  return out;
}

/// What was done with `from` is done with `to`, which is there already.
std::vector<Step> merged(std::vector<Step> steps, std::uint32_t from, std::uint32_t to) {
  std::erase_if(steps, [&](const Step& step) {
    return step.kind == Step::Kind::Act && step.action.act == Act::Create &&
           step.action.number == from;
  });
  for (Step& step : steps) {
    std::uint32_t* own = step.kind == Step::Kind::Act ? context_of(step.action) : nullptr;
    if (own == nullptr || *own != from) continue;
    *own = to;
    step.action.contexts = 1;
  }
  return steps;
}

}  // namespace

std::vector<std::vector<Step>> fewer_actions(const std::vector<Step>& steps) {
  std::vector<std::uint32_t> contexts;
  std::vector<std::vector<Step>> out;
  for (const Step& step : steps)
    if (step.kind == Step::Kind::Act && step.action.act == Act::Create)
      contexts.push_back(step.action.number);
  if (contexts.size() > 1) {
    for (const std::uint32_t context : contexts) out.push_back(without_context(steps, context));
    for (std::size_t i = 1; i < contexts.size(); ++i)
      for (std::size_t j = 0; j < i; ++j) out.push_back(merged(steps, contexts[i], contexts[j]));
  }
  for (const Step& step : steps)
    if (step.kind == Step::Kind::Act && step.action.act == Act::Start)
      out.push_back(without_group(steps, step.action.number));
  std::erase_if(out, [](const std::vector<Step>& rest) { return rest.empty(); });
  return out;
}

std::vector<Step> simpler_actions(const Step& step) { return Simpler(step).run(); }

}  // namespace fficheck
