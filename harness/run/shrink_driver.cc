#include "harness/run/shrink_driver.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "harness/core/shrink.h"
#include "harness/run/built_batch.h"
#include "harness/run/replay.h"
#include "harness/run/shrink_patience.h"

namespace fficheck {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// Builds that look for culprits among candidates; those beyond are dropped.
constexpr unsigned kCulpritBuilds = 8;
/// Schemas in the first build of a round: a build of few is soon done, and often one of them fails.
/// Only where none does are the others built.
constexpr std::size_t kFirst = 12;
/// How often a worker that does not start is started again.
constexpr int kStarts = 3;
/// Candidates that a log blames and that are tried alone, in each round.
constexpr std::size_t kAloneEachRound = 6;
/// Builds of the candidates of a build-time law, each without those that failed at another stage.
constexpr unsigned kRounds = 4;

class Shrinker {
 public:
  Shrinker(const Target& target, const Property& property, const ShrinkSettings& settings)
      : target_(target), property_(property), settings_(settings), started_(Clock::now()) {}

  Result<ShrinkOutcome> run(const Case& failing) {
    out_.smallest = failing;
    FFICHECK_CHECK(property_.stages().empty() ? run_session() : run_build());
    out_.seconds = std::chrono::duration<double>(Clock::now() - started_).count();
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool time_left() const { return Clock::now() - started_ < settings_.limit; }

  /// A batch whose schemas have their place in `batch_cases_`.
  Result<void> build(std::vector<Case> cases, unsigned max_builds) {
    session_.reset();
    batch_.reset();
    cases_ = std::move(cases);
    std::vector<const Schema*> schemas;
    schemas.reserve(cases_.size());
    for (const Case& c : cases_) schemas.push_back(&c.schema);
    BatchSettings batch{settings_.dir / std::to_string(out_.builds++), settings_.leg,
                        settings_.build_limit, settings_.call_limit, max_builds};
    FFICHECK_TRY(batch_, BuiltBatch::make(target_, std::move(schemas), std::move(batch)));
    return {};
  }

  // Laws that drive a session.

  /// Candidates whose worker does not start show nothing. What starts now and then is tried again.
  Result<void> open() {
    if (!batch_->any_built()) return {};
    for (int i = 0; i < kStarts && time_left(); ++i) {
      Result<std::unique_ptr<WatchedSession>> session = batch_->open();
      if (session.ok()) {
        session_ = std::move(session).value();
        return {};
      }
      if (session.error().blame != Blame::Worker) return session.error();
    }
    return {};
  }

  /// The message of the failure, absent where the case does not fail.
  std::optional<std::string> fails(const Case& c, std::size_t schema) {
    const auto index = batch_->session_index(schema);
    if (!session_ || !index) return std::nullopt;
    return replay(c, *index, patience_.limit());
  }

  std::optional<std::string> replay(const Case& c, std::uint32_t index, milliseconds patience) {
    ++out_.replays;
    // Calls have as long again: what a script waits in vain for, it tells.
    session_->limit_calls(patience_.bounded() ? 2 * patience : settings_.call_limit);
    const Subject subject{.target = target_,
                          .session = *session_,
                          .schema = c.schema,
                          .index = index,
                          .seed = settings_.seed,
                          .values = kReplayValues,
                          .patience = patience,
                          .leg = settings_.leg};
    const Clock::time_point begun = Clock::now();
    Verdict verdict = check_subject(property_, subject, *session_, &c.steps);
    const auto took = std::chrono::duration_cast<milliseconds>(Clock::now() - begun);
    patience_.saw(took, verdict.outcome == Verdict::Outcome::Fail);
    if (verdict.outcome != Verdict::Outcome::Fail) return std::nullopt;
    return std::move(verdict.message);
  }

  void accept(Case smaller, std::string message) {
    out_.smallest = std::move(smaller);
    out_.smallest.message = std::move(message);
  }

  Result<void> run_session() {
    FFICHECK_CHECK(build({out_.smallest}, 1));
    FFICHECK_CHECK(open());
    std::optional<std::string> message = fails(out_.smallest, 0);
    if (!message) return {};
    out_.confirmed = true;
    accept(out_.smallest, *std::move(message));
    trusted_ = out_.smallest;
    shrink_script(0);
    trust(0);
    while (time_left()) {
      FFICHECK_TRY(const std::optional<std::size_t> smaller, shrink_schemas());
      if (!smaller) break;
      shrink_script(*smaller);
      trust(*smaller);
    }
    return {};
  }

  /// What failed with little time must fail with more, or it was only slow.
  void trust(std::size_t schema) {
    const auto index = batch_->session_index(schema);
    if (patience_.bounded() && index) {
      if (!replay(out_.smallest, *index, patience_.limit() * 3)) {
        patience_.distrust();
        out_.smallest = trusted_;
      }
    }
    trusted_ = out_.smallest;
  }

  void shrink_script(std::size_t schema) {
    bool progress = true;
    while (progress && time_left()) {
      progress = false;
      for (Case& candidate : shrink_steps(out_.smallest)) {
        if (!time_left()) return;
        auto message = fails(candidate, schema);
        if (!message) continue;
        accept(std::move(candidate), *std::move(message));
        progress = true;
        break;
      }
    }
  }

  /// Cases with smaller schemas that the target carries, boldest edits first.
  [[nodiscard]] std::vector<Case> schema_candidates() const {
    std::vector<Case> out = shrink_schema(out_.smallest);
    std::erase_if(out, [&](const Case& c) {
      const auto& functions = c.schema.functions();
      return functions.empty() ||
             std::any_of(functions.begin(), functions.end(), [&](const auto& f) {
               return target_.unsupported(c.schema, f).has_value();
             });
    });
    return out;
  }

  /// At most `count` of the candidates, taken out of them, lightest first: some of the boldest
  /// edits, and an even choice over all weights.
  static std::vector<Case> choose(std::vector<Case>& candidates, std::size_t count) {
    std::vector<Case> chosen;
    if (candidates.size() > count) {
      const auto bold = candidates.begin() + static_cast<std::ptrdiff_t>(count / 3);
      chosen.assign(std::make_move_iterator(candidates.begin()), std::make_move_iterator(bold));
      candidates.erase(candidates.begin(), bold);
    }
    std::stable_sort(candidates.begin(), candidates.end(), lighter);
    const std::size_t wanted = std::min(count - chosen.size(), candidates.size());
    std::vector<Case> left;
    for (std::size_t i = 0, taken = 0; i < candidates.size(); ++i) {
      const bool take = taken < wanted && i == taken * candidates.size() / wanted;
      (take ? chosen : left).push_back(std::move(candidates[i]));
      if (take) ++taken;
    }
    candidates = std::move(left);
    std::stable_sort(chosen.begin(), chosen.end(), lighter);
    return chosen;
  }

  static bool lighter(const Case& a, const Case& b) { return case_weight(a) < case_weight(b); }

  /// Index in the new batch of the case taken; absent where no candidate fails.
  Result<std::optional<std::size_t>> shrink_schemas() {
    std::vector<Case> candidates = schema_candidates();
    for (const std::size_t count : {std::min(kFirst, settings_.candidates), settings_.candidates}) {
      if (candidates.empty() || !time_left()) break;
      FFICHECK_CHECK(build(choose(candidates, count), kCulpritBuilds));
      FFICHECK_CHECK(open());
      for (std::size_t i = 0; i < cases_.size() && time_left(); ++i) {
        auto message = fails(cases_[i], i);
        if (!message) continue;
        accept(cases_[i], *std::move(message));
        return std::optional(i);
      }
    }
    return std::optional<std::size_t>();
  }

  // Build-time laws.

  /// What a build and lint of the cases finds, at a stage of the law or else at another, without
  /// looking for culprits.
  Result<std::optional<BuildFailure>> probe(const std::vector<const Case*>& cases) {
    std::vector<const Schema*> schemas;
    for (const Case* c : cases) schemas.push_back(&c->schema);
    return probe_build(target_, property_, schemas,
                       {settings_.dir / std::to_string(out_.builds++), settings_.leg,
                        settings_.build_limit, settings_.call_limit});
  }

  bool take_build_failure(const Case& c, std::optional<BuildFailure> failure) {
    if (!failure || !is_stage_of(property_, failure->stage)) return false;
    Case smaller = c;
    accept(std::move(smaller), failure_line(*failure));
    out_.log = std::move(failure->log);
    return true;
  }

  Result<void> run_build() {
    out_.smallest.steps.clear();
    FFICHECK_TRY(std::optional<BuildFailure> failure, probe({&out_.smallest}));
    const Case first = out_.smallest;
    out_.confirmed = take_build_failure(first, std::move(failure));
    while (out_.confirmed && time_left()) {
      FFICHECK_TRY(const bool smaller, shrink_build());
      if (!smaller) break;
    }
    return {};
  }

  Result<bool> shrink_build() {
    std::vector<Case> every = schema_candidates();
    for (const std::size_t count : {std::min(kFirst, settings_.candidates), settings_.candidates}) {
      if (every.empty() || !time_left()) break;
      FFICHECK_TRY(const bool smaller, shrink_build(choose(every, count)));
      if (smaller) return true;
    }
    return false;
  }

  Result<bool> shrink_build(const std::vector<Case>& candidates) {
    EntrySet elsewhere;
    EntrySet left(candidates.size());
    std::iota(left.begin(), left.end(), 0U);
    for (unsigned round = 0; round < kRounds && !left.empty() && time_left(); ++round) {
      std::vector<const Case*> together;
      for (const std::uint32_t i : left) together.push_back(&candidates[i]);
      EntrySet places(left.size());
      std::iota(places.begin(), places.end(), 0U);
      FFICHECK_TRY(const std::optional<BuildFailure> failure, probe(together));
      if (!failure) break;
      // The log blames those that fail; each is confirmed alone, the lightest first.
      const EntrySet blamed = blamed_entries(failure->log, places);
      const bool ours = is_stage_of(property_, failure->stage);
      EntrySet suspects;
      for (const std::uint32_t place : ours && !blamed.empty() ? blamed : places)
        suspects.push_back(left[place]);
      if (ours || blamed.empty()) return confirm(candidates, std::move(suspects));
      // Another stage keeps the law's from being reached: without those, once more. Its log may
      // blame what fails at both.
      EntrySet rest;
      for (const std::uint32_t place : places) {
        const bool is_blamed = std::binary_search(blamed.begin(), blamed.end(), place);
        (is_blamed ? elsewhere : rest).push_back(left[place]);
      }
      left = std::move(rest);
    }
    std::sort(elsewhere.begin(), elsewhere.end());
    return confirm(candidates, std::move(elsewhere));
  }

  Result<bool> confirm(const std::vector<Case>& candidates, EntrySet suspects) {
    if (suspects.size() > kAloneEachRound) suspects.resize(kAloneEachRound);
    for (const std::uint32_t suspect : suspects) {
      if (!time_left()) return false;
      FFICHECK_TRY(std::optional<BuildFailure> alone, probe({&candidates[suspect]}));
      if (take_build_failure(candidates[suspect], std::move(alone))) return true;
    }
    return false;
  }

  const Target& target_;
  const Property& property_;
  const ShrinkSettings& settings_;
  Clock::time_point started_;
  ShrinkOutcome out_;
  std::vector<Case> cases_;            // must outlive batch_
  std::unique_ptr<BuiltBatch> batch_;  // must outlive session_
  std::unique_ptr<WatchedSession> session_;
  ShrinkPatience patience_{Subject::kPatience};
  Case trusted_;  ///< the last that failed with time enough
};

}  // namespace

Result<ShrinkOutcome> shrink_failure(const Target& target, const Property& property,
                                     const Case& failing, const ShrinkSettings& settings) {
  return Shrinker(target, property, settings).run(failing);
}

}  // namespace fficheck
