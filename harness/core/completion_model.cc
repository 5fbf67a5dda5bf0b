#include "harness/core/completion_model.h"

#include <algorithm>
#include <array>
#include <set>

#include "harness/core/completion_timeline.h"
#include "harness/core/witness.h"

namespace fficheck {
namespace {

/// Calls whose arguments and events are made again to check a digest.
constexpr std::uint64_t kDigested = 64;
/// Threads that a process may have beside those of its contexts.
constexpr std::uint64_t kThreads = 256;

bool is_bad(HostWay way) {
  return way == HostWay::None || way == HostWay::Error || way == HostWay::Panic;
}

/// What a group's calls may end with.
struct Allowed {
  bool right = false;
  bool destroyed = false;
  bool host = false;
  bool cancelled = false;
};

class Judge {
 public:
  Judge(const Schema& schema, const std::vector<Step>& steps, const std::vector<StepSeen>& seen,
        const ModelLimits& target, StreamLimits limits)
      : schema_(schema),
        steps_(steps),
        seen_(seen),
        target_(target),
        limits_(limits),
        time_(schema) {
    for (std::size_t i = 0; i < steps.size(); ++i) time_.add(steps[i], i);
  }

  std::optional<ModelProblem> run() {
    // What is stuck ends its script, so that all else follows from it.
    for (std::size_t i = 0; i < steps_.size(); ++i)
      if (seen_[i].count("stuck") != 0) return ModelProblem{i, common(seen_[i])};
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      std::string problem = common(seen_[i]);
      if (problem.empty()) problem = step(i);
      if (!problem.empty()) return ModelProblem{i, std::move(problem)};
    }
    return std::nullopt;
  }

 private:
  static std::string expected(const std::string& what, const std::string& wanted,
                              std::uint64_t seen) {
    return what + ": expected " + wanted + ", seen " + std::to_string(seen);
  }
  static std::string exactly(const std::string& what, std::uint64_t wanted, std::uint64_t seen) {
    return wanted == seen ? std::string() : expected(what, std::to_string(wanted), seen);
  }

  /// What must never be seen of any step.
  static std::string common(const StepSeen& seen) {
    static constexpr std::array<std::pair<const char*, const char*>, 6> kNever = {{
        {"wrong", "what must not happen"},
        {"pending", "calls that never ended"},
        {"again", "calls that ended more than once"},
        {"accepted_bad", "answers that should have been dropped and were accepted"},
        {"after", "events after the listener was removed"},
        {"stuck", "waits that did not end within the limit"},
    }};
    for (const auto& [key, text] : kNever) {
      const std::uint64_t count = seen.count(key);
      if (count == 0) continue;
      return expected(text, "0", count) + (seen.detail.empty() ? "" : " (" + seen.detail + ")");
    }
    return {};
  }

  std::string step(std::size_t at) const {
    const Step& step = steps_[at];
    const StepSeen& seen = seen_[at];
    const Action& a = step.action;
    switch (a.act) {
      case Act::Create:
      case Act::Churn: {
        const std::uint64_t times = a.act == Act::Churn ? step.count : 1;
        const bool makes = time_.makes(step);
        return exactly(makes ? "contexts made" : "constructors that failed", times,
                       seen.count(makes ? "ok" : "failed"));
      }
      case Act::Destroy: {
        const bool first = context(a.number).ended == at;
        return exactly("code of destroy", first ? 0 : 1, seen.count("code"));
      }
      case Act::Start: return group(time_.groups().at(a.number), seen);
      case Act::Host:
        if (std::string problem =
                exactly("code of register", ended_before(a.number, at) ? 1 : 0, seen.count("code"));
            !problem.empty())
          return problem;
        return host(a.number, seen);
      case Act::Release:
        if (!target_.raw_answers) return {};  // a binding hides what becomes of an answer
        if (ended_before(a.number, at))
          return exactly("answers accepted after the context's end", 0, seen.count("accepted"));
        return exactly("answers dropped", 0, seen.count("dropped"));
      case Act::Listen: return listener(time_.listeners().at(a.number), at, seen);
      case Act::Unlisten: return unlisten(time_.listeners().at(a.number), at, seen);
      case Act::Forge: return exactly("forged answers accepted", 0, seen.count("accepted"));
      case Act::Await: return threads(seen);
      case Act::Cancel:
      case Act::Perturb:
      case Act::Pause: return {};
    }
    return {};
  }

