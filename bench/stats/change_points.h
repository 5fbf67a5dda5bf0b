// Change points of a history by E-divisive means (Matteson and James 2014), judged by a t-test
// instead of permutations, so that the same history always gives the same points. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace fficheck {

struct ChangePointRule {
  std::size_t window = 50;    ///< nights looked at together
  std::size_t least_run = 3;  ///< nights on each side; one or two odd nights are no change
  double max_p = 1e-4;
  double least_change = 0.02;  ///< a smaller step is none: 0.02 is 2 %
};

/// A step in a series of logarithms.
struct ChangePoint {
  std::size_t index = 0;  ///< the first night at the new level
  double before = 0;      ///< mean of the run that ends there
  double after = 0;       ///< mean of the run that begins there
  double p = 1;           ///< of the t-test between the two runs

  bool operator==(const ChangePoint&) const = default;
};

/// Q = nm/(n+m) * (2 E|X-Y| - E|X-X'| - E|Y-Y'|) of a series cut before `cut`, with
/// the expectations over pairs of different nights, 0 where there is no such pair. Precondition:
/// 0 < cut < series.size().
[[nodiscard]] double divergence(std::span<const double> series, std::size_t cut);

/// All change points, in order. `series` holds logarithms (theta), oldest first.
[[nodiscard]] std::vector<ChangePoint> change_points(std::span<const double> series,
                                                     const ChangePointRule& rule = {});

}  // namespace fficheck
