#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "harness/run/files.h"
#include "reports/read.h"

namespace fficheck::reports {
namespace {

class ReadHistory : public testing::Test {
 protected:
  void SetUp() override {
    Result<TempDir> made = TempDir::create("history");
    ASSERT_TRUE(made.ok());
    dir_ = std::move(made).value();
  }
  Result<History> read(const std::string& text) const {
    const std::filesystem::path file = dir_->path() / "h.jsonl";
    std::ofstream(file) << text;
    return read_history(file);
  }
  std::optional<TempDir> dir_;
};

std::string row(const std::string& night, const std::string& benchmark, double theta) {
  return R"({"night":")" + night + R"(","benchmark":")" + benchmark +
         R"(","host":"h","metric":"time","theta":)" + std::to_string(theta) + "}\n";
}

TEST_F(ReadHistory, RowsComeByNightWhateverTheirOrder) {
  const Result<History> history = read(row("2026-01-03", "b", 3) + row("2026-01-01", "a", 1) +
                                       row("2026-01-01", "b", 1) + row("2026-01-02", "b", 2));
  ASSERT_TRUE(history.ok()) << history.error().text();
  const History& h = history.value();
  ASSERT_EQ(h.series.size(), 2U);
  EXPECT_EQ(h.series[0].benchmark, "a");
  ASSERT_EQ(h.series[1].points.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(h.series[1].points[i].theta, static_cast<float>(i + 1));
    EXPECT_EQ(h.runs[h.series[1].points[i].run].night, "2026-01-0" + std::to_string(i + 1));
  }
}

TEST_F(ReadHistory, OfTwoRowsOfANightTheLaterCounts) {
  const Result<History> history = read(row("2026-01-01", "a", 1) + row("2026-01-01", "a", 2));
  ASSERT_TRUE(history.ok());
  ASSERT_EQ(history.value().series[0].points.size(), 1U);
  EXPECT_EQ(history.value().series[0].points[0].theta, 2.0F);
}

TEST_F(ReadHistory, WhatIsAbsentIsNoNumber) {
  const Result<History> history =
      read(R"({"night":"n","benchmark":"a","host":"h","theta":null,"value":5})");
  ASSERT_TRUE(history.ok()) << history.error().text();
  EXPECT_TRUE(std::isnan(history.value().series[0].points[0].theta));
  EXPECT_EQ(history.value().series[0].points[0].value, 5);
  EXPECT_EQ(history.value().series[0].metric, "time");
}

TEST_F(ReadHistory, ALineOfASeriesIsItsRows) {
  const Result<History> rows = read(row("2026-01-01", "a", 1) + row("2026-01-02", "a", 2));
  const Result<History> series = read(
      R"({"series":{"benchmark":"a","host":"h","metric":"time"},"nights":["2026-01-01","2026-01-02"],"theta":[1,2]})");
  ASSERT_TRUE(rows.ok() && series.ok());
  EXPECT_EQ(rows.value().runs, series.value().runs);
  ASSERT_EQ(series.value().series[0].points.size(), 2U);
  EXPECT_EQ(series.value().series[0].points[1].theta, rows.value().series[0].points[1].theta);
}

TEST_F(ReadHistory, ATornLastLineIsLeftOutAndATornOneBeforeIsToldWithItsLine) {
  EXPECT_TRUE(read(row("n", "a", 1) + "{\"night\":").ok());
  const Result<History> bad = read(row("n", "a", 1) + "{\"night\":\n" + row("n", "a", 1));
  ASSERT_FALSE(bad.ok());
  EXPECT_NE(bad.error().text().find("h.jsonl:2"), std::string::npos);
}

}  // namespace
}  // namespace fficheck::reports
