#include "harness/run/bisect.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

namespace fficheck {
namespace {

EntrySet all(std::uint32_t n) {
  EntrySet out;
  for (std::uint32_t i = 0; i < n; ++i) out.push_back(i);
  return out;
}

/// A compiler that fails for `bad`; `names`: how many of them its log tells of.
BuildSubset compiler(const std::set<std::uint32_t>& bad, std::size_t names) {
  return [=](const EntrySet& set) -> Result<std::optional<BuildFailure>> {
    std::optional<BuildFailure> failure;
    for (const std::uint32_t e : set) {
      if (!bad.contains(e)) continue;
      if (!failure) failure = BuildFailure{"compile-c", ""};
      if (static_cast<std::size_t>(std::count(failure->log.begin(), failure->log.end(), '\n')) <
          names)
        failure->log += "native/" + entry_id(e) + ".c:3:1: error: no\n";
    }
    return failure;
  };
}

RC_GTEST_PROP(Bisect, FindsExactlyTheCulprits, ()) {
  const auto size = *rc::gen::inRange<std::uint32_t>(1, 120);
  const auto bad = *rc::gen::suchThat(
      rc::gen::container<std::set<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(0, size)),
      [](const auto& set) { return !set.empty(); });
  const BuildSubset build = compiler(bad, *rc::gen::inRange<std::size_t>(0, 12));
  const EntrySet entries = all(size);
  const Result<Bisection> found = bisect(entries, *build(entries).value(), build, 10000);
  RC_ASSERT(found.ok());
  std::set<std::uint32_t> culprits;
  for (const Culprit& c : found.value().culprits) culprits.insert(c.entry);
  RC_ASSERT(culprits == bad);
  RC_ASSERT(found.value().clashes.empty());
  RC_ASSERT(found.value().unresolved.empty());
}

TEST(Bisect, ALogThatNamesTheCulpritCostsTwoBuilds) {
  const BuildSubset build = compiler({17}, 10);
  const auto found = bisect(all(100), *build(all(100)).value(), build);
  ASSERT_TRUE(found.ok());
  ASSERT_EQ(found.value().culprits.size(), 1U);
  EXPECT_EQ(found.value().culprits[0].entry, 17U);
  EXPECT_EQ(found.value().builds, 2U);
}

TEST(Bisect, ASilentLogCostsTwoBuildsForEachHalving) {
  const BuildSubset build = compiler({17}, 0);
  const auto found = bisect(all(128), *build(all(128)).value(), build);
  ASSERT_EQ(found.value().culprits.size(), 1U);
  EXPECT_EQ(found.value().builds, 14U);
}

TEST(Bisect, SchemasThatBuildOnlyApartAreAClash) {
  const BuildSubset build = [](const EntrySet& set) -> Result<std::optional<BuildFailure>> {
    const bool both =
        std::count(set.begin(), set.end(), 3U) + std::count(set.begin(), set.end(), 12U) == 2;
    if (!both) return std::optional<BuildFailure>();
    return std::optional(BuildFailure{"compile-c", "duplicate symbol"});
  };
  const auto found = bisect(all(16), *build(all(16)).value(), build);
  EXPECT_TRUE(found.value().culprits.empty());
  ASSERT_EQ(found.value().clashes.size(), 1U);
}

TEST(Bisect, StopsAtItsLimitAndSaysWhatIsLeft) {
  const BuildSubset build = compiler({0, 9, 23, 41}, 0);
  const auto found = bisect(all(64), *build(all(64)).value(), build, 6);
  EXPECT_LE(found.value().builds, 6U + 2 * 6);  // sets that were split already are tried once
  std::size_t covered = found.value().culprits.size();
  for (const auto& rest : found.value().unresolved) covered += rest.entries.size();
  EXPECT_GE(covered, 4U);
  EXPECT_FALSE(found.value().unresolved.empty());
}

TEST(Blame, TakesErrorLinesBeforeOthers) {
  const std::string log =
      "In file included from native/batch.c:3:\n"
      "native/c001.c: In function 'c001_f':\n"
      "native/c002.c:7:3: error: unknown type name 'C003Foo'\n";
  EXPECT_EQ(blamed_entries(log, all(10)), (EntrySet{2, 3}));
  EXPECT_EQ(blamed_entries("ld: c004_echo missing\n", all(10)), (EntrySet{4}));
}

TEST(Blame, NeedsAWholeWord) {
  EXPECT_TRUE(blamed_entries("x.c:1: error: abc001 c01 0xc002\n", all(10)).empty());
}

}  // namespace
}  // namespace fficheck
