#include "bench/stats/summary.h"

#include <algorithm>
#include <cmath>

#include "bench/stats/distributions.h"
#include "bench/stats/random.h"

namespace fficheck {
namespace {

/// Reorders `values`.
double median_of(std::span<double> values) {
  const std::size_t middle = values.size() / 2;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(middle);
  std::nth_element(values.begin(), at, values.end());
  if (values.size() % 2 == 1) return *at;
  return (*std::max_element(values.begin(), at) + *at) / 2;
}

}  // namespace

double median(std::vector<double> values) { return median_of(values); }

double quantile(std::span<const double> ascending, double q) {
  const double place = q * static_cast<double>(ascending.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(place));
  if (below + 1 >= ascending.size()) return ascending.back();
  const double share = place - static_cast<double>(below);
  return ascending[below] + share * (ascending[below + 1] - ascending[below]);
}

Interval bootstrap_median(std::span<const double> values, std::size_t resamples, double confidence,
                          std::uint64_t seed) {
  StatRandom random(seed);
  std::vector<double> sample(values.size());
  std::vector<double> medians(resamples);
  for (double& m : medians) {
    for (double& x : sample) x = values[random.below(values.size())];
    m = median_of(sample);
  }
  std::sort(medians.begin(), medians.end());
  return {quantile(medians, (1 - confidence) / 2), quantile(medians, (1 + confidence) / 2)};
}

Interval wilson(std::uint64_t successes, std::uint64_t n, double confidence) {
  const double z = normal_quantile((1 + confidence) / 2);
  const double count = static_cast<double>(n);
  const double p = static_cast<double>(successes) / count;
  const double scale = 1 / (1 + z * z / count);
  const double center = (p + z * z / (2 * count)) * scale;
  const double half = z * std::sqrt(p * (1 - p) / count + z * z / (4 * count * count)) * scale;
  return {std::max(0.0, center - half), std::min(1.0, center + half)};
}

}  // namespace fficheck
