// Schemas whose workers hang, time and again.
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/core/case_seed.h"
#include "harness/run/campaign.h"
#include "harness/run/files.h"
#include "tests/harness/run/fake_target.h"

namespace fficheck {
namespace {

bool asks_for_option(const Schema& s) {
  return std::any_of(s.functions().begin(), s.functions().end(), [&](const Function& f) {
    return s.type(f.params[0].type).kind == Kind::Option;
  });
}

class Hangs : public testing::Test {
 protected:
  static constexpr std::uint64_t kCases = 20;

  Tally run(const Target& target) {
    CampaignConfig c;
    c.targets = {&target};
    c.properties = {&a_, &b_, &c_, &d_};
    c.source = fake::invent;
    c.cases = kCases;
    c.seed = 7;
    c.values = 20;
    c.batch = kCases;
    c.jobs = 1;
    c.shrinks_each = 0;
    c.work = dir_.path() / "work";
    Observer ignored;
    const CampaignResult result = run_campaign(c, ignored).value();
    EXPECT_FALSE(result.error) << result.error->text();
    return result.tally;
  }
  static std::uint64_t bad() {
    std::uint64_t bad = 0;
    for (std::uint64_t i = 0; i < kCases; ++i)
      bad += asks_for_option(fake::invent(i, case_seed(7, i))) ? 1U : 0U;
    return bad;
  }

  TempDir dir_ = TempDir::create("hangs-test").value();
  fake::EchoLaw a_{"a"}, b_{"b"}, c_{"c"}, d_{"d"};
};

TEST_F(Hangs, AfterTwoASchemasOtherLawsAreSkippedAndOtherSchemasAreJudgedByAll) {
  ASSERT_TRUE(bad() > 0 && bad() < kCases);
  const fake::FakeTarget target("fake", fake::hangs_for_options);
  const Tally tally = run(target);
  const auto& laws = tally.targets.at("fake").properties;
  for (const char* law : {"a", "b"})
    EXPECT_EQ(laws.at(law), (PropertyCounts{.pass = kCases - bad(), .fail = bad()})) << law;
  for (const char* law : {"c", "d"})
    EXPECT_EQ(laws.at(law), (PropertyCounts{.pass = kCases - bad(), .skip = bad()})) << law;
  const auto& skips = tally.targets.at("fake").skips;
  EXPECT_TRUE(std::any_of(skips.begin(), skips.end(), [](const auto& skip) {
    return skip.first.find("hung") != std::string::npos;
  }));
}

TEST_F(Hangs, CrashesKeepNoLawFromItsVerdict) {
  const fake::FakeTarget target("fake", fake::dies_of_options);
  const Tally tally = run(target);
  for (const auto& [law, counts] : tally.targets.at("fake").properties)
    EXPECT_EQ(counts, (PropertyCounts{.pass = kCases - bad(), .fail = bad()})) << law;
}

}  // namespace
}  // namespace fficheck