  /// However many calls are pending: contexts have one each, and the caller some of its own.
  [[nodiscard]] std::string threads(const StepSeen& seen) const {
    const std::uint64_t most = kThreads + time_.contexts().size();
    if (seen.count("threads") <= most) return {};
    return expected("threads of the operating system", "at most " + std::to_string(most),
                    seen.count("threads"));
  }

  [[nodiscard]] const Timeline::Context& context(std::uint32_t number) const {
    return time_.contexts().at(number);
  }
  [[nodiscard]] bool ended_before(std::uint32_t number, std::size_t at) const {
    return context(number).ended < at;
  }

  // ---- Calls ----

  /// What calls on one context may end with.
  Allowed allowed(const Timeline::Group& group, std::uint32_t number) const {
    Allowed out;
    out.cancelled = group.cancelled < group.done;
    if (ended_before(number, group.begun)) {
      out.destroyed = true;
      return out;
    }
    const std::size_t end = context(number).ended;
    const bool disturbed = group.done == Timeline::kNever || end < group.done;
    out.destroyed = disturbed;
    if (group.plan && group.plan->hold) return out;
    out.right = true;
    bool first = true;
    for (const std::uint32_t import : time_.asked(group)) {
      const auto ways = time_.ways(number, import, group.begun, group.done);
      const bool bare = time_.bare(number, import, group.begun, group.done);
      bool good = false;
      for (const Timeline::Host* host : ways) {
        if (is_bad(host->way)) out.host = true;
        // An inner call that the end of the context stopped is an error of the host function.
        if (host->way == HostWay::Call && disturbed) out.host = true;
        const bool held =
            host->way == HostWay::Hold && end != Timeline::kNever && end < host->released;
        good = good || (!is_bad(host->way) && !held);
      }
      out.host = out.host || bare;
      // Those asked later may not be asked at all: an earlier one's declared err ends the call.
      if (!good && first) out.right = false;
      first = false;
    }
    return out;
  }

  std::string group(const Timeline::Group& group, const StepSeen& seen) const {
    const Action& a = group.step->action;
    const std::uint64_t total = std::uint64_t{a.callers} * a.calls;
    Allowed all;
    for (std::uint32_t c = a.context; c < a.context + a.contexts; ++c) {
      if (time_.calls_on(group, c) == 0) continue;
      const Allowed one = allowed(group, c);
      all.right = all.right || one.right;
      all.destroyed = all.destroyed || one.destroyed;
      all.host = all.host || one.host;
      all.cancelled = all.cancelled || one.cancelled;
    }
    const std::array<std::pair<const char*, bool>, 4> ends = {{{"right", all.right},
                                                               {"destroyed", all.destroyed},
                                                               {"host", all.host},
                                                               {"cancelled", all.cancelled}}};
    std::uint64_t sum = 0;
    for (const auto& [key, may] : ends) {
      const std::uint64_t count = seen.count(key);
      sum += count;
      if (!may && count != 0)
        return expected(std::string("calls that ended `") + key + "`", "0", count);
    }
    if (sum != total) return expected("calls that ended", std::to_string(total), sum);
    return numbers(group, seen, total);
  }

