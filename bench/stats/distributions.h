// The two distributions that tests need.
#pragma once

#include <span>

namespace fficheck {

/// x with P(Z <= x) = p for a standard normal Z; p in (0, 1).
[[nodiscard]] double normal_quantile(double p);

/// Regularised incomplete beta function I_x(a, b); a, b > 0, x in [0, 1]. By its continued fraction
/// (DLMF 8.17.22), to about 1e-14.
[[nodiscard]] double incomplete_beta(double a, double b, double x);

/// P(|T| >= |t|) for Student's distribution; freedom > 0.
[[nodiscard]] double student_two_sided(double t, double freedom);

/// p of Student's two-sample t-test with pooled variance, two-sided; 1 where both samples are
/// constant and equal, 0 where they are constant and differ. Precondition: neither is empty, and
/// together they have at least 3 values.
[[nodiscard]] double t_test(std::span<const double> x, std::span<const double> y);

}  // namespace fficheck
