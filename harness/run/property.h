// Properties: laws with a one-sentence statement, and their verdicts.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/core/case.h"
#include "harness/run/target.h"

namespace fficheck {

struct Verdict {
  enum class Outcome : std::uint8_t {
    Pass,
    Fail,    ///< the law does not hold: `message` says path, expected, seen
    Skip,    ///< nothing to compare: `message` is the reason
    Broken,  ///< could not be tried (worker lost before, stage failed): `message` has the log
  };
  Outcome outcome = Outcome::Pass;
  std::string message;
  std::uint64_t values = 0;  ///< compared
  std::uint64_t errs = 0;    ///< of these, declared errs expected
  std::vector<Step> steps;   ///< Fail: a script that shows it, not shrunk
};

/// What a property may look at and use for one schema of a batch.
struct Subject {
  static constexpr std::chrono::milliseconds kPatience{5000};
  const Target& target;
  Session& session;
  const Schema& schema;
  std::uint32_t index = 0;   ///< of the schema in the batch
  std::uint64_t seed = 0;    ///< of the case
  std::uint64_t values = 0;  ///< wanted for each function
  /// For each thing that a completion script waits for.
  std::chrono::milliseconds patience = kPatience;
  std::string_view leg = "plain";  ///< in which the target is built
};

/// A law. Build-time laws (compiles, layout) are judged from the build's stages; the others drive a
/// session.
class Property {
 public:
  virtual ~Property() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// The law in one sentence.
  [[nodiscard]] virtual std::string_view sentence() const = 0;
  /// Stages of a build (BuildFailure::stage) whose failure breaks this law; empty: not build-time.
  [[nodiscard]] virtual std::vector<std::string_view> stages() const { return {}; }
  /// Checks the law on a schema with invented values.
  [[nodiscard]] virtual Verdict check(const Subject& subject) const = 0;
  /// Checks the law on a saved script's steps.
  [[nodiscard]] virtual Verdict replay(const Subject& subject,
                                       const std::vector<Step>& steps) const = 0;
};

}  // namespace fficheck
