#include "bench/stats/distributions.h"

#include <gtest/gtest.h>

#include <vector>

// Expected numbers are SciPy 1.17's: stats.norm.ppf, special.betainc, stats.t.sf, stats.ttest_ind.
namespace fficheck {
namespace {

void near(double seen, double expected) { EXPECT_NEAR(seen / expected, 1, 1e-11) << expected; }

TEST(NormalQuantile, AgreesWithSciPy) {
  near(normal_quantile(1e-10), -6.361340902404056);
  near(normal_quantile(0.005), -2.575829303548901);
  near(normal_quantile(0.025), -1.9599639845400545);
  near(normal_quantile(0.3), -0.5244005127080409);
  EXPECT_NEAR(normal_quantile(0.5), 0, 1e-15);
  near(normal_quantile(0.995), 2.5758293035489004);
  near(normal_quantile(0.999999), 4.753424308817087);
}

TEST(IncompleteBeta, AgreesWithSciPy) {
  near(incomplete_beta(0.5, 0.5, 0.3), 0.36901011956554536);
  near(incomplete_beta(2, 3, 0.5), 0.6875);
  near(incomplete_beta(10, 0.5, 0.99), 0.6579281751567845);
  near(incomplete_beta(24, 0.5, 0.4), 4.109652226393575e-11);
  near(incomplete_beta(1, 1, 0.7), 0.7);
  near(incomplete_beta(0.5, 20, 1e-3), 0.15758381398363844);
  near(incomplete_beta(500, 0.5, 0.98), 7.0022357897271005e-06);
  EXPECT_EQ(incomplete_beta(2, 3, 0), 0);
  EXPECT_EQ(incomplete_beta(2, 3, 1), 1);
}

TEST(StudentTwoSided, AgreesWithSciPy) {
  near(student_two_sided(0, 5), 1);
  near(student_two_sided(1, 1), 0.5);
  near(student_two_sided(2.5, 10), 0.03144684423660882);
  near(student_two_sided(-2.5, 10), 0.03144684423660882);
  near(student_two_sided(6, 48), 2.50733096314491e-07);
  near(student_two_sided(12, 5), 7.089492517161522e-05);
  near(student_two_sided(40, 98), 1.6633877203685833e-62);
  near(student_two_sided(0.1, 3), 0.9266523488008059);
}

TEST(TTest, AgreesWithSciPy) {
  const std::vector<double> x{0.01, 0.012, 0.008, 0.011, 0.009};
  const std::vector<double> y{0.05, 0.052, 0.047};
  const std::vector<double> z{0.012, 0.009, 0.013, 0.007};
  near(t_test(x, y), 1.3890846110077727e-07);
  near(t_test(x, z), 0.8680798534860267);
  const std::vector<double> both{0.012, 0.009, 0.013, 0.007, 0.01, 0.012, 0.008, 0.011, 0.009};
  near(t_test(y, both), 8.418316810666e-11);
}

TEST(TTest, ConstantSamplesAreEqualOrNot) {
  EXPECT_EQ(t_test(std::vector<double>{1, 1}, std::vector<double>{1}), 1);
  EXPECT_EQ(t_test(std::vector<double>{1, 1}, std::vector<double>{2, 2}), 0);
}

}  // namespace
}  // namespace fficheck