  /// Progress and the arguments' digest.
  std::string numbers(const Timeline::Group& group, const StepSeen& seen,
                      std::uint64_t total) const {
    const Function& f = schema_.functions()[group.function];
    const std::uint64_t progress = group.plan ? group.plan->progress * total : 0;
    const bool settled = seen.count("right") == total && time_.asked(group).empty();
    if (target_.counts_progress && (settled || seen.count("progress") > progress)) {
      if (std::string problem = exactly("progress", progress, seen.count("progress"));
          !problem.empty())
        return problem;
    }
    if (total > kDigested) return {};
    std::uint64_t digest = 0;
    for (std::uint64_t i = 0; i < total; ++i)
      digest += witness_args(schema_, f, start_args(schema_, f, *group.step, i, limits_));
    if (digest == seen.count("digest")) return {};
    return expected("digest of the arguments", std::to_string(digest), seen.count("digest"));
  }

  // ---- Host functions ----

  /// Whether a call that asks may have been stopped by the end of the context.
  [[nodiscard]] bool asks_disturbed(std::uint32_t number) const {
    for (const auto& [id, group] : time_.groups()) {
      if (time_.calls_on(group, number) == 0 || !group.plan || group.plan->asks == 0) continue;
      if (group.done == Timeline::kNever || context(number).ended < group.done) return true;
    }
    return false;
  }

  std::string host(std::uint32_t number, const StepSeen& seen) const {
    if (asks_disturbed(number)) return {};
    for (const char* key : {"dropped", "destroyed", "host"})
      if (std::string problem = exactly(std::string("host function: ") + key, 0, seen.count(key));
          !problem.empty())
        return problem;
    return {};
  }

  // ---- Events ----

  struct Bounds {
    std::uint64_t least = 0;
    std::uint64_t most = 0;
    std::uint64_t digest = 0;  ///< of those that are certain
    bool small = true;         ///< few enough for a digest
  };

  /// Events of one context within [from, until) that a listener hears.
  Bounds bounds(std::uint32_t number, std::optional<std::uint32_t> import, std::size_t from,
                std::size_t until) const {
    Bounds out;
    const std::size_t end = std::min(until, context(number).ended);
    for (const auto& [id, group] : time_.groups()) {
      const std::vector<std::uint32_t> heard = time_.heard(group, import);
      const std::uint64_t calls = time_.calls_on(group, number);
      if (heard.empty() || calls == 0 || group.begun > end || group.done < from) continue;
      const std::uint64_t count = heard.size() * calls;
      out.most += count;
      // A call given up may never have reached the callee.
      const bool certain = group.begun > from && group.done < end && group.cancelled >= group.done;
      if (!certain) continue;
      out.least += count;
      if (out.least > kDigested || !import) {
        out.small = false;
        continue;
      }
      out.digest += events_digest(group, number, *import, heard);
    }
    return out;
  }

  std::uint64_t events_digest(const Timeline::Group& group, std::uint32_t number,
                              std::uint32_t import, const std::vector<std::uint32_t>& heard) const {
    const Action& a = group.step->action;
    const Function& f = schema_.functions()[group.function];
    const Function& event = schema_.imports()[import];
    std::uint64_t sum = 0;
    for (std::uint32_t caller = 0; caller < a.callers; ++caller) {
      if (a.context + caller % a.contexts != number) continue;
      for (std::uint32_t j = 0; j < a.calls; ++j) {
        const std::uint64_t i = std::uint64_t{caller} * a.calls + j;
        const std::uint64_t w =
            witness_args(schema_, f, start_args(schema_, f, *group.step, i, limits_));
        for (const std::uint32_t k : heard)
          sum += witness_args(schema_, event, event_args(schema_, event, w, k, limits_));
      }
    }
    return sum;
  }

  static std::string within(const std::string& what, std::uint64_t least, std::uint64_t most,
                            std::uint64_t seen) {
    if (seen >= least && seen <= most) return {};
    return expected(what,
                    least == most ? std::to_string(least)
                                  : std::to_string(least) + " to " + std::to_string(most),
                    seen);
  }

