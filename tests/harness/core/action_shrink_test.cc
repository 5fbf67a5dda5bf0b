#include "harness/core/action_shrink.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/core/shrink.h"

namespace fficheck {
namespace {

Step act(Act act, std::uint32_t number, std::uint32_t context = 0) {
  Step step{.kind = Step::Kind::Act};
  step.action.act = act;
  step.action.number = number;
  step.action.context = context;
  if (act == Act::Start) step.function = "f";
  return step;
}

Case with_steps(std::vector<Step> steps) {
  SchemaBuilder b;
  const TypeId u8 = b.scalar(Kind::U8);
  Function f;
  f.name = "f";
  f.params = {{"x", u8}};
  f.result = u8;
  b.function(f);
  Case c;
  c.schema = std::move(b).build().value();
  c.steps = std::move(steps);
  return c;
}

template <class Fails>
Case shrunk(Case c, const Fails& fails) {
  while (true) {
    std::vector<Case> candidates = shrink_steps(c);
    const auto found = std::ranges::find_if(candidates, fails);
    if (found == candidates.end()) return c;
    c = std::move(*found);
  }
}

std::size_t count(const Case& c, Act act) {
  return static_cast<std::size_t>(
      std::ranges::count_if(c.steps, [&](const Step& s) { return s.action.act == act; }));
}

TEST(ShrinkActions, OneContextTakesThePlaceOfTwo) {
  const Case start = with_steps({act(Act::Create, 0), act(Act::Create, 1), act(Act::Start, 0, 0),
                                 act(Act::Start, 1, 1), act(Act::Await, 0), act(Act::Await, 1)});
  // Two groups of calls, each on a context that there is.
  const auto fails = [](const Case& c) {
    return count(c, Act::Start) == 2 && count(c, Act::Await) == 2 &&
           std::ranges::all_of(c.steps, [&](const Step& s) {
             return s.action.act != Act::Start ||
                    std::ranges::any_of(c.steps, [&](const Step& other) {
                      return other.action.act == Act::Create &&
                             other.action.number == s.action.context;
                    });
           });
  };
  const Case end = shrunk(start, fails);
  EXPECT_EQ(end.steps.size(), 5U);
  EXPECT_EQ(count(end, Act::Create), 1U);
}

TEST(ShrinkActions, WhatBelongsToAContextGoesWithIt) {
  const Case start = with_steps({act(Act::Create, 0), act(Act::Create, 1), act(Act::Host, 1),
                                 act(Act::Start, 0, 1), act(Act::Start, 1, 0), act(Act::Await, 0),
                                 act(Act::Release, 1), act(Act::Destroy, 1), act(Act::Await, 1)});
  // Either all that is about the context is there, or nothing.
  const auto fails = [](const Case& c) {
    const std::size_t own = static_cast<std::size_t>(std::ranges::count_if(c.steps, [](auto& s) {
      const Act a = s.action.act;
      if (a == Act::Start) return s.action.context == 1;
      if (a == Act::Await) return s.action.number == 0;
      return s.action.number == 1;
    }));
    return (own == 0 || own == 6) &&
           std::ranges::any_of(
               c.steps,
               [](const Step& s) { return s.action.act == Act::Create && s.action.number == 0; }) &&
           std::ranges::any_of(c.steps, [](const Step& s) {
             return s.action.act == Act::Start && s.action.number == 1;
           });
  };
  ASSERT_TRUE(fails(start));
  EXPECT_EQ(shrunk(start, fails).steps.size(), 2U);
}

TEST(ShrinkActions, TwoStepsGoTogetherWhereNeitherGoesAlone) {
  const Case start = with_steps({act(Act::Create, 0), act(Act::Perturb, 0), act(Act::Start, 0),
                                 act(Act::Pause, 0), act(Act::Await, 0)});
  const auto fails = [](const Case& c) {
    return count(c, Act::Perturb) == count(c, Act::Pause) && count(c, Act::Await) == 1 &&
           count(c, Act::Start) == 1 && count(c, Act::Create) == 1;
  };
  EXPECT_EQ(shrunk(start, fails).steps.size(), 3U);
}

}  // namespace
}  // namespace fficheck
