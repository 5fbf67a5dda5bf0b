#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <map>

#include "generators/generators.h"
#include "harness/core/text.h"

namespace fficheck {
namespace {

Schema one_type(const std::function<TypeId(SchemaBuilder&)>& make) {
  SchemaBuilder builder;
  const TypeId type = make(builder);
  builder.function({.name = "echo-0", .params = {{"x", type}}, .result = type});
  return std::move(builder).build().value();
}

TEST(GenerateEdgeValue, FitsEveryType) {
  for (const Profile& profile : profiles()) {
    for (std::uint64_t i = 0; i < 60; ++i) {
      const Schema schema = generate_schema(case_seed(3, i), profile);
      for (TypeId id = 0; id < schema.types().size(); ++id) {
        const Result<void> fits = check_fits(schema, id, generate_edge_value(i, schema, id));
        ASSERT_TRUE(fits.ok()) << fits.error().text();
      }
    }
  }
}

TEST(GenerateEdgeValue, MeetsTheEdgesOfStrings) {
  const Schema schema = one_type([](SchemaBuilder& b) { return b.scalar(Kind::String); });
  std::map<std::string, int> met;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    const Value value = generate_edge_value(seed, schema, schema.functions()[0].params[0].type);
    const auto& text = value.as<std::string>();
    met["empty"] += text.empty();
    met["embedded NUL"] += text.find('\0') != std::string::npos && text.size() > 1;
    met["trailing NUL"] += text.size() > 1 && text.back() == '\0';
    met["before the surrogates"] += text.find("\xED\x9F\xBF") != std::string::npos;
    met["after the surrogates"] += text.find("\xEE\x80\x80") != std::string::npos;
    met["last code point"] += text.find("\xF4\x8F\xBF\xBF") != std::string::npos;
    met["1 MiB"] += text.size() >= 1u << 20;
  }
  for (const auto& [what, count] : met) EXPECT_GT(count, 0) << what;
}

TEST(GenerateEdgeValue, MeetsTheEdgesOfNumbers) {
  const Schema schema = one_type([](SchemaBuilder& b) {
    return b.tuple({b.scalar(Kind::S8), b.scalar(Kind::U64), b.scalar(Kind::F32)});
  });
  const TypeId type = schema.functions()[0].params[0].type;
  std::map<std::string, int> met;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const Value value = generate_edge_value(seed, schema, type);
    const auto& parts = value.as<Sequence>();
    met["least"] += parts[0].as<std::int64_t>() == -128;
    met["most"] += parts[1].as<std::uint64_t>() == ~std::uint64_t{0};
    const float f = parts[2].as<float>();
    met["-0.0"] += f == 0 && std::signbit(f);
    met["NaN with a payload"] += std::isnan(f) && std::bit_cast<std::uint32_t>(f) != 0x7FC00000u;
    met["infinity"] += std::isinf(f);
  }
  EXPECT_EQ(met.size(), 5u);
  for (const auto& [what, count] : met) EXPECT_GT(count, 0) << what;
}

TEST(GenerateEdgeValue, TellsEmptyFromAbsent) {
  const Schema schema =
      one_type([](SchemaBuilder& b) { return b.option(b.list(b.scalar(Kind::U8))); });
  int absent = 0;
  int empty = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Value value = generate_edge_value(seed, schema, schema.functions()[0].params[0].type);
    const auto& choice = value.as<Choice>();
    absent += choice.index == 0 ? 1 : 0;
    empty += choice.index == 1 && choice.payload->as<Sequence>().empty() ? 1 : 0;
  }
  EXPECT_GT(absent, 10);
  EXPECT_GT(empty, 5);
}

TEST(GenerateScript, NamesFunctionsAndFitsTheirParameters) {
  std::map<Step::Kind, int> kinds;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const Schema schema = generate_schema(case_seed(4, i), profiles().front());
    for (const Step& step : generate_script(i, schema)) {
      ++kinds[step.kind];
      if (step.kind == Step::Kind::Cycle) continue;
      const Function* f = schema.find(step.function);
      ASSERT_NE(f, nullptr);
      if (step.kind == Step::Kind::Bulk) continue;
      ASSERT_EQ(step.args.size(), f->params.size());
      for (std::size_t a = 0; a < step.args.size(); ++a) {
        EXPECT_TRUE(check_fits(schema, f->params[a].type, step.args[a]).ok());
      }
    }
  }
  EXPECT_EQ(kinds.size(), 4u);
}

}  // namespace
}  // namespace fficheck
