#include "properties/script_property.h"

#include <algorithm>
#include <utility>

namespace fficheck {
namespace {

/// How often a saved script runs in a replay: whether it fails may hang on the schedule.
constexpr std::uint32_t kTries = 5;
/// Schemas of so many get a heavier script.
constexpr std::uint64_t kHeavyEvery = 16;
constexpr std::uint64_t kHeaviestEvery = 128;

ScriptSize size_of(const Subject& subject) {
  ScriptSize size;
  const std::uint64_t draw = value_seed(subject.seed, 0x5C819);
  if (draw % kHeavyEvery == 0) size = {60, 200, 100, 200};
  if (draw % kHeaviestEvery == 1) size = {30, 10'000, 1'000, 10'000};
  // Legs and small runs have less time.
  if (subject.values < 100) size = {12, 8, 4, 4};
  return size;
}

/// Tells the laws' scripts apart, by the name alone.
std::uint64_t law_number(std::string_view name) {
  std::uint64_t out = 0;
  for (const char c : name) out = out * 31 + static_cast<unsigned char>(c);
  return out;
}

/// Only what is asked of scripts: steps of other laws are left alone.
std::vector<Step> actions(const std::vector<Step>& steps) {
  std::vector<Step> out;
  std::copy_if(steps.begin(), steps.end(), std::back_inserter(out),
               [](const Step& step) { return step.kind == Step::Kind::Act; });
  return out;
}

Answer<ScriptOutcome> ask(const Subject& subject, const std::vector<std::vector<Step>>& scripts) {
  return subject.session.script({.schema = subject.index,
                                 .limit_ms = static_cast<std::uint32_t>(subject.patience.count()),
                                 .scripts = scripts});
}

std::string at_step(const std::vector<Step>& steps, std::size_t at, const std::string& message,
                    const Schema& schema) {
  return "`" + print_step(schema, steps[at]) + "`: " + message;
}

}  // namespace

ModelLimits model_limits(const Target& target, std::string_view leg) {
  const ScriptSupport s = target.script_support(leg);
  return {.panic = s.panic,
          .cancel = s.cancel,
          .raw_answers = s.raw_answers,
          .counts_progress = s.counts_progress,
          .most_callers = s.most_callers};
}

std::optional<Verdict> ScriptProperty::refuse(const Subject& subject) const {
  if (!subject.target.script_support(subject.leg).scripts)
    return skip("the target runs no completion scripts");
  const ScriptParts parts(subject.schema);
  if (parts.tasks.empty()) return skip("no function has a plan");
  const std::string_view reason =
      rules_.unfit == nullptr ? std::string_view() : rules_.unfit(subject, parts);
  if (reason.empty()) return std::nullopt;
  return skip(std::string(reason));
}

Verdict ScriptProperty::check(const Subject& subject) const {
  if (std::optional<Verdict> refused = refuse(subject)) return *refused;
  const ScriptParts parts(subject.schema);
  const ModelLimits limits = model_limits(subject.target, subject.leg);
  std::vector<std::vector<Step>> scripts;
  for (std::uint32_t i = 0; i < rules_.scripts; ++i) {
    const std::uint64_t seed = value_seed(subject.seed ^ 0xC0419E7104, i);
    ScriptWriter writer(value_seed(seed, law_number(rules_.name)), parts);
    (writer.*rules_.write)(size_of(subject));
    scripts.push_back(runnable(subject.schema, writer.take(), limits));
  }
  return run(subject, scripts);
}

namespace {

/// Constructors at once are about what happens first in a process.
bool wants_fresh_worker(const std::vector<Step>& script) {
  return std::any_of(script.begin(), script.end(), [](const Step& step) {
    return step.action.act == Act::Churn && step.action.callers > 1;
  });
}

}  // namespace

Verdict ScriptProperty::run(const Subject& subject,
                            const std::vector<std::vector<Step>>& scripts) const {
  if (!wants_fresh_worker(scripts.front())) return run_all(subject, scripts);
  Verdict out;
  for (const std::vector<Step>& one : scripts) {
    if (const Result<void> fresh = subject.session.restart(); !fresh.ok()) {
      Verdict lost = broken(fresh.error().text());
      lost.steps = one;
      return lost;
    }
    Verdict verdict = run_all(subject, {one});
    if (verdict.outcome != Verdict::Outcome::Pass) return verdict;
    out.values += verdict.values;
  }
  return out;
}

Verdict ScriptProperty::run_all(const Subject& subject,
                                const std::vector<std::vector<Step>>& scripts) const {
  const Answer<ScriptOutcome> answer = ask(subject, scripts);
  if (const auto* loss = std::get_if<WorkerLoss>(&answer)) {
    // Which of them it was: each alone, on a worker of its own.
    for (const std::vector<Step>& one : scripts) {
      if (scripts.size() == 1 || !subject.session.restart().ok()) break;
      const Answer<ScriptOutcome> again = ask(subject, {one});
      if (const auto* same = std::get_if<WorkerLoss>(&again)) return fail(loss_line(*same), one);
    }
    return fail(loss_line(*loss), scripts.front());
  }
  const auto& outcome = std::get<ScriptOutcome>(answer);
  Verdict out;
  for (std::size_t i = 0; i < scripts.size(); ++i) {
    const auto problem =
        judge_script(subject.schema, scripts[i], outcome[i],
                     model_limits(subject.target, subject.leg), subject.target.stream_limits());
    if (problem)
      return fail(at_step(scripts[i], problem->step, problem->message, subject.schema), scripts[i]);
    out.values += calls_in(scripts[i]);
  }
  if (rules_.counts)
    if (std::optional<Verdict> grown = drift(subject, scripts)) return *grown;
  return out;
}

namespace {

std::vector<std::string> changed(const Counters& a, const Counters& b) {
  std::vector<std::string> out;
  for (const auto& [name, value] : a) {
    const auto found = b.find(name);
    if (found != b.end() && found->second > value &&
        (name.starts_with("live_") || name == "bad_frees" || name == "stray_completions"))
      out.push_back(name);
  }
  return out;
}

}  // namespace

/// The scripts ran once, which made what is made once. Only what grows in each of two more runs is
/// a leak.
std::optional<Verdict> ScriptProperty::drift(const Subject& subject,
                                             const std::vector<std::vector<Step>>& scripts) const {
  Counters before;
  std::vector<std::string> suspects;
  for (int round = 0; round < 3; ++round) {
    if (round > 0) {
      const Answer<ScriptOutcome> answer = ask(subject, scripts);
      if (const auto* loss = std::get_if<WorkerLoss>(&answer))
        return fail(loss_line(*loss), scripts.front());
    }
    const Answer<Counters> answer = subject.session.counters();
    if (const auto* loss = std::get_if<WorkerLoss>(&answer))
      return fail(loss_line(*loss), scripts.front());
    const Counters& now = std::get<Counters>(answer);
    if (round > 0) {
      const std::vector<std::string> grown = changed(before, now);
      if (round == 1) suspects = grown;
      std::erase_if(suspects, [&](const std::string& name) {
        return std::find(grown.begin(), grown.end(), name) == grown.end();
      });
      if (suspects.empty()) return std::nullopt;
    }
    before = now;
  }
  return fail(
      suspects.front() + ": expected to return to its baseline, seen to grow again and again",
      scripts.front());
}

Verdict ScriptProperty::replay(const Subject& subject, const std::vector<Step>& steps) const {
  if (std::optional<Verdict> refused = refuse(subject)) return *refused;
  const std::vector<Step> script =
      runnable(subject.schema, actions(steps), model_limits(subject.target, subject.leg));
  if (script.empty()) return skip("the script has no step that this law can run");
  const std::uint64_t calls = calls_in(script);
  const std::uint32_t tries = calls > 2000 ? 1 : kTries;
  return run(subject, std::vector<std::vector<Step>>(tries, script));
}

}  // namespace fficheck
