// Replays: saved cases against targets and properties, and how one check is run and judged.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/core/case.h"
#include "harness/core/result.h"
#include "harness/run/built_batch.h"
#include "harness/run/property.h"
#include "harness/run/target.h"
#include "harness/run/watched_session.h"

namespace fficheck {

/// Values for each function where a case without steps is replayed.
inline constexpr std::uint64_t kReplayValues = 200;

/// Checks a law that drives a session, with invented values or, where `steps` is set, those steps.
/// A worker lost on the way is a failure of the law, with the request that lost it as its steps
/// where the property gave none. After a failure the session's next request gets a fresh worker.
[[nodiscard]] Verdict check_subject(const Property& property, const Subject& subject,
                                    WatchedSession& session,
                                    const std::vector<Step>* steps = nullptr);

/// Whether a failure of that stage breaks the law.
[[nodiscard]] bool is_stage_of(const Property& law, std::string_view stage);

/// Builds, lints and starts schemas together; what fails, at a stage of the law where there is such
/// a failure, else at another. The directory is removed afterwards.
[[nodiscard]] Result<std::optional<BuildFailure>> probe_build(
    const Target& target, const Property& law, const std::vector<const Schema*>& schemas,
    const BatchSettings& settings);

/// "go+race" -> {"go", "race"}, "go" -> {"go", "plain"}: what the `target:` of a case names.
struct TargetLeg {
  std::string target;
  std::string leg = "plain";
};
[[nodiscard]] TargetLeg parse_target_leg(const std::string& text);
[[nodiscard]] std::string target_leg_name(std::string_view target, std::string_view leg);

/// A verdict's message as it is saved and compared: one line, without what differs from run to run
/// (a lost worker's stderr), at most 1,000 bytes.
[[nodiscard]] std::string plain_message(std::string_view message);

struct ReplaySettings {
  std::filesystem::path work;  ///< must be there
  std::chrono::seconds build_limit{300};
  std::chrono::milliseconds call_limit{20000};
};

struct ReplayVerdict {
  enum class Judgement : std::uint8_t {
    Held,            ///< no message in the case, and the law holds
    KnownFailure,    ///< failed with the case's message
    Failed,          ///< no message in the case, but it fails, or could not be tried
    UnexpectedPass,  ///< the case has a message, and the law holds
    ChangedMessage,  ///< failed with another message
    NotCompared,     ///< skipped
  };
  std::size_t index = 0;  ///< of the case
  std::string target;
  std::string property;
  Judgement judgement = Judgement::NotCompared;
  Verdict verdict;
};

/// Replays every case against every target and property that it is for, one build for each target.
/// A case without steps is checked with values invented from seed 0.
[[nodiscard]] Result<std::vector<ReplayVerdict>> replay_cases(
    std::span<const Case> cases, const std::vector<const Target*>& targets,
    const std::vector<const Property*>& properties, const ReplaySettings& settings);

/// 0: every case is as its file says; 1: one is not; 2: nothing was compared.
[[nodiscard]] int exit_status(const std::vector<ReplayVerdict>& verdicts);

}  // namespace fficheck
