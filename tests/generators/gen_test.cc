#include "generators/gen.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "harness/core/names.h"
#include "harness/core/text.h"

namespace fficheck {
namespace {

RC_GTEST_PROP(Gen, ValuesFitTheirType, (const gen::TypedValue& v)) {
  RC_ASSERT(check_fits(*v.schema, v.type, v.value).ok());
}

RC_GTEST_PROP(Gen, CasesPrintAndParseToThemselves, (const Case& c)) {
  const std::string text = print_case(c);
  const Result<Case> read = parse_case(text, "case");
  RC_ASSERT(read.ok());
  RC_ASSERT(print_case(read.value()) == text);
}

RC_GTEST_PROP(Gen, LabelsAreWit, ()) { RC_ASSERT(is_wit_label(*gen::label())); }

// What RapidCheck shows for a law that fails is what a campaign would show.
TEST(Gen, ShrinksASchemaToTheSmallestWithARecordOfTwoU32) {
  const auto has_pair = [](const Schema& schema) {
    for (const Type& type : schema.types()) {
      int count = 0;
      for (const Part& part : type.parts) {
        count += part.type && schema.type(*part.type).kind == Kind::U32 ? 1 : 0;
      }
      if (type.kind == Kind::Record && count >= 2) return true;
    }
    return false;
  };
  const rc::Gen<Schema> gen = gen::schema();
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    rc::Shrinkable<Schema> at = gen(rc::Random(seed), rc::kNominalSize);
    if (!has_pair(at.value())) continue;
    for (bool smaller = true; smaller;) {
      smaller = false;
      auto shrinks = at.shrinks();
      while (auto next = shrinks.next()) {
        if (!has_pair(next->value())) continue;
        at = *next;
        smaller = true;
        break;
      }
    }
    EXPECT_EQ(at.value().functions().size(), 1u);
    EXPECT_LE(at.value().types().size(), 3u) << print_wit(at.value());
    return;
  }
  FAIL() << "no schema with such a record";
}

}  // namespace
}  // namespace fficheck
