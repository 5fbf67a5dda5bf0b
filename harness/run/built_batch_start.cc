// Workers that do not start: which schemas of a batch are at fault.
#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

#include "harness/run/built_batch.h"
#include "harness/run/start_stage.h"

namespace fficheck {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// What starts in one of so many attempts is not looked for among the schemas.
constexpr int kStarts = 3;
/// A start that hangs takes long, and is not tried again.
constexpr std::chrono::seconds kQuick{5};
/// Builds that look for schemas at fault: where all are, there is no use in seeing each alone.
constexpr unsigned kStartBuilds = 60;

BuildFailure start_failure(const Error& error) {
  return {kStartStage, "error: " + error.message + "\n"};
}

/// f: func(x: u8) -> u8
Schema plain_schema() {
  SchemaBuilder builder;
  const TypeId u8 = builder.scalar(Kind::U8);
  Function f;
  f.name = "f";
  f.params = {{"x", u8}};
  f.result = u8;
  builder.function(f);
  return std::move(builder).build().value();
}

}  // namespace

Result<std::optional<BuildFailure>> BuiltBatch::try_start(const fs::path& dir,
                                                          const EntrySet& set) const {
  const std::vector<BatchEntry> entries = entries_of(set);
  std::optional<BuildFailure> failure;
  const Clock::time_point begun = Clock::now();
  for (int i = 0; i < kStarts && Clock::now() - begun < kQuick; ++i) {
    const Result<std::unique_ptr<Session>> session =
        target_.open(options(dir), entries, settings_.call_limit);
    if (session.ok()) return std::optional<BuildFailure>();
    if (session.error().blame != Blame::Worker) return session.error();
    failure = start_failure(session.error());
  }
  return failure;
}

Result<std::optional<BuildFailure>> BuiltBatch::try_start() const {
  return try_start(built_dir_, built_);
}

Result<bool> BuiltBatch::environment_is_sound() const {
  const Schema plain = plain_schema();
  BatchSettings settings{settings_.dir / "plain", "plain", settings_.build_limit,
                         settings_.call_limit};
  FFICHECK_TRY(const std::unique_ptr<BuiltBatch> batch,
               make(target_.sound(), {&plain}, std::move(settings)));
  if (!batch->any_built()) return false;
  FFICHECK_TRY(const std::optional<BuildFailure> failure, batch->try_start());
  return !failure;
}

Result<Bisection> BuiltBatch::search_start(const BuildFailure& failure) {
  const fs::path dir = settings_.dir / "bisect-start";
  const BuildSubset attempt = [&](const EntrySet& part) -> Result<std::optional<BuildFailure>> {
    FFICHECK_CHECK(write(dir, part));
    FFICHECK_TRY(std::optional<BuildFailure> failed, this->attempt(dir, false));
    return failed ? failed : try_start(dir, part);
  };
  Result<Bisection> found =
      bisect(built_, failure, attempt, std::min(settings_.max_builds, kStartBuilds));
  std::error_code ignored;
  if (!settings_.keep) fs::remove_all(dir, ignored);
  return found;
}

Result<std::unique_ptr<WatchedSession>> BuiltBatch::open_what_starts(Error failure) {
  bool is_sound = false;
  while (true) {
    if (failure.blame != Blame::Worker) return failure;
    FFICHECK_TRY(const std::optional<BuildFailure> again, try_start());
    if (!again) {
      // The rest of the batch can be judged beside it.
      BuildFailure once = start_failure(failure);
      once.log = "starts only now and then: " + once.log;
      lint_faults_.try_emplace(built_.front(), std::move(once));
    } else {
      if (!is_sound) {
        FFICHECK_TRY(is_sound, environment_is_sound());
        if (!is_sound)
          return environment_error(failure.message +
                                   "; nor does the worker of a batch with one plain function");
      }
      FFICHECK_TRY(const Bisection found, search_start(*again));
      note(found, build_faults_);
      FFICHECK_CHECK(build(without_faults(built_)));
      if (built_.empty()) return std::unique_ptr<WatchedSession>();
    }
    Result<std::unique_ptr<WatchedSession>> session = open();
    if (session.ok()) return session;
    failure = session.error();
  }
}

Result<std::unique_ptr<WatchedSession>> BuiltBatch::open_what_starts() {
  Result<std::unique_ptr<WatchedSession>> session = open();
  if (session.ok()) return session;
  return open_what_starts(session.error());
}

}  // namespace fficheck
