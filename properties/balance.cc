#include <algorithm>
#include <memory>
#include <ranges>
#include <span>

#include "properties/bulk_property.h"
#include "properties/properties.h"

namespace fficheck {
namespace {

constexpr std::uint64_t kCallsPerFunction = 32;
constexpr std::uint64_t kCyclesPerRound = 2;

/// What came of a script: a problem (of the subject, or a Broken verdict where it could not be
/// tried), or how many values the measured round sent. A round more, on doubt, adds none: how many
/// a campaign compares does not hang on timing.
struct Measured {
  std::optional<std::string> problem;
  std::optional<Verdict> untried;
  std::uint64_t values = 0;
};

/// A worker that was lost while its counters or its context were asked for.
struct Lost {
  std::string text;
};

std::int64_t count(const Counters& counters, const std::string& name) {
  const auto found = counters.find(name);
  return found == counters.end() ? 0 : found->second;
}

/// Runs a script in rounds, each on a context of its own, and counts in between. A leak grows with
/// every round; what is made once (a pool, a table) grows in the first, which is not measured.
class Scale {
 public:
  Scale(const Subject& subject, std::span<const Step> steps) : subject_(subject), steps_(steps) {}

  Measured measure() {
    if (std::optional<Verdict> unready = make_ready(subject_)) {
      if (unready->outcome == Verdict::Outcome::Broken) return {.untried = std::move(unready)};
      return {.problem = unready->message};
    }
    if (auto lost = close()) return {.problem = lost->text};
    Counters before;
    Counters base;
    Counters after;
    Counters later;
    std::optional<Lost> lost = read(before);
    if (!lost) lost = round();
    if (!lost) lost = read(base);
    values_ = 0;
    if (!lost) lost = round();
    if (!lost) lost = read(after);
    if (lost) return {.problem = lost->text};
    const std::uint64_t values = values_;
    if (auto wrong = unsound(before, after)) return {.problem = std::move(wrong)};
    if (drift(base, after).empty()) {
      if (none_live(base)) return {.untried = skip("the target counts nothing")};
      return {.values = values};
    }
    // Once more: only what grows again is a leak.
    lost = round();
    if (!lost) lost = read(later);
    if (lost) return {.problem = lost->text};
    if (auto wrong = unsound(before, later)) return {.problem = std::move(wrong)};
    const std::vector<std::string> once = drift(base, after);
    const std::vector<std::string> again = drift(after, later);
    for (const std::string& name : once) {
      if (std::find(again.begin(), again.end(), name) == again.end()) continue;
      // What went up and then down, or down and then up, came to rest late.
      if ((count(after, name) > count(base, name)) != (count(later, name) > count(after, name)))
        continue;
      const auto grown = [&](const Counters& a, const Counters& b) {
        return std::to_string(count(b, name) - count(a, name));
      };
      return {.problem = name + ": expected to return to its baseline, seen to change by " +
                         grown(base, after) + " and again by " + grown(after, later) + " in " +
                         std::to_string(values) + " values"};
    }
    return {.values = values};
  }

 private:
  static bool none_live(const Counters& counters) {
    return std::none_of(counters.begin(), counters.end(),
                        [](const auto& c) { return c.first.starts_with("live_"); });
  }

  /// Names of live counters that differ.
  static std::vector<std::string> drift(const Counters& a, const Counters& b) {
    std::vector<std::string> out;
    for (const auto& [name, value] : a) {
      if (name.starts_with("live_") && count(b, name) != value) out.push_back(name);
    }
    return out;
  }

  /// What must hold of counters that only grow.
  static std::optional<std::string> unsound(const Counters& a, const Counters& b) {
    const auto grown = [&](const std::string& name) { return count(b, name) - count(a, name); };
    if (grown("bad_frees") != 0) {
      return "bad_frees: expected 0, seen " + std::to_string(grown("bad_frees"));
    }
    if (grown("stray_completions") != 0) {
      return "stray_completions: expected 0, seen " + std::to_string(grown("stray_completions"));
    }
    if (grown("total_calls") != grown("total_completions")) {
      return "total_completions: expected one for each of " + std::to_string(grown("total_calls")) +
             " calls, seen " + std::to_string(grown("total_completions"));
    }
    return std::nullopt;
  }

  template <class T>
  static std::optional<Lost> loss_of(const Answer<T>& answer) {
    const auto* loss = std::get_if<WorkerLoss>(&answer);
    return loss == nullptr ? std::nullopt : std::optional(Lost{loss_line(*loss)});
  }

  std::optional<Lost> close() { return loss_of(subject_.session.close(subject_.index)); }
  std::optional<Lost> open() { return loss_of(subject_.session.open(subject_.index)); }

  std::optional<Lost> read(Counters& counters) {
    if (auto lost = loss_of(subject_.session.trim())) return lost;
    Answer<Counters> answer = subject_.session.counters();
    if (auto lost = loss_of(answer)) return lost;
    counters = std::get<Counters>(std::move(answer));
    return std::nullopt;
  }

  /// The script on a new context. Whether values arrive is for the other laws to say.
  std::optional<Lost> round() {
    if (auto lost = open()) return lost;
    for (const Step& step : steps_) {
      if (auto lost = run(step)) return lost;
    }
    return close();
  }

