#include "harness/run/unit.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <future>
#include <optional>
#include <utility>

#include "harness/core/case_seed.h"
#include "harness/core/text.h"
#include "harness/run/built_batch.h"
#include "harness/run/files.h"
#include "harness/run/replay.h"
#include "harness/run/shrink_driver.h"

namespace fficheck {
namespace {

namespace fs = std::filesystem;
using Outcome = Verdict::Outcome;

std::string hex(std::uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%" PRIx64, value);
  return text;
}

class UnitRun {
 public:
  UnitRun(const CampaignConfig& config, const Unit& unit, const Batch& batch, Reporter& reporter,
          Phases& phases)
      : config_(config),
        unit_(unit),
        batch_(batch),
        reporter_(reporter),
        phases_(phases),
        target_name_(unit.target->name()) {}

  UnitOutcome run() {
    const Result<void> done = steps();
    if (!config_.keep_builds) {
      const PhaseTimer timer(&phases_, "remove");
      std::error_code ignored;
      fs::remove_all(dir(), ignored);
    }
    if (!done.ok()) out_.error = done.error();
    out_.finished = done.ok() && !stopped();
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool plain() const { return unit_.leg == "plain"; }
  [[nodiscard]] bool first() const { return unit_.share == Share::First; }
  [[nodiscard]] bool stopped() const { return config_.stop != nullptr && config_.stop->load(); }
  [[nodiscard]] fs::path dir() const {
    std::string name = unit_.name();
    std::replace(name.begin(), name.end(), '/', '-');
    return config_.work / name;
  }

  Result<void> steps() {
    if (!plain()) out_.tally.targets[target_name_].legs[unit_.leg];
    carry();
    if (carried_.empty() || stopped()) return {};
    FFICHECK_CHECK(build_and_run());
    if (failed_.empty()) return {};
    const PhaseTimer timer(&phases_, "shrink");
    for (Failed& failed : failed_) FFICHECK_CHECK(report(failed));
    return {};
  }

  /// Leaves out what the target does not carry.
  void carry() {
    TargetTally& tally = out_.tally.targets[target_name_];
    for (const std::uint64_t index : unit_.cases) {
      Carried carried = carried_part(*unit_.target, batch_.schemas[index - batch_.first]);
      if (first()) {
        for (const std::string& reason : carried.reasons) {
          out_.tally.count_skip(target_name_, reason);
          reporter_.tell([&](Observer& o) { o.function_skipped(target_name_, reason); });
        }
      }
      if (carried.schema) {
        indices_.push_back(index);
        carried_.push_back(*std::move(carried.schema));
        continue;
      }
      if (!first()) continue;
      ++tally.skipped;
      const std::string why = carried.reasons.empty() ? "no functions" : carried.reasons.front();
      if (carried.reasons.empty()) out_.tally.count_skip(target_name_, why);
      reporter_.tell([&](Observer& o) { o.schema_skipped(target_name_, why); });
    }
  }

  Result<void> build_and_run() {
    std::vector<const Schema*> schemas;
    schemas.reserve(carried_.size());
    for (const Schema& schema : carried_) schemas.push_back(&schema);
    BatchSettings settings{
        dir(),   unit_.leg, config_.build_limit, config_.call_limit, 200, config_.keep_builds,
        &phases_};
    FFICHECK_TRY(const std::unique_ptr<BuiltBatch> built,
                 BuiltBatch::make(*unit_.target, std::move(schemas), std::move(settings)));
    const bool lints =
        first() && std::any_of(config_.properties.begin(), config_.properties.end(),
                               [](const Property* p) { return !p->stages().empty(); });
    std::future<Result<void>> linted;
    if (lints) linted = std::async(std::launch::async, [&] { return built->lint(); });
    const auto end_lint = [&] { return linted.valid() ? linted.get() : Result<void>(); };
    const Result<void> ran = built->any_built() ? timed_session(*built, end_lint) : Result<void>();
    FFICHECK_CHECK(end_lint());
    FFICHECK_CHECK(ran);
    if (!stopped()) judge_builds(*built, lints);
    return {};
  }

  template <class EndLint>
  Result<void> timed_session(BuiltBatch& built, const EndLint& end_lint) {
    const PhaseTimer timer(&phases_, "run");
    const double before = thread_cpu_s();
    Result<void> ran = run_session(built, end_lint);
    phases_.add("check", thread_cpu_s() - before);
    return ran;
  }

  /// A worker on what was built and starts.
  template <class EndLint>
  Result<std::unique_ptr<WatchedSession>> open(BuiltBatch& built, const EndLint& end_lint) {
    Result<std::unique_ptr<WatchedSession>> session = built.open();
    if (session.ok()) return session;
    FFICHECK_CHECK(end_lint());
    return built.open_what_starts(session.error());
  }

  template <class EndLint>
  Result<void> run_session(BuiltBatch& built, const EndLint& end_lint) {
    FFICHECK_TRY(const std::unique_ptr<WatchedSession> session, open(built, end_lint));
    if (session == nullptr) return {};
    for (std::size_t i = 0; i < carried_.size() && !stopped(); ++i) {
      const auto index = built.session_index(i);
      if (!index) continue;
      const std::uint64_t values = unit_.share == Share::Sample
                                       ? std::max<std::uint64_t>(1, config_.values / 10)
                                       : config_.values;
      const Subject subject{.target = *unit_.target,
                            .session = *session,
                            .schema = carried_[i],
                            .index = *index,
                            .seed = case_seed(config_.seed, indices_[i]),
                            .values = values,
                            .leg = unit_.leg};
      const std::uint64_t hangs = session->hangs();
      for (const Property* property : config_.properties) {
        if (!property->stages().empty()) continue;
        if (session->hangs() - hangs >= kHangs) {
          leave_out(i, *property);
          continue;
        }
        take(i, *property, check_subject(*property, subject, *session), nullptr);
        if (session->broken()) return *session->broken();
      }
      (void)session->close(*index);
    }
    return {};
  }

  /// After so many hangs of its workers a schema's other laws are not tried: each costs a time
  /// limit.
  static constexpr std::uint64_t kHangs = 2;
  void leave_out(std::size_t i, const Property& property) {
    const std::string reason = std::string(property.name()) + " not tried: workers hung " +
                               std::to_string(kHangs) + " times with the schema";
    out_.tally.count_skip(target_name_, reason);
    take(i, property, {.outcome = Outcome::Skip, .message = reason}, nullptr);
  }

  /// Verdicts of the build-time laws, and of all laws for what did not build.
  void judge_builds(const BuiltBatch& built, bool linted) {
    for (std::size_t i = 0; i < carried_.size(); ++i) {
      const BuildFailure* fault = built.build_fault(i);
      for (const Property* property : config_.properties) {
        if (!property->stages().empty()) {
          const BuildFailure* shown = fault != nullptr ? fault : built.lint_fault(i);
          if (linted || shown != nullptr)
            take(i, *property, judge_build(*property, built, i), shown);
        } else if (!built.session_index(i)) {
          if (fault == nullptr) fault = built.unresolved(i);
          take(i, *property,
               {.outcome = Outcome::Broken,
                .message = "did not build: " + (fault == nullptr ? "" : failure_line(*fault))},
               nullptr);
        }
      }
      count_schema();
    }
  }

  void count_schema() {
    TargetTally& tally = out_.tally.targets[target_name_];
    if (!plain()) ++tally.legs[unit_.leg].schemas;
    if (!first()) return;
    ++tally.schemas;
    reporter_.tell([&](Observer& o) { o.schema_checked(target_name_); });
  }

  void take(std::size_t i, const Property& property, Verdict verdict, const BuildFailure* fault) {
    const std::string name(property.name());
    out_.tally.count(target_name_, name, verdict);
    if (!plain()) out_.tally.targets[target_name_].legs[unit_.leg].values += verdict.values;
    reporter_.tell([&](Observer& o) { o.verdict(target_name_, name, verdict); });
    if (verdict.outcome != Outcome::Fail) return;
    Failed failed{i, &property, {}, fault == nullptr ? "" : fault->log};
    if (failed.log.empty() && plain_message(verdict.message) != verdict.message)
      failed.log = verdict.message + "\n";
    failed.found.target = target_leg_name(target_name_, unit_.leg);
    failed.found.property = name;
    failed.found.message = plain_message(verdict.message);
    failed.found.origin = "seed " + hex(config_.seed) + " case " + std::to_string(indices_[i]);
    failed.found.schema = carried_[i];
    failed.found.steps = std::move(verdict.steps);
    failed_.push_back(std::move(failed));
  }

  struct Failed {
    std::size_t index = 0;
    const Property* property = nullptr;
    Case found;
    std::string log;
  };

  /// Shrinks, saves and tells a failure.
  Result<void> report(Failed& failed) {
    Failure failure;
    failure.index = indices_[failed.index];
    failure.log = std::move(failed.log);
    failure.shrunk = std::move(failed.found);
    failure.shrink_tried =
        !stopped() && reporter_.take_shrink(failure.shrunk.target, failure.shrunk.property);
    if (failure.shrink_tried) {
      const ShrinkSettings settings{dir() / "shrink",
                                    unit_.leg,
                                    case_seed(config_.seed, failure.index),
                                    config_.build_limit,
                                    std::min(config_.call_limit, std::chrono::milliseconds(5000)),
                                    config_.shrink_limit};
      FFICHECK_TRY(ShrinkOutcome smaller,
                   shrink_failure(*unit_.target, *failed.property, failure.shrunk, settings));
      failure.confirmed = smaller.confirmed;
      failure.seconds_to_shrink = smaller.seconds;
      if (smaller.confirmed) {
        failure.shrunk = std::move(smaller.smallest);
        failure.shrunk.message = plain_message(failure.shrunk.message);
        if (!smaller.log.empty()) failure.log = std::move(smaller.log);
      }
    }
    FFICHECK_CHECK(save(failure));
    out_.tally.list(record(failure));
    reporter_.tell([&](Observer& o) { o.failure(failure); });
    return {};
  }

  [[nodiscard]] FailureRecord record(const Failure& failure) const {
    FailureRecord out;
    out.target = target_name_;
    out.property = failure.shrunk.property;
    out.file = failure.file;
    out.message = failure.shrunk.message;
    out.index = failure.index;
    out.leg = plain() ? "" : unit_.leg;
    out.schema = print_wit(failure.shrunk.schema);
    for (const Step& step : failure.shrunk.steps)
      out.steps.push_back(print_step(failure.shrunk.schema, step));
    out.log = failure.log;
    out.shrunk = failure.shrink_tried;
    out.confirmed = failure.confirmed;
    out.cut();
    return out;
  }

  Result<void> save(Failure& failure) const {
    if (config_.save.empty()) return {};
    const std::string name = failure.shrunk.target + "-" + failure.shrunk.property + "-" +
                             hex(config_.seed) + "-" + std::to_string(failure.index);
    const fs::path file = config_.save / (name + ".case");
    FFICHECK_CHECK(write_file(file, print_case(failure.shrunk)));
    if (!failure.log.empty())
      FFICHECK_CHECK(write_file(config_.save / (name + ".log"), failure.log));
    failure.file = file.string();
    return {};
  }

  const CampaignConfig& config_;
  const Unit& unit_;
  const Batch& batch_;
  Reporter& reporter_;
  Phases& phases_;
  std::string target_name_;
  std::vector<std::uint64_t> indices_;  // of the cases carried
  std::vector<Schema> carried_;
  std::vector<Failed> failed_;
  UnitOutcome out_;
};

}  // namespace

bool Reporter::take_shrink(const std::string& target, const std::string& property) {
  const std::scoped_lock lock(mutex_);
  unsigned& taken = shrunk_[{target, property}];
  if (taken >= shrinks_each_) return false;
  ++taken;
  return true;
}

std::string Unit::name() const {
  return std::to_string(batch) + "/" + target_leg_name(target->name(), leg);
}

UnitOutcome run_unit(const CampaignConfig& config, const Unit& unit, const Batch& batch,
                     Reporter& reporter, Phases& phases) {
  return UnitRun(config, unit, batch, reporter, phases).run();
}

}  // namespace fficheck
