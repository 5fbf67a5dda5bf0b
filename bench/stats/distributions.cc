#include "bench/stats/distributions.h"

#include <cmath>
#include <numeric>

namespace fficheck {
namespace {

/// The continued fraction of the incomplete beta function, by Lentz's method.
double beta_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300;
  const auto away_from_zero = [](double v) { return std::abs(v) < kTiny ? kTiny : v; };
  double c = 1;
  double d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
  double value = d;
  for (int m = 1; m <= 1000; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away_from_zero(1 + even * d);
    c = away_from_zero(1 + even / c);
    value *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away_from_zero(1 + odd * d);
    c = away_from_zero(1 + odd / c);
    const double factor = d * c;
    value *= factor;
    if (std::abs(factor - 1) < 1e-15) break;
  }
  return value;
}

double mean(std::span<const double> x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

double squares(std::span<const double> x, double around) {
  return std::accumulate(x.begin(), x.end(), 0.0, [around](double sum, double v) {
    return sum + (v - around) * (v - around);
  });
}

}  // namespace

double normal_quantile(double p) {
  // Bisection on erfc: slow, plain, and good to the last digits. Beyond 40 nothing is
  // representable.
  double low = -40;
  double high = 40;
  for (int i = 0; i < 200 && low < high; ++i) {
    const double middle = (low + high) / 2;
    if (middle == low || middle == high) break;
    (0.5 * std::erfc(-middle / std::sqrt(2.0)) < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

double incomplete_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                                a * std::log(x) + b * std::log1p(-x));
  // The fraction converges fast on this side of the mean; the other side is its mirror image.
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double student_two_sided(double t, double freedom) {
  return incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t));
}

double t_test(std::span<const double> x, std::span<const double> y) {
  const double n = static_cast<double>(x.size());
  const double m = static_cast<double>(y.size());
  const double mx = mean(x);
  const double my = mean(y);
  const double freedom = n + m - 2;
  const double variance = (squares(x, mx) + squares(y, my)) / freedom;
  const double error = std::sqrt(variance * (1 / n + 1 / m));
  if (!(error > 0)) return mx == my ? 1 : 0;
  return student_two_sided((mx - my) / error, freedom);
}

}  // namespace fficheck
