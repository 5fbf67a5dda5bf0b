// Medians, quantiles and intervals. All functions are pure; none accepts NaN.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fficheck {

/// Both ends belong to it.
struct Interval {
  double low = 0;
  double high = 0;

  [[nodiscard]] double half() const { return (high - low) / 2; }
  bool operator==(const Interval&) const = default;
};

/// The middle value, or the mean of the two in the middle. Precondition: not empty.
[[nodiscard]] double median(std::vector<double> values);

/// Quantile q in [0, 1] of ascending values, linear between neighbours (Hyndman and Fan's type 7).
/// Precondition: not empty.
[[nodiscard]] double quantile(std::span<const double> ascending, double q);

/// Percentile bootstrap of the median: the quantiles (1 - confidence) / 2 and (1 + confidence) / 2
/// of the medians of `resamples` samples drawn with replacement. Same seed, same interval.
/// Precondition: not empty, resamples > 0.
[[nodiscard]] Interval bootstrap_median(std::span<const double> values, std::size_t resamples,
                                        double confidence, std::uint64_t seed);

/// Wilson's score interval of a proportion (Wilson 1927). Precondition: 0 < n, successes <= n.
[[nodiscard]] Interval wilson(std::uint64_t successes, std::uint64_t n, double confidence);

}  // namespace fficheck
