#include "bench/track/json_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "harness/run/files.h"
#include "tests/bench/track/rows.h"

namespace fficheck {
namespace {

using ::testing::HasSubstr;

History open(const TempDir& dir, const std::string& name) {
  Result<History> history = History::open(dir.path() / name);
  EXPECT_TRUE(history.ok());
  return std::move(history).value();
}

TEST(JsonLines, ImportOfAnExportIsTheSameHistory) {
  const TempDir dir = TempDir::create("fficheck-lines").value();
  History one = open(dir, "one.db");
  History two = open(dir, "two.db");
  std::vector<HistoryRow> rows;
  for (std::size_t n = 0; n < 40; ++n) rows.push_back(row_of(n, 0.1 / static_cast<double>(n + 3)));
  rows[7].low = rows[7].high = std::nullopt;
  rows[8].benchmark = "na\"me / \xc3\xa9";
  ASSERT_TRUE(one.add(rows).ok());
  std::stringstream text;
  ASSERT_TRUE(export_history(one, text).ok());
  ASSERT_EQ(import_history(two, text, "text").value(), 40u);
  EXPECT_EQ(all_rows(one), all_rows(two));
}

RC_GTEST_PROP(JsonLines, NumbersComeBackToTheLastBit, (double theta)) {
  RC_PRE(std::isfinite(theta));
  HistoryRow row = row_of(1, theta);
  row.low = row.high = std::nullopt;
  const auto read = parse_row(to_json(row).dump());
  RC_ASSERT(read.ok());
  RC_ASSERT(read.value() == row);
}

TEST(JsonLines, ABadLineIsNamedAndNothingIsImported) {
  const TempDir dir = TempDir::create("fficheck-lines").value();
  History history = open(dir, "h.db");
  const std::string good = to_json(row_of(1, 0.1)).dump() + "\n";
  const auto without = [](const char* key) {
    auto object = to_json(row_of(1, 0.1));
    object.erase(key);
    return object.dump();
  };
  const auto with = [](const char* key, const nlohmann::json& value) {
    auto object = to_json(row_of(1, 0.1));
    object[key] = value;
    return object.dump();
  };
  for (const auto& [line, message] : std::vector<std::pair<std::string, std::string>>{
           {"nonsense", "no JSON object"},
           {"[1]", "no JSON object"},
           {good.substr(0, 50), "no JSON object"},
           {without("night"), "\"night\" is missing"},
           {without("theta"), "\"theta\" is missing"},
           {with("theta", "x"), "\"theta\" is no number"},
           {with("host", 1), "\"host\" is no string"},
           {with("night", "2026-99-01"), "no date"},
           {with("rounds", -1), "\"rounds\" is no count"},
           {with("rounds", 1e300), "\"rounds\" is no count"},
           {with("metric", "speed"), "metric"},
           {std::string(70'000, ' '), "more than"}}) {
    std::istringstream text("\n" + good + line + "\n" + good);
    const auto imported = import_history(history, text, "rows.jsonl");
    ASSERT_FALSE(imported.ok()) << line;
    EXPECT_THAT(imported.error().text(), HasSubstr("rows.jsonl:3: ")) << line;
    EXPECT_THAT(imported.error().text(), HasSubstr(message));
    EXPECT_EQ(imported.error().blame, Blame::Input);
  }
  EXPECT_EQ(history.size().value(), 0u);
}

}  // namespace
}  // namespace fficheck
