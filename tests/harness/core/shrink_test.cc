#include "harness/core/shrink.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "generators/gen.h"
#include "harness/core/text.h"

namespace fficheck {
namespace {

using Fails = std::function<bool(const Case&)>;

/// What an engine does: the first candidate that still fails, until none does; those of the script,
/// which need no build, before those of the schema.
Case shrunk(Case c, const Fails& fails, int* steps = nullptr) {
  const auto take_first = [&](std::vector<Case> candidates) {
    const auto found = std::ranges::find_if(candidates, fails);
    if (found == candidates.end()) return false;
    c = std::move(*found);
    if (steps != nullptr) ++*steps;
    return true;
  };
  while (take_first(shrink_steps(c, 200)) || take_first(shrink_schema(c, 1000))) {
  }
  return c;
}

/// Whether some value below (type, value) satisfies the predicate.
bool any_part(const Schema& schema, TypeId id, const Value& value,
              const std::function<bool(const Type&, const Value&)>& holds) {
  const Type& type = schema.type(id);
  if (holds(type, value)) return true;
  if (value.is<Sequence>()) {
    const auto& items = value.as<Sequence>();
    for (std::size_t i = 0; i < items.size(); ++i) {
      const TypeId part = *type.parts[type.kind == Kind::List ? 0 : i].type;
      if (any_part(schema, part, items[i], holds)) return true;
    }
  } else if (value.is<Choice>() && value.as<Choice>().payload) {
    const auto& choice = value.as<Choice>();
    const TypeId part = *type.parts[type.kind == Kind::Option ? 0 : choice.index].type;
    return any_part(schema, part, *choice.payload, holds);
  }
  return false;
}

/// Fails where an argument of a call or repeat has such a part.
Fails some_argument(std::function<bool(const Schema&, const Type&, const Value&)> holds) {
  return [holds](const Case& c) {
    for (const Step& step : c.steps) {
      const Function* f = c.schema.find(step.function);
      if (f == nullptr) continue;
      for (std::size_t i = 0; i < step.args.size(); ++i) {
        if (any_part(c.schema, f->params[i].type, step.args[i],
                     [&](const Type& t, const Value& v) { return holds(c.schema, t, v); })) {
          return true;
        }
      }
    }
    return false;
  };
}

/// "Two fields of type u32, in that order, whose values differ": what swapped fields fail on.
bool differing_pair(const Schema& schema, const Type& type, const Value& value) {
  if (type.kind != Kind::Record) return false;
  std::vector<std::uint64_t> seen;
  for (std::size_t i = 0; i < type.parts.size(); ++i) {
    if (schema.type(*type.parts[i].type).kind != Kind::U32) continue;
    seen.push_back(value.as<Sequence>()[i].as<std::uint64_t>());
  }
  return seen.size() >= 2 && seen[0] != seen[1];
}

/// A case of a profile, large and with a script, that fails.
std::vector<Case> failing_cases(const char* profile, const Fails& fails, std::size_t wanted) {
  std::vector<Case> out;
  for (std::uint64_t i = 0; i < 20000 && out.size() < wanted; ++i) {
    Case c;
    const std::uint64_t seed = case_seed(11, i);
    c.schema = generate_schema(seed, *find_profile(profile));
    c.steps = generate_script(seed, c.schema);
    if (fails(c)) out.push_back(std::move(c));
  }
  EXPECT_EQ(out.size(), wanted) << profile;
  return out;
}

std::size_t leaves(const Case& c) {
  std::size_t sum = 0;
  for (const Step& step : c.steps) {
    for (const Value& arg : step.args) sum += leaf_count(arg);
  }
  return sum;
}

void expect_minimal(const Case& c, std::size_t types, std::size_t most_leaves) {
  EXPECT_LE(c.schema.types().size(), types) << print_case(c);
  EXPECT_EQ(c.schema.functions().size(), 1u) << print_case(c);
  EXPECT_EQ(c.steps.size(), 1u) << print_case(c);
  EXPECT_LE(leaves(c), most_leaves) << print_case(c);
}

TEST(ShrinkCase, ReachesARecordOfTwoFieldsFromAnyCase) {
  const Fails fails = some_argument(differing_pair);
  for (const char* profile : {"default", "wide", "deep", "scalars", "nim"}) {
    for (const Case& c : failing_cases(profile, fails, 2)) {
      int steps = 0;
      const Case least = shrunk(c, fails, &steps);
      expect_minimal(least, 3, 2);
      EXPECT_LT(steps, 300);
      const Step& step = least.steps[0];
      EXPECT_EQ(step.kind, Step::Kind::Call);
      // u32, the record, and u64 where a consumer answers it; the values 0 and 1.
      EXPECT_NE(print_step(least.schema, step).find('1'), std::string::npos);
      EXPECT_LE(print_case(least).size(), 330u) << print_case(least);
    }
  }
}

TEST(ShrinkCase, ReachesAStringWithANul) {
  const Fails fails = some_argument([](const Schema&, const Type& type, const Value& value) {
    return type.kind == Kind::String && value.as<std::string>().find('\0') != std::string::npos &&
           value.as<std::string>().size() > 1;
  });
  for (const Case& c : failing_cases("strings", fails, 5)) {
    const Case least = shrunk(c, fails);
    expect_minimal(least, 2, 1);
    EXPECT_EQ(least.steps[0].args[0].as<std::string>().size(), 2u) << print_case(least);
  }
}

TEST(ShrinkCase, ReachesAnEmptyListInAnOption) {
  const Fails fails = some_argument([](const Schema& schema, const Type& type, const Value& v) {
    return type.kind == Kind::Option && schema.type(*type.parts[0].type).kind == Kind::List &&
           v.as<Choice>().payload && v.as<Choice>().payload->as<Sequence>().empty();
  });
  for (const Case& c : failing_cases("default", fails, 3)) {
    expect_minimal(shrunk(c, fails), 4, 1);
  }
}

TEST(ShrinkCase, KeepsTheCaseNumberThatFails) {
  const Fails fails = some_argument([](const Schema&, const Type& type, const Value& value) {
    return (type.kind == Kind::Enum || type.kind == Kind::Variant) &&
           value.as<Choice>().index >= 128;
  });
  for (const Case& c : failing_cases("wide", fails, 2)) {
    const Case least = shrunk(c, fails);
    expect_minimal(least, 2, 1);
    for (const Type& type : least.schema.types()) {
      if (!is_named(type.kind)) continue;
      EXPECT_EQ(type.parts.size(), 129u) << print_case(least);
    }
  }
}

TEST(ShrinkCase, FindsTheNameThatFails) {
  const auto has_len = [](const Case& c) {
    for (const Function& f : c.schema.functions()) {
      for (const Param& param : f.params) {
        if (param.name == "len") return true;
      }
    }
    return false;
  };
  Fails fails = has_len;
  for (Case c : failing_cases("names", fails, 5)) {
    c.steps.clear();  // as of a schema that does not compile
    const Case least = shrunk(c, fails);
    ASSERT_EQ(least.schema.functions().size(), 1u) << print_case(least);
    EXPECT_LE(least.schema.functions()[0].params.size(), 1u) << print_case(least);
    EXPECT_LE(least.schema.types().size(), 2u) << print_case(least);
  }
}

TEST(ShrinkCase, KeepsAProducerWithASmallSeed) {
  const Fails fails = [](const Case& c) {
    for (const Step& step : c.steps) {
      const Function* f = c.schema.find(step.function);
      if (f == nullptr || c.schema.role(*f) != Role::Produce || step.args.empty()) continue;
      const Value made = stream_value(c.schema, *f->result, step.args[0].as<std::uint64_t>());
      if (any_part(c.schema, *f->result, made,
                   [&](const Type& t, const Value& v) { return differing_pair(c.schema, t, v); })) {
        return true;
      }
    }
    return false;
  };
  for (const Case& c : failing_cases("default", fails, 2)) {
    const Case least = shrunk(c, fails);
    ASSERT_EQ(least.schema.functions().size(), 1u);
    EXPECT_EQ(least.schema.role(least.schema.functions()[0]), Role::Produce);
    EXPECT_LE(least.schema.types().size(), 3u) << print_case(least);
    EXPECT_LT(least.steps[0].args[0].as<std::uint64_t>(), 64u) << print_case(least);
  }
}

// ---- laws ----

void expect_valid(const Case& c) {
  for (const Step& step : c.steps) {
    if (step.kind == Step::Kind::Cycle) continue;
    const Function* f = c.schema.find(step.function);
    RC_ASSERT(f != nullptr);
    if (step.kind == Step::Kind::Bulk) continue;
    RC_ASSERT(step.args.size() == f->params.size());
    for (std::size_t i = 0; i < step.args.size(); ++i) {
      RC_ASSERT(check_fits(c.schema, f->params[i].type, step.args[i]).ok());
    }
  }
}

RC_GTEST_PROP(ShrinkCase, NeverGrowsAndStaysValid, (const Case& c)) {
  const std::uint64_t weight = case_weight(c);
  for (const Case& smaller : shrink_case(c, 150)) {
    RC_ASSERT(case_weight(smaller) < weight);
    expect_valid(smaller);
  }
}

RC_GTEST_PROP(ShrinkCase, KeepsRolesOfTheFunctionsThatStepsName, (const Case& c)) {
  const auto roles = [](const Case& x) {
    std::multiset<Role> out;
    for (const Step& step : x.steps) {
      if (const Function* f = x.schema.find(step.function)) out.insert(x.schema.role(*f));
    }
    return out;
  };
  const std::multiset<Role> before = roles(c);
  for (const Case& smaller : shrink_schema(c, 100)) {
    const std::multiset<Role> after = roles(smaller);
    RC_ASSERT(std::includes(before.begin(), before.end(), after.begin(), after.end()));
  }
}

RC_GTEST_PROP(ShrinkCase, OffersTextThatParses, (const Case& c)) {
  for (const Case& smaller : shrink_case(c, 20)) {
    RC_ASSERT(parse_schema(print_wit(smaller.schema), "shrunk").ok());
  }
}

RC_GTEST_PROP(ShrinkValue, NeverGrowsAndStaysValid, (const gen::TypedValue& v)) {
  const std::uint64_t weight = value_weight(v.value);
  std::uint64_t last = 0;
  for (const Value& smaller : shrink_value(*v.schema, v.type, v.value, 300)) {
    RC_ASSERT(check_fits(*v.schema, v.type, smaller).ok());
    RC_ASSERT(value_weight(smaller) < weight);
    RC_ASSERT(value_weight(smaller) >= last);  // best first
    last = value_weight(smaller);
  }
}

RC_GTEST_PROP(ShrinkValue, EndsAtTheSmallestValueWhereAllFails, (const gen::TypedValue& v)) {
  Value at = v.value;
  for (int rounds = 0;; ++rounds) {
    RC_ASSERT(rounds < 100);
    const std::vector<Value> smaller = shrink_value(*v.schema, v.type, at);
    if (smaller.empty()) break;
    at = smaller[0];
  }
  RC_ASSERT(value_weight(at) <= value_weight(smallest_value(*v.schema, v.type)));
}

RC_GTEST_PROP(SmallestValue, FitsAndHasNothingSmaller, (const gen::TypedValue& v)) {
  const Value smallest = smallest_value(*v.schema, v.type);
  RC_ASSERT(check_fits(*v.schema, v.type, smallest).ok());
  // Of a choice, another case than the first may be lighter.
  const Kind kind = v.schema->type(v.type).kind;
  const bool plain = v.schema->type(v.type).parts.empty() || kind == Kind::List ||
                     kind == Kind::Option || kind == Kind::Enum || kind == Kind::Flags;
  if (plain) RC_ASSERT(shrink_value(*v.schema, v.type, smallest).empty());
}

TEST(ShrinkCase, EndsWithTheLeastCaseWhereAllFails) {
  for (const Profile& profile : profiles()) {
    Case c;
    c.schema = generate_schema(case_seed(2, 1), profile);
    c.steps = generate_script(5, c.schema);
    int steps = 0;
    const Case least = shrunk(c, [](const Case&) { return true; }, &steps);
    EXPECT_LE(least.schema.functions().size(), 1u) << profile.name << print_case(least);
    EXPECT_LE(least.steps.size(), 1u) << profile.name;
    EXPECT_LT(steps, 100) << profile.name;
  }
}

}  // namespace
}  // namespace fficheck
