// A batch on its way through emit, write, build and lint: what every part of the engine that needs
// a worker goes through (campaign, shrinking, replay).
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/result.h"
#include "harness/core/schema.h"
#include "harness/run/bisect.h"
#include "harness/run/phases.h"
#include "harness/run/property.h"
#include "harness/run/target.h"
#include "harness/run/watched_session.h"

namespace fficheck {

/// The part of a schema that a target carries.
struct Carried {
  std::optional<Schema> schema;      ///< absent where it carries no function of it
  std::vector<std::string> reasons;  ///< one for each function left out
};
[[nodiscard]] Carried carried_part(const Target& target, const Schema& schema);

struct BatchSettings {
  std::filesystem::path dir;  ///< made, and removed by ~BuiltBatch unless `keep`
  std::string leg = "plain";
  std::chrono::seconds build_limit{300};
  std::chrono::milliseconds call_limit{20000};
  unsigned max_builds = 200;  ///< spent on looking for culprits
  bool keep = false;
  Phases* phases = nullptr;  ///< told how long emit, write, build and lint take, where given
};

/// Schemas of one target, built together but for those that do not build.
class BuiltBatch {
 public:
  /// Emits, writes and builds. `schemas` outlive the batch; each is wholly carried by the target.
  /// Errors: a tool missing, a directory not writable, no disk.
  static Result<std::unique_ptr<BuiltBatch>> make(const Target& target,
                                                  std::vector<const Schema*> schemas,
                                                  BatchSettings settings);
  ~BuiltBatch();
  BuiltBatch(const BuiltBatch&) = delete;
  BuiltBatch& operator=(const BuiltBatch&) = delete;

  /// Lints what was built, bisecting where that fails; may run beside open() and its session.
  Result<void> lint();

  /// A worker on what was built. Precondition: any_built(). Blame::Worker where it does not start.
  [[nodiscard]] Result<std::unique_ptr<WatchedSession>> open() const;
  /// After open() gave `failure`: where that is Blame::Worker, looks for the schemas at fault,
  /// which then are as if they had not built, at a stage "start"; null where none is left. A worker
  /// that starts when it is tried again is a fault that lint_fault() tells of the first schema. An
  /// Error where not even the sound target's worker for one plain function starts. Not beside
  /// lint().
  Result<std::unique_ptr<WatchedSession>> open_what_starts(Error failure);
  /// Both.
  Result<std::unique_ptr<WatchedSession>> open_what_starts();
  /// What a few starts of the built batch give, which holds where all of them fail.
  [[nodiscard]] Result<std::optional<BuildFailure>> try_start() const;

  [[nodiscard]] bool any_built() const { return !built_.empty(); }
  /// Index of a schema in the session's batch; absent where it did not build.
  [[nodiscard]] std::optional<std::uint32_t> session_index(std::size_t schema) const;
  /// Why a schema did not build; nullptr where it did.
  [[nodiscard]] const BuildFailure* build_fault(std::size_t schema) const;
  /// What lint found in a schema; nullptr where nothing.
  [[nodiscard]] const BuildFailure* lint_fault(std::size_t schema) const;
  /// Whether the schema was left out without being at fault itself, or was not looked into.
  [[nodiscard]] const BuildFailure* unresolved(std::size_t schema) const;

 private:
  BuiltBatch(const Target& target, std::vector<const Schema*> schemas, BatchSettings settings);
  [[nodiscard]] std::vector<BatchEntry> entries_of(const EntrySet& set) const;
  [[nodiscard]] BuildOptions options(const std::filesystem::path& dir) const;
  /// Builds or lints what is in `dir`; a disk that is full is no fault of a schema.
  [[nodiscard]] Result<std::optional<BuildFailure>> attempt(const std::filesystem::path& dir,
                                                            bool linting) const;
  [[nodiscard]] Result<void> write(const std::filesystem::path& dir, const EntrySet& set) const;
  [[nodiscard]] Result<std::optional<BuildFailure>> timed_build() const;
  Result<void> build(EntrySet set);
  /// A few starts of what is built in `dir`: a failure where all of them fail.
  [[nodiscard]] Result<std::optional<BuildFailure>> try_start(const std::filesystem::path& dir,
                                                              const EntrySet& set) const;
  [[nodiscard]] Result<Bisection> search_start(const BuildFailure& failure);
  /// Whether a worker of the sound target starts.
  [[nodiscard]] Result<bool> environment_is_sound() const;
  Result<Bisection> search(const EntrySet& set, const BuildFailure& failure, bool linting);
  [[nodiscard]] EntrySet without_faults(const EntrySet& set) const;
  void note(const Bisection& found, std::map<std::uint32_t, BuildFailure>& faults);

  const Target& target_;
  std::vector<const Schema*> schemas_;
  BatchSettings settings_;
  std::filesystem::path built_dir_;
  EntrySet built_;
  std::map<std::uint32_t, BuildFailure> build_faults_;
  std::map<std::uint32_t, BuildFailure> lint_faults_;
  std::map<std::uint32_t, BuildFailure> unresolved_;
};

/// A build-time law's verdict on a schema; precondition: lint() was called. A stage of the law that
/// failed is a failure; another stage that failed, or a schema that was not judged, is broken.
[[nodiscard]] Verdict judge_build(const Property& law, const BuiltBatch& batch, std::size_t schema);

/// One line for a failed stage: the first line of the log that tells an error, without the names of
/// entries ("c017") and directories, so that the same fault in another batch gives the same line.
[[nodiscard]] std::string failure_line(const BuildFailure& failure);

}  // namespace fficheck
