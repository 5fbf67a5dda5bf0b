#include "harness/run/replay.h"

#include <algorithm>
#include <utility>

#include "harness/run/start_stage.h"

namespace fficheck {
namespace {

using Judgement = ReplayVerdict::Judgement;

Judgement judge(const Case& c, const Verdict& verdict) {
  switch (verdict.outcome) {
    case Verdict::Outcome::Pass:
      return c.message.empty() ? Judgement::Held : Judgement::UnexpectedPass;
    case Verdict::Outcome::Skip: return Judgement::NotCompared;
    case Verdict::Outcome::Broken: return Judgement::Failed;
    case Verdict::Outcome::Fail: break;
  }
  if (c.message.empty()) return Judgement::Failed;
  return plain_message(c.message) == plain_message(verdict.message) ? Judgement::KnownFailure
                                                                    : Judgement::ChangedMessage;
}

bool is_for(const Case& c, std::string_view target, const Property& property) {
  return (c.target.empty() || parse_target_leg(c.target).target == target) &&
         (c.property.empty() || c.property == property.name());
}

/// A loss that the property did not turn into a failure of its own.
Verdict loss_verdict(const SeenLoss& seen, const Schema& schema, std::vector<Step> steps) {
  Verdict verdict{.outcome = Verdict::Outcome::Fail,
                  .message = describe_loss(seen.loss),
                  .steps = std::move(steps)};
  if (verdict.steps.empty() && seen.bulk && seen.bulk->function < schema.functions().size()) {
    Step step;
    step.kind = Step::Kind::Bulk;
    step.function = schema.functions()[seen.bulk->function].name;
    step.seed = seen.bulk->seed;
    step.count = seen.bulk->first + seen.bulk->count;
    verdict.steps.push_back(std::move(step));
  }
  return verdict;
}

Verdict check_or_replay(const Property& property, const Subject& subject,
                        const std::vector<Step>* steps) {
  return steps == nullptr || steps->empty() ? property.check(subject)
                                            : property.replay(subject, *steps);
}

/// All cases of one target and leg.
class TargetReplay {
 public:
  TargetReplay(std::span<const Case> cases, const Target& target,
               const std::vector<const Property*>& properties, const ReplaySettings& settings)
      : cases_(cases), target_(target), properties_(properties), settings_(settings) {}

  Result<void> run(const std::string& leg, std::vector<ReplayVerdict>& out) {
    std::vector<std::size_t> chosen;
    std::vector<Schema> schemas;
    for (std::size_t i = 0; i < cases_.size(); ++i) {
      if (parse_target_leg(cases_[i].target).leg != leg || !is_for_target(cases_[i])) continue;
      Carried carried = carried_part(target_, cases_[i].schema);
      if (!carried.schema || !carried.reasons.empty()) {
        const std::string why = carried.reasons.empty() ? "no function" : carried.reasons.front();
        skip(i, why, out);
        continue;
      }
      chosen.push_back(i);
      schemas.push_back(*std::move(carried.schema));
    }
    if (chosen.empty()) return {};
    FFICHECK_CHECK(target_.check_tools());
    std::vector<const Schema*> pointers;
    for (const Schema& schema : schemas) pointers.push_back(&schema);
    const std::string name = std::string(target_.name()) + "-" + leg;
    FFICHECK_TRY(const std::unique_ptr<BuiltBatch> batch,
                 BuiltBatch::make(
                     target_, pointers,
                     {settings_.work / name, leg, settings_.build_limit, settings_.call_limit}));
    if (judged_at_build()) FFICHECK_CHECK(batch->lint());
    std::unique_ptr<WatchedSession> session;
    if (batch->any_built()) {
      FFICHECK_TRY(session, batch->open_what_starts());
    }
    for (std::size_t at = 0; at < chosen.size(); ++at)
      FFICHECK_CHECK(one(chosen[at], at, schemas[at], *batch, session.get(), out));
    return {};
  }

 private:
  [[nodiscard]] bool is_for_target(const Case& c) const {
    return std::any_of(properties_.begin(), properties_.end(),
                       [&](const Property* p) { return is_for(c, target_.name(), *p); });
  }
  [[nodiscard]] bool judged_at_build() const {
    return std::any_of(properties_.begin(), properties_.end(),
                       [](const Property* p) { return !p->stages().empty(); });
  }

  void skip(std::size_t index, const std::string& why, std::vector<ReplayVerdict>& out) const {
    for (const Property* p : properties_)
      if (is_for(cases_[index], target_.name(), *p))
        add(index, *p, {.outcome = Verdict::Outcome::Skip, .message = why}, out);
  }

  void add(std::size_t index, const Property& property, Verdict verdict,
           std::vector<ReplayVerdict>& out) const {
    const Judgement judgement = judge(cases_[index], verdict);
    out.push_back({index, std::string(target_.name()), std::string(property.name()), judgement,
                   std::move(verdict)});
  }

