#include "bench/stats/change_points.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "bench/stats/distributions.h"
#include "bench/stats/random.h"

namespace fficheck {
namespace {

/// Normal noise around 0.
std::vector<double> noise(std::size_t n, double deviation, std::uint64_t seed) {
  StatRandom random(seed);
  std::vector<double> out(n);
  for (double& x : out) x = deviation * normal_quantile(random.uniform() + 0x1p-54);
  return out;
}

void step(std::vector<double>& series, std::size_t from, double by) {
  for (std::size_t i = from; i < series.size(); ++i) series[i] += by;
}

std::vector<std::size_t> indices(const std::vector<ChangePoint>& points) {
  std::vector<std::size_t> out;
  for (const ChangePoint& p : points) out.push_back(p.index);
  return out;
}
using Indices = std::vector<std::size_t>;

TEST(Divergence, AgreesWithNumPy) {
  const std::vector<double> s{0.01,  0.012, 0.008, 0.011, 0.009, 0.05,
                              0.052, 0.047, 0.012, 0.009, 0.013, 0.007};
  EXPECT_NEAR(divergence(s, 1), 0.0051333333333333335, 1e-15);
  EXPECT_NEAR(divergence(s, 2), 0.006925925925925925, 1e-15);
  EXPECT_NEAR(divergence(s, 5), 0.031166666666666662, 1e-15);
  EXPECT_NEAR(divergence(s, 8), 0.01780952380952381, 1e-15);
  EXPECT_NEAR(divergence(s, 11), 0.009166666666666672, 1e-15);
}

TEST(ChangePoints, ShortAndConstantSeriesHaveNone) {
  EXPECT_TRUE(change_points({}).empty());
  for (std::size_t n = 1; n < 12; ++n)
    EXPECT_TRUE(change_points(std::vector<double>(n, 0.5)).empty()) << n;
  EXPECT_TRUE(change_points(std::vector<double>(500, 0.5)).empty());
  EXPECT_TRUE(change_points(std::vector<double>{0, 0, 1, 1}).empty());
}

TEST(ChangePoints, AWeekWithAStepShowsItOnItsNight) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    auto week = noise(7, 0.001, seed);
    step(week, 4, std::log(1.05));
    const auto points = change_points(week);
    ASSERT_EQ(indices(points), Indices{4}) << seed;
    EXPECT_NEAR(points[0].after - points[0].before, std::log(1.05), 0.004);
    EXPECT_LT(points[0].p, 1e-4);
  }
}

TEST(ChangePoints, FindsEveryStepOnItsNight) {
  auto series = noise(365, 0.003, 1);
  step(series, 40, 0.05);
  step(series, 52, -0.05);
  step(series, 200, 0.03);
  step(series, 362, 0.05);
  EXPECT_EQ(indices(change_points(series)), (Indices{40, 52, 200, 362}));
}

TEST(ChangePoints, AStepBelowTwoPercentIsNone) {
  auto series = noise(200, 0.001, 2);
  step(series, 100, 0.015);
  EXPECT_TRUE(change_points(series).empty());
  step(series, 100, 0.01);
  EXPECT_EQ(indices(change_points(series)), Indices{100});
}

TEST(ChangePoints, OneOrTwoOddNightsAreNone) {
  auto series = noise(200, 0.003, 3);
  series[50] += 0.3;
  series[120] -= 0.1;
  series[121] -= 0.1;
  series[199] += 0.3;
  EXPECT_TRUE(change_points(series).empty());
}

TEST(ChangePoints, NoiseAloneHasNone) {
  for (std::uint64_t seed = 0; seed < 50; ++seed)
    EXPECT_TRUE(change_points(noise(365, 0.005, seed)).empty()) << seed;
}

TEST(ChangePoints, WhereTheyAreDoesNotDependOnTheLevel) {
  auto series = noise(300, 0.003, 4);
  step(series, 77, 0.04);
  step(series, 230, -0.06);
  const Indices found = indices(change_points(series));
  EXPECT_EQ(found, (Indices{77, 230}));
  for (double& x : series) x = 0.7 - x;
  EXPECT_EQ(indices(change_points(series)), found);
}

RC_GTEST_PROP(ChangePoints, EachPassesTheRule, ()) {
  const auto series = *rc::gen::container<std::vector<double>>(
      rc::gen::map(rc::gen::inRange(-3, 4), [](int i) { return i / 20.0; }));
  const ChangePointRule rule{.window = 20, .max_p = 0.05};
  std::size_t before = 0;
  for (const ChangePoint& p : change_points(series, rule)) {
    RC_ASSERT(p.index >= before + rule.least_run);
    RC_ASSERT(p.index + rule.least_run <= series.size());
    RC_ASSERT(p.p < rule.max_p);
    RC_ASSERT(std::abs(p.after - p.before) >= std::log1p(rule.least_change));
    before = p.index;
  }
}

}  // namespace
}  // namespace fficheck
