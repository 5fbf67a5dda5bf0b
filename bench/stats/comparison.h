// Comparing two builds: from the times of blocks to a verdict, as docs/tracking.md says. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "bench/stats/summary.h"

namespace fficheck {

/// The numbers of the method.
struct CompareRule {
  std::size_t rounds = 15;      ///< at first, and how many more where they do not suffice
  std::size_t max_rounds = 60;  ///< after so many it ends
  std::size_t blocks = 4;       ///< of each side in a round
  double half_width = 0.01;     ///< half an interval wider than this wants more rounds
  double least_change = 0.03;   ///< a smaller change is none: 0.03 is 3 %
  std::size_t resamples = 10'000;
  double confidence = 0.99;
};

/// What rounds say about ln(candidate / baseline).
struct Estimate {
  double theta = 0;
  Interval interval;
  std::size_t rounds = 0;
};

enum class Finding {
  Pass,
  Regression,    ///< confirmed, or to be confirmed
  Improvement,   ///< the mirror image
  Unconfirmed,   ///< a change that its rerun did not show
  Inconclusive,  ///< the interval stayed too wide
  Error,         ///< could not be measured
};

/// "pass", "regression", ...
[[nodiscard]] std::string_view finding_name(Finding finding);
/// The verdict of a name; nothing where there is none of it.
[[nodiscard]] std::optional<Finding> parse_finding(std::string_view name);

/// rho of a round: the median of its blocks' log ratios. Precondition: not empty.
[[nodiscard]] double round_ratio(std::span<const double> blocks);

/// theta and its interval from the rho of each round. Precondition: not empty.
[[nodiscard]] Estimate estimate(std::span<const double> rho, const CompareRule& rule,
                                std::uint64_t seed);

/// Whether a benchmark needs more rounds.
[[nodiscard]] bool wants_more(const Estimate& e, const CompareRule& rule);

/// The verdict of one series of rounds that wants no more. A change that is clear although the
/// interval stayed wide is still that change; all else that is wide is inconclusive.
[[nodiscard]] Finding judge(const Estimate& e, const CompareRule& rule);

/// The verdict after the independent rerun of a change.
[[nodiscard]] Finding confirm(Finding first, const Estimate& rerun, const CompareRule& rule);

}  // namespace fficheck