  Result<void> one(std::size_t index, std::size_t at, const Schema& schema, const BuiltBatch& batch,
                   WatchedSession* session, std::vector<ReplayVerdict>& out) const {
    const Case& c = cases_[index];
    for (const Property* p : properties_) {
      if (!is_for(c, target_.name(), *p)) continue;
      const auto in_session = batch.session_index(at);
      Verdict verdict;
      if (!p->stages().empty()) {
        verdict = judge_build(*p, batch, at);
      } else if (session == nullptr || !in_session) {
        const BuildFailure* fault = batch.build_fault(at);
        verdict = {.outcome = Verdict::Outcome::Broken,
                   .message = "did not build: " + (fault == nullptr ? std::string("beside others")
                                                                    : failure_line(*fault))};
      } else {
        const TargetLeg built = parse_target_leg(c.target);
        const Subject subject{.target = target_,
                              .session = *session,
                              .schema = schema,
                              .index = *in_session,
                              .values = kReplayValues,
                              .leg = built.leg};
        verdict = check_subject(*p, subject, *session, &c.steps);
        if (session->broken()) return *session->broken();
      }
      add(index, *p, std::move(verdict), out);
    }
    return {};
  }

  std::span<const Case> cases_;
  const Target& target_;
  const std::vector<const Property*>& properties_;
  const ReplaySettings& settings_;
};

}  // namespace

Verdict check_subject(const Property& property, const Subject& subject, WatchedSession& session,
                      const std::vector<Step>* steps) {
  (void)session.take_loss();
  Verdict verdict = check_or_replay(property, subject, steps);
  const std::optional<SeenLoss> loss = session.take_loss();
  if (loss && !session.broken() && verdict.outcome != Verdict::Outcome::Fail)
    verdict = loss_verdict(*loss, subject.schema, std::move(verdict.steps));
  // What a lost worker printed goes into the log, whoever noticed the loss.
  const std::size_t printed = loss ? loss->loss.detail.find("; stderr: ") : std::string::npos;
  if (verdict.outcome == Verdict::Outcome::Fail && printed != std::string::npos &&
      plain_message(verdict.message) == verdict.message)
    verdict.message += loss->loss.detail.substr(printed);
  if (verdict.outcome == Verdict::Outcome::Fail) {
    if (verdict.steps.empty() && steps != nullptr) verdict.steps = *steps;
    session.forget_worker();
  }
  return verdict;
}

Result<std::optional<BuildFailure>> probe_build(const Target& target, const Property& law,
                                                const std::vector<const Schema*>& schemas,
                                                const BatchSettings& settings) {
  BatchSettings once = settings;
  once.max_builds = 0;
  FFICHECK_TRY(const std::unique_ptr<BuiltBatch> batch, BuiltBatch::make(target, schemas, once));
  FFICHECK_CHECK(batch->lint());
  std::optional<BuildFailure> other;
  for (std::size_t i = 0; i < schemas.size(); ++i) {
    for (const BuildFailure* fault :
         {batch->build_fault(i), batch->lint_fault(i), batch->unresolved(i)}) {
      if (fault == nullptr) continue;
      if (is_stage_of(law, fault->stage)) return std::optional(*fault);
      if (!other) other = *fault;
    }
  }
  if (other || !batch->any_built() || !is_stage_of(law, kStartStage)) return other;
  return batch->try_start();
}

bool is_stage_of(const Property& law, std::string_view stage) {
  const auto stages = law.stages();
  return std::find(stages.begin(), stages.end(), stage) != stages.end();
}

std::string plain_message(std::string_view message) {
  std::string out(message.substr(0, message.find("; stderr: ")).substr(0, 1000));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

TargetLeg parse_target_leg(const std::string& text) {
  const std::size_t plus = text.find('+');
  if (plus == std::string::npos) return {text, "plain"};
  return {text.substr(0, plus), text.substr(plus + 1)};
}

std::string target_leg_name(std::string_view target, std::string_view leg) {
  std::string out(target);
  if (leg != "plain") out.append("+").append(leg);
  return out;
}

Result<std::vector<ReplayVerdict>> replay_cases(std::span<const Case> cases,
                                                const std::vector<const Target*>& targets,
                                                const std::vector<const Property*>& properties,
                                                const ReplaySettings& settings) {
  std::vector<ReplayVerdict> out;
  for (const Target* target : targets) {
    TargetReplay replay(cases, *target, properties, settings);
    FFICHECK_CHECK(replay.run("plain", out));
    for (const std::string& leg : target->legs()) FFICHECK_CHECK(replay.run(leg, out));
  }
  return out;
}

int exit_status(const std::vector<ReplayVerdict>& verdicts) {
  bool compared = false;
  for (const ReplayVerdict& v : verdicts) {
    switch (v.judgement) {
      case Judgement::Held:
      case Judgement::KnownFailure: compared = true; break;
      case Judgement::NotCompared: break;
      case Judgement::Failed:
      case Judgement::UnexpectedPass:
      case Judgement::ChangedMessage: return 1;
    }
  }
  return compared ? 0 : 2;
}

}  // namespace fficheck