  std::optional<Lost> run(const Step& step) {
    Session& session = subject_.session;
    if (step.kind == Step::Kind::Cycle) return cycle(step.count);
    const std::optional<std::uint32_t> f = find_function(subject_.schema, step.function);
    if (!f) return Lost{"the schema has no function " + step.function};
    if (step.kind != Step::Kind::Bulk) {
      ++values_;
      const unsigned times = step.kind == Step::Kind::Repeat ? 2 : 1;
      return loss_of(session.call(subject_.index, *f, step.args, times));
    }
    values_ += step.count;
    return loss_of(session.bulk({.schema = subject_.index,
                                 .function = *f,
                                 .law = law_of(subject_.schema, subject_.schema.functions()[*f]),
                                 .seed = step.seed,
                                 .count = step.count}));
  }

  /// Destroys and creates; between the two a call that the library must refuse.
  std::optional<Lost> cycle(std::uint64_t times) {
    const std::vector<Function>& functions = subject_.schema.functions();
    const auto f = std::find_if(functions.begin(), functions.end(), [&](const Function& candidate) {
      return is_callable(subject_.schema, candidate);
    });
    for (std::uint64_t i = 0; i < times; ++i) {
      if (auto lost = close()) return lost;
      if (f != functions.end()) {
        const auto index = static_cast<std::uint32_t>(f - functions.begin());
        const std::vector<Value> args =
            bulk_args(subject_, {.function = index, .law = BulkLaw::Call, .seed = i}, 0);
        if (auto lost = loss_of(subject_.session.call(subject_.index, index, args, 1))) {
          return lost;
        }
      }
      if (auto lost = open()) return lost;
      ++values_;
    }
    return std::nullopt;
  }

  const Subject& subject_;
  std::span<const Step> steps_;
  std::uint64_t values_ = 0;
};

class Balance final : public Property {
 public:
  [[nodiscard]] std::string_view name() const override { return "balance"; }
  [[nodiscard]] std::string_view sentence() const override {
    return "Every call completes once, and what was allocated, opened or started for it is gone "
           "when "
           "its context is.";
  }

  [[nodiscard]] Verdict check(const Subject& subject) const override {
    const std::vector<Step> steps = plan(subject);
    Measured measured = Scale(subject, steps).measure();
    if (measured.problem) return attribute(subject, steps, *measured.problem);
    return verdict(std::move(measured), steps);
  }

  [[nodiscard]] Verdict replay(const Subject& subject,
                               const std::vector<Step>& steps) const override {
    return verdict(Scale(subject, steps).measure(), steps);
  }

 private:
  static Verdict verdict(Measured measured, const std::vector<Step>& steps) {
    if (measured.untried) return std::move(*measured.untried);
    if (measured.problem) return fail(std::move(*measured.problem), steps);
    if (measured.values == 0) return skip("the script sends nothing");
    return {.values = measured.values};
  }

  static std::vector<Step> plan(const Subject& subject) {
    std::vector<Step> out;
    const std::vector<Function>& functions = subject.schema.functions();
    for (std::uint32_t i = 0; i < functions.size(); ++i) {
      if (!is_callable(subject.schema, functions[i])) continue;
      const BulkLaw law = law_of(subject.schema, functions[i]);
      out.push_back(bulk_step(subject, {.function = i,
                                        .law = law,
                                        .seed = function_seed(subject.seed, i, law),
                                        .count = std::min(subject.values, kCallsPerFunction)}));
    }
    out.push_back({.kind = Step::Kind::Cycle, .count = kCyclesPerRound});
    return out;
  }

  /// The one step at fault, where one alone shows the problem.
  static Verdict attribute(const Subject& subject, const std::vector<Step>& steps,
                           const std::string& problem) {
    // Create and destroy first: every other step's round does that too.
    for (const Step& step : std::views::reverse(steps)) {
      Measured alone = Scale(subject, {&step, 1}).measure();
      if (alone.problem) return narrow(subject, step, std::move(*alone.problem));
    }
    return fail(problem, steps);
  }

  /// Halves a bulk step as long as a half shows the problem; one value becomes a call.
  static Verdict narrow(const Subject& subject, Step step, std::string problem) {
    const auto still = [&](const Step& smaller) {
      Measured measured = Scale(subject, {&smaller, 1}).measure();
      if (!measured.problem) return false;
      step = smaller;
      problem = std::move(*measured.problem);
      return true;
    };
    while (step.kind != Step::Kind::Call && step.count > 1) {
      Step left = step;
      left.count = step.count / 2;
      Step right = step;
      right.count = step.count - left.count;
      if (step.kind == Step::Kind::Bulk) right.seed = shifted_seed(step.seed, left.count);
      if (!still(left) && !still(right)) break;
    }
    if (step.kind == Step::Kind::Bulk && step.count == 1) {
      const std::uint32_t f = *find_function(subject.schema, step.function);
      const Function& function = subject.schema.functions()[f];
      const BulkRequest one{
          .function = f, .law = law_of(subject.schema, function), .seed = step.seed, .count = 1};
      still(call_step(function, bulk_args(subject, one, 0), 1));
    }
    const std::string where =
        step.kind == Step::Kind::Cycle ? "creating and destroying" : step.function;
    return fail(where + ": " + problem, {step});
  }
};

}  // namespace

std::unique_ptr<Property> balance_property() { return std::make_unique<Balance>(); }

}  // namespace fficheck
