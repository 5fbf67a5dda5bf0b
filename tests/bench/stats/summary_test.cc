#include "bench/stats/summary.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

#include "bench/stats/random.h"

// Expected numbers are NumPy 2.4's and SciPy 1.17's (median, quantile, binomtest().proportion_ci);
// the bootstrap's are NumPy's on the same resamples, SplitMix64 being written twice.
namespace fficheck {
namespace {

const std::vector<double> kRho{0.0012,  -0.0034, 0.0101, 0.0005, 0.0022,  -0.0007, 0.0009, 0.0051,
                               -0.0015, 0.0030,  0.0002, 0.0044, -0.0021, 0.0013,  0.0008};

TEST(StatRandom, GivesThePublishedSequence) {
  StatRandom random(42);
  EXPECT_EQ(random.next(), 0xbdd732262feb6e95u);
  EXPECT_EQ(random.next(), 0x28efe333b266f103u);
  EXPECT_EQ(random.next(), 0x47526757130f9f52u);
}

TEST(StatRandom, EveryNumberBelowTheLimitComesAboutEquallyOften) {
  StatRandom random(1);
  std::vector<int> seen(15);
  for (int i = 0; i < 150'000; ++i) ++seen[random.below(15)];
  for (const int n : seen) EXPECT_NEAR(n, 10'000, 500);
}

TEST(Median, IsTheMiddleOrTheMeanOfTheTwoThere) {
  EXPECT_EQ(median({0.3, -1.2, 4.5, 0.01, 2.2, -0.7, 0.9}), 0.3);
  EXPECT_DOUBLE_EQ(median({0.3, -1.2, 4.5, 0.01, 2.2, -0.7, 0.9, 10}), 0.6);
  EXPECT_EQ(median({7}), 7);
}

TEST(Quantile, AgreesWithNumPy) {
  const std::vector<double> a{-1.2, -0.7, 0.01, 0.3, 0.9, 2.2, 4.5};
  EXPECT_DOUBLE_EQ(quantile(a, 0), -1.2);
  EXPECT_DOUBLE_EQ(quantile(a, 0.005), -1.185);
  EXPECT_DOUBLE_EQ(quantile(a, 0.1), -0.9);
  EXPECT_DOUBLE_EQ(quantile(a, 0.5), 0.3);
  EXPECT_DOUBLE_EQ(quantile(a, 0.9), 3.12);
  EXPECT_DOUBLE_EQ(quantile(a, 0.995), 4.431);
  EXPECT_DOUBLE_EQ(quantile(a, 1), 4.5);
}

TEST(BootstrapMedian, AgreesWithNumPyOnTheSameResamples) {
  EXPECT_EQ(bootstrap_median(kRho, 10'000, 0.99, 7), (Interval{-0.0007, 0.003}));
  EXPECT_EQ(bootstrap_median({kRho.data(), 10}, 10'000, 0.99, 7), (Interval{-0.0015, 0.0051}));
}

RC_GTEST_PROP(BootstrapMedian, LiesWithinTheValuesAndRepeats, (std::uint64_t seed)) {
  auto values = *rc::gen::nonEmpty(rc::gen::container<std::vector<double>>(
      rc::gen::map(rc::gen::inRange(-1000, 1000), [](int i) { return i / 1000.0; })));
  const Interval i = bootstrap_median(values, 100, 0.99, seed);
  RC_ASSERT(i == bootstrap_median(values, 100, 0.99, seed));
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  RC_ASSERT(*least <= i.low);
  RC_ASSERT(i.low <= i.high);
  RC_ASSERT(i.high <= *most);
}

TEST(Wilson, AgreesWithSciPy) {
  const auto expect = [](const Interval& i, double low, double high) {
    EXPECT_NEAR(i.low, low, 1e-12);
    EXPECT_NEAR(i.high, high, 1e-12);
  };
  expect(wilson(0, 10, 0.95), 0, 0.27753279986288926);
  expect(wilson(10, 10, 0.95), 0.7224672001371109, 1);
  expect(wilson(95, 100, 0.95), 0.8882495307680809, 0.978456320845632);
  expect(wilson(1, 1000, 0.95), 0.00017654637062607809, 0.0056425585979579355);
  expect(wilson(400, 400, 0.99), 0.9836834057861709, 1);
  expect(wilson(3, 7, 0.99), 0.11637368051613817, 0.8102850959116125);
}

}  // namespace
}  // namespace fficheck
