#include "bench/track/series.h"

#include <gtest/gtest.h>

#include <cmath>

#include "bench/stats/random.h"
#include "harness/run/files.h"
#include "tests/bench/track/rows.h"

namespace fficheck {
namespace {

/// Noise of half a percent at most, the same for the same night.
double noise(std::size_t night) { return (StatRandom(night).uniform() - 0.5) * 0.01; }

TEST(Series, AWeekWithAStepShowsItOnItsNightWithItsCommits) {
  std::vector<HistoryRow> rows;
  for (std::size_t n = 0; n < 7; ++n)
    rows.push_back(row_of(n, noise(n) / 5 + (n >= 4 ? std::log(1.05) : 0)));
  const TrackSeries s = make_series(rows);
  ASSERT_EQ(s.points.size(), 1u);
  EXPECT_EQ(s.nights[s.points[0].index].night, night_of(4));
  EXPECT_EQ(s.nights[s.points[0].index].commit, "commit4");
  EXPECT_EQ(s.points[0].commit_before, "commit3");
}

/// Nights 0 to 79; the anchor "two", 30 % slower than "one", is there from night 40 on, and "one"
/// until `shared` nights later.
std::vector<HistoryRow> two_anchors(std::size_t shared) {
  std::vector<HistoryRow> rows;
  for (std::size_t n = 0; n < 80; ++n) {
    if (n < 40 + shared) rows.push_back(row_of(n, noise(n)));
    if (n >= 40) rows.push_back(row_of(n, noise(n + 1000) - std::log(1.3), "two"));
  }
  return rows;
}

TEST(Series, AnchorsThatOverlapTenNightsMakeOneSeriesWithoutAStep) {
  const TrackSeries s = make_series(two_anchors(10));
  EXPECT_EQ(s.parts, std::vector<std::size_t>{0});
  ASSERT_EQ(s.nights.size(), 80u);
  EXPECT_TRUE(s.points.empty());
  for (const SeriesNight& night : s.nights) EXPECT_NEAR(night.theta, 0, 0.011) << night.night;
  EXPECT_EQ(s.nights[49].anchor, "one");
  EXPECT_EQ(s.nights[50].anchor, "two");
}

TEST(Series, AnchorsThatOverlapLessMakePartsThatAreNotCompared) {
  for (const std::size_t shared : {0u, 9u}) {
    const TrackSeries s = make_series(two_anchors(shared));
    EXPECT_EQ(s.parts, (std::vector<std::size_t>{0, 40 + shared})) << shared;
    EXPECT_EQ(s.nights.size(), 80u);
    EXPECT_TRUE(s.points.empty());
    EXPECT_NEAR(s.nights[79].theta, -std::log(1.3), 0.01);
  }
}

TEST(Series, AStepIsSeenAcrossAnAnchorsChange) {
  auto rows = two_anchors(10);
  for (HistoryRow& row : rows)
    if (row.night >= night_of(47)) row.theta += 0.04;
  const TrackSeries s = make_series(rows);
  ASSERT_EQ(s.points.size(), 1u);
  EXPECT_EQ(s.points[0].index, 47u);
  EXPECT_NEAR(s.points[0].change.after - s.points[0].change.before, 0.04, 0.005);
}

TEST(Series, APointInALaterPartIsAtItsPlaceInTheWhole) {
  auto rows = two_anchors(0);
  for (HistoryRow& row : rows)
    if (row.night >= night_of(60)) row.theta += 0.04;
  const TrackSeries s = make_series(rows);
  ASSERT_EQ(s.points.size(), 1u);
  EXPECT_EQ(s.points[0].index, 60u);
  EXPECT_EQ(s.points[0].commit_before, "commit59");
}

TEST(Series, InstructionsShowAStepOfOnePercentThatTimesDoNot) {
  const TempDir dir = TempDir::create("fficheck-series").value();
  Result<History> history = History::open(dir.path() / "h.db");
  ASSERT_TRUE(history.ok());
  for (std::size_t n = 0; n < 20; ++n) {
    HistoryRow row = row_of(n, n < 10 ? 0 : 0.01);
    ASSERT_TRUE(history.value().add(std::vector{row}).ok());
    row.metric = "instructions";
    ASSERT_TRUE(history.value().add(std::vector{row}).ok());
  }
  const auto series = read_series(history.value());
  ASSERT_TRUE(series.ok());
  ASSERT_EQ(series.value().size(), 2u);
  EXPECT_EQ(series.value()[0].metric, "instructions");
  ASSERT_EQ(series.value()[0].points.size(), 1u);
  EXPECT_EQ(series.value()[0].points[0].index, 10u);
  EXPECT_TRUE(series.value()[1].points.empty());
}

TEST(Series, ADriftIsToldThoughNoNightShowsIt) {
  for (const double by : {0.1, -0.1}) {
    std::vector<HistoryRow> rows;
    for (std::size_t n = 0; n < 330; ++n)
      rows.push_back(row_of(n, noise(n) + by * static_cast<double>(n) / 330));
    const TrackSeries s = make_series(rows);
    ASSERT_GE(s.points.size(), 1u);
    for (const SeriesPoint& p : s.points) {
      EXPECT_TRUE(p.drift);
      EXPECT_GT((p.change.after - p.change.before) * by, 0);
    }
  }
}

TEST(Series, AStepIsNoDrift) {
  std::vector<HistoryRow> rows;
  for (std::size_t n = 0; n < 330; ++n)
    rows.push_back(row_of(n, noise(n) + (n >= 150 ? 0.05 : 0) - (n >= 300 ? 0.03 : 0)));
  const TrackSeries s = make_series(rows);
  ASSERT_EQ(s.points.size(), 2u);
  EXPECT_EQ(s.points[0].index, 150u);
  EXPECT_EQ(s.points[1].index, 300u);
  for (const SeriesPoint& p : s.points) EXPECT_FALSE(p.drift);
}

TEST(Series, NoiseIsNoDrift) {
  std::vector<HistoryRow> rows;
  for (std::size_t n = 0; n < 330; ++n) rows.push_back(row_of(n, 4 * noise(n)));
  EXPECT_TRUE(make_series(rows).points.empty());
}

}  // namespace
}  // namespace fficheck
