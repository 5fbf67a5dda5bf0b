#include "harness/run/shrink_driver.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/core/case_seed.h"
#include "harness/run/files.h"
#include "tests/harness/run/fake_target.h"

namespace fficheck {
namespace {

bool has_kind(const Schema& s, Kind kind) {
  return std::any_of(s.types().begin(), s.types().end(),
                     [&](const Type& t) { return t.kind == kind; });
}

/// Smaller schemas that fail elsewhere stand in the way of those that fail as the case does.
TEST(ShrinkFailure, ABuildFailureShrinksPastCandidatesThatFailAtAnotherStage) {
  const fake::BuildLaw law("layout", "layout-c");
  TempDir dir = TempDir::create("shrink-test").value();
  int tried = 0;
  for (std::uint64_t i = 0; i < 60; ++i) {
    const Schema schema = fake::invent(i, case_seed(3, i));
    if (!has_kind(schema, Kind::Option) || schema.functions().size() < 3) continue;
    ++tried;
    fake::FakeTarget target("fake");
    target.stage = [](const Schema& s) {
      if (!has_kind(s, Kind::Option)) return "compile-c";
      return "layout-c";
    };
    Case failing;
    failing.schema = schema;
    const ShrinkOutcome out =
        shrink_failure(target, law, failing, {.dir = dir.path() / "s"}).value();
    ASSERT_TRUE(out.confirmed);
    EXPECT_EQ(out.smallest.schema.functions().size(), 1U);
    EXPECT_TRUE(has_kind(out.smallest.schema, Kind::Option));
  }
  EXPECT_GT(tried, 2);
}

}  // namespace
}  // namespace fficheck
