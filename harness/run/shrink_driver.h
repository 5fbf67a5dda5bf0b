// Shrinking driven by the failure: replays smaller cases until none that still fails is found.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

#include "harness/core/case.h"
#include "harness/core/result.h"
#include "harness/run/property.h"
#include "harness/run/target.h"

namespace fficheck {

struct ShrinkSettings {
  std::filesystem::path dir;  ///< for builds; removed afterwards
  std::string leg = "plain";
  std::uint64_t seed = 0;                      ///< of the case, for Subject
  std::chrono::seconds build_limit{120};       ///< of one build
  std::chrono::milliseconds call_limit{5000};  ///< of one call
  std::chrono::milliseconds limit{30000};      ///< of all of it; checked between replays
  std::size_t candidates = 100;                ///< schemas for each build
};

struct ShrinkOutcome {
  Case smallest;           ///< with the message that its replay gave
  std::string log;         ///< of the failed stage, for a build-time law
  bool confirmed = false;  ///< whether the case failed when replayed alone
  double seconds = 0;
  std::uint64_t replays = 0;
  unsigned builds = 0;
};

/// Replays `failing` alone; where it fails again, looks for smaller cases that fail the same
/// property, scripts first, on what is built, then schemas, many to a build. The result never
/// weighs more than `failing`. Build-time laws shrink by schema only.
[[nodiscard]] Result<ShrinkOutcome> shrink_failure(const Target& target, const Property& property,
                                                   const Case& failing,
                                                   const ShrinkSettings& settings);

}  // namespace fficheck