  std::string listener(const Timeline::Listener& listener, std::size_t at,
                       const StepSeen& seen) const {
    const std::uint32_t number = listener.step->action.context;
    const bool alive = !ended_before(number, at);
    if (std::string problem = exactly("listeners added", alive ? 1 : 0, seen.count("ok"));
        !problem.empty())
      return problem;
    if (!alive) return exactly("events", 0, seen.count("seen"));
    const Bounds b = bounds(number, listener.import, at, listener.removed);
    const auto way = static_cast<ListenWay>(listener.step->action.way);
    const std::uint64_t cap = way == ListenWay::Once ? 1 : UINT64_MAX;
    if (std::string problem =
            within("events", std::min(b.least, cap), std::min(b.most, cap), seen.count("seen"));
        !problem.empty())
      return problem;
    if (listener.import && way != ListenWay::Once && b.small && b.least == b.most &&
        b.digest != seen.count("digest"))
      return expected("digest of the events", std::to_string(b.digest), seen.count("digest"));
    if (way == ListenWay::Grow) {
      const Bounds all = bounds(number, listener.import, at, Timeline::kNever);
      // A binding may tell events on threads of its own: the new listener may come late.
      const bool prompt = target_.raw_answers && b.least > 0;
      return within("events of the listener added in an event", prompt ? b.least - 1 : 0,
                    all.most > 0 ? all.most - 1 : 0, seen.count("grown"));
    }
    const std::uint64_t inner = seen.count("right") + seen.count("destroyed") + seen.count("host");
    const std::uint64_t calls = way == ListenWay::Call && seen.count("seen") > 0 ? 1 : 0;
    return exactly("calls in the event that ended", calls, inner);
  }

  std::string unlisten(const Timeline::Listener& listener, std::size_t at,
                       const StepSeen& seen) const {
    const bool on = listener.removed == at && !ended_before(listener.step->action.context, at);
    const std::uint64_t code = seen.count("code");
    const bool once = static_cast<ListenWay>(listener.step->action.way) == ListenWay::Once;
    if (on && once && code <= 1) return {};
    return exactly("code of unlisten", on ? 0 : 1, code);
  }

  const Schema& schema_;
  const std::vector<Step>& steps_;
  const std::vector<StepSeen>& seen_;
  const ModelLimits& target_;
  StreamLimits limits_;
  Timeline time_;
};

bool allowed_by(const Step& step, const ModelLimits& limits) {
  const Action& a = step.action;
  if (a.act == Act::Cancel) return limits.cancel;
  if (a.act == Act::Forge) return limits.raw_answers;
  if (a.act != Act::Host) return true;
  const auto way = static_cast<HostWay>(a.way);
  if (way == HostWay::Panic) return limits.panic;
  if (way == HostWay::Twice || way == HostWay::Stranger || way == HostWay::Null)
    return limits.raw_answers;
  return true;
}

}  // namespace

std::vector<Step> runnable(const Schema& schema, const std::vector<Step>& steps,
                           const ModelLimits& limits) {
  std::vector<Step> out;
  out.reserve(steps.size());  // the timeline points into it
  Timeline time(schema);
  for (const Step& step : steps) {
    if (!allowed_by(step, limits) || !time.fits(step)) continue;
    out.push_back(step);
    Action& a = out.back().action;
    a.callers = std::min(a.callers, std::max(limits.most_callers, 1u));
    time.add(out.back(), out.size() - 1);
  }
  return out;
}

std::uint64_t calls_in(const std::vector<Step>& steps) {
  std::uint64_t sum = 0;
  for (const Step& step : steps) {
    const Action& a = step.action;
    if (a.act == Act::Start) sum += std::uint64_t{a.callers} * a.calls;
    if (a.act == Act::Churn) sum += step.count;
  }
  return sum;
}

std::optional<ModelProblem> judge_script(const Schema& schema, const std::vector<Step>& steps,
                                         const std::vector<StepSeen>& seen,
                                         const ModelLimits& limits, StreamLimits values) {
  return Judge(schema, steps, seen, limits, values).run();
}

}  // namespace fficheck
