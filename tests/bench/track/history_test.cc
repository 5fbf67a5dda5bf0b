#include "bench/track/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "harness/run/files.h"
#include "harness/run/process.h"
#include "tests/bench/track/rows.h"

namespace fficheck {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using State = Anchor::State;

class HistoryTest : public ::testing::Test {
 protected:
  History open(const std::string& name = "h.db") {
    Result<History> history = History::open(dir_.path() / name);
    EXPECT_TRUE(history.ok());
    return std::move(history).value();
  }
  TempDir dir_ = TempDir::create("fficheck-history").value();
};

TEST_F(HistoryTest, WhatWasAddedIsThereWhenItIsOpenedAgain) {
  HistoryRow counted = row_of(1, 0.25);
  counted.metric = "instructions";
  counted.low = counted.high = counted.value = std::nullopt;
  {
    History history = open();
    ASSERT_TRUE(history.add(std::vector{row_of(2, 0.1), row_of(0, -0.1), counted}).ok());
  }
  History history = open();
  EXPECT_THAT(all_rows(history), ElementsAre(counted, row_of(0, -0.1), row_of(2, 0.1)));
  EXPECT_EQ(history.size().value(), 3u);
}

TEST_F(HistoryTest, ARowTakesThePlaceOfTheOneOfItsNight) {
  History history = open();
  ASSERT_TRUE(history.add(std::vector{row_of(1, 0.1)}).ok());
  ASSERT_TRUE(history.add(std::vector{row_of(1, 0.2), row_of(1, 0.3, "two")}).ok());
  EXPECT_THAT(all_rows(history), ElementsAre(row_of(1, 0.2), row_of(1, 0.3, "two")));
}

TEST_F(HistoryTest, OneBadRowKeepsAllOut) {
  History history = open();
  std::vector<HistoryRow> bad(8, row_of(1, 0.1));
  bad[0].night = "2026-13-01";
  bad[1].night = "yesterday";
  bad[2].benchmark = "";
  bad[3].host = "a\nb";
  bad[4].metric = "speed";
  bad[5].theta = std::numeric_limits<double>::quiet_NaN();
  bad[6].high = std::numeric_limits<double>::infinity();
  bad[7].finding = "fine";
  for (const HistoryRow& r : bad) {
    const auto added = history.add(std::vector{row_of(0, 0), r});
    ASSERT_FALSE(added.ok());
    EXPECT_EQ(added.error().blame, Blame::Input);
  }
  EXPECT_EQ(history.size().value(), 0u);
}

TEST_F(HistoryTest, FilesThatAreNoHistoryAreRefusedAndLeftAlone) {
  ASSERT_TRUE(write_file(dir_.path() / "text", std::string(5000, 'x')).ok());
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open((dir_.path() / "other.db").c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "CREATE TABLE t(x)", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  {
    const History later = open("later.db");
  }
  ASSERT_EQ(sqlite3_open((dir_.path() / "later.db").c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "PRAGMA user_version = 2", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  for (const char* name : {"text", "other.db", "later.db"}) {
    const auto refused = History::open(dir_.path() / name);
    ASSERT_FALSE(refused.ok()) << name;
    EXPECT_EQ(refused.error().blame, Blame::Input) << name;
    EXPECT_THAT(refused.error().text(), HasSubstr(name));
  }
  EXPECT_EQ(read_file(dir_.path() / "text").value(), std::string(5000, 'x'));
}

TEST_F(HistoryTest, TwoThatHaveItOpenSeeEachOthersRows) {
  History one = open();
  History two = open();
  ASSERT_TRUE(one.add(std::vector{row_of(1, 0.1)}).ok());
  ASSERT_TRUE(two.add(std::vector{row_of(2, 0.1)}).ok());
  EXPECT_EQ(one.size().value(), 2u);
}

// The writer adds nights of 50 rows as fast as it can, and says so after each. It is killed in the
// midst of it, again and again: what it had said is there, and no night is there in part.
TEST_F(HistoryTest, WhatAKilledRunHadWrittenIsKept) {
  std::size_t said_in_all = 0;
  for (int kill = 0; kill < 10; ++kill) {
    ProcessOptions options;
    options.command = {FFICHECK_HISTORY_WRITER, (dir_.path() / "killed.db").string()};
    auto writer = ChildProcess::start(options);
    ASSERT_TRUE(writer.ok());
    (void)writer.value().wait(std::chrono::milliseconds(60 + 37 * kill));
    const ProcessEnd end = writer.value().kill();
    ASSERT_TRUE(end.signal) << end.how() << end.err;
    const std::size_t line = end.out.rfind('\n', end.out.empty() ? 0 : end.out.size() - 2);
    const std::string last = end.out.substr(line == std::string::npos ? 0 : line + 1);
    const std::size_t said = std::strtoul(last.c_str(), nullptr, 10);
    said_in_all = std::max(said, said_in_all);
    History history = open("killed.db");
    const std::uint64_t rows = history.size().value();
    EXPECT_EQ(rows % 50, 0u);
    EXPECT_GE(rows, 50 * said_in_all);
  }
  EXPECT_GT(said_in_all, 0u);
}

Anchor anchor(const std::string& name) {
  return {"host", name, "c0ffee", night_of(0), State::Current};
}

TEST_F(HistoryTest, TheFirstAnchorIsCurrentTheNextOneComesIn) {
  History history = open();
  EXPECT_EQ(history.pin(anchor("one")).value().state, State::Current);
  EXPECT_EQ(history.pin(anchor("two")).value().state, State::Incoming);
  EXPECT_FALSE(history.pin(anchor("three")).ok());
  EXPECT_FALSE(history.pin(anchor("../x")).ok());
  Anchor elsewhere = anchor("one");
  elsewhere.host = "other";
  EXPECT_EQ(history.pin(elsewhere).value().state, State::Current);
  EXPECT_EQ(history.anchors("host").value().size(), 2u);
}

TEST_F(HistoryTest, ANewAnchorTakesOverAfterTenSharedNights) {
  History history = open();
  ASSERT_TRUE(history.pin(anchor("one")).ok());
  ASSERT_TRUE(history.pin(anchor("two")).ok());
  for (std::size_t n = 0; n < 10; ++n) {
    EXPECT_FALSE(history.promote("host").value()) << n;
    ASSERT_TRUE(history.add(std::vector{row_of(n, 0), row_of(n, 0, "two")}).ok());
    // Nights that only one of them has do not count.
    ASSERT_TRUE(history.add(std::vector{row_of(100 + n, 0, "two")}).ok());
  }
  EXPECT_EQ(history.promote("host").value()->name, "two");
  EXPECT_FALSE(history.promote("host").value());
  const auto all = history.anchors("host").value();
  EXPECT_EQ(all[0].state, State::Retired);
  EXPECT_EQ(all[1].state, State::Current);
  EXPECT_FALSE(history.pin(anchor("one")).ok());
  EXPECT_EQ(history.pin(anchor("three")).value().state, State::Incoming);
}

}  // namespace
}  // namespace fficheck
