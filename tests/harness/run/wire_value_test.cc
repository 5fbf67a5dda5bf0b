#include "harness/run/wire_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "harness/core/value_stream.h"
#include "harness/core/witness.h"

namespace fficheck {
namespace {

using nlohmann::json;
using testing::HasSubstr;

/// A schema with every kind but handles; the last type holds all others.
struct EveryKind {
  Schema schema;
  TypeId whole = 0;
};

EveryKind every_kind() {
  SchemaBuilder b("fficheck:wire", "api");
  std::vector<Part> fields;
  const auto field = [&](TypeId type) {
    fields.push_back({"f" + std::to_string(fields.size()), type});
    return type;
  };
  for (const Kind kind :
       {Kind::Bool, Kind::S8, Kind::U8, Kind::S16, Kind::U16, Kind::S32, Kind::U32, Kind::S64,
        Kind::U64, Kind::F32, Kind::F64, Kind::Char, Kind::String}) {
    field(b.scalar(kind));
  }
  const TypeId text = b.scalar(Kind::String);
  const TypeId list = field(b.list(b.option(text)));
  field(b.result(list, std::nullopt));
  field(b.result(std::nullopt, std::nullopt));
  field(b.tuple({text, b.scalar(Kind::S64)}));
  field(b.add({.kind = Kind::Record, .name = "empty"}));
  field(b.add({.kind = Kind::Enum, .name = "e", .parts = {{"x", {}}, {"y", {}}}}));
  field(b.add({.kind = Kind::Variant, .name = "v", .parts = {{"none", {}}, {"some", list}}}));
  std::vector<Part> flags;
  for (int i = 0; i < 70; ++i) flags.push_back({"b" + std::to_string(i), {}});
  field(b.add({.kind = Kind::Flags, .name = "fl", .parts = flags}));
  const TypeId whole = b.add({.kind = Kind::Record, .name = "whole", .parts = fields});
  b.function({.name = "echo-0", .params = {{"a", whole}}, .result = whole});
  Result<Schema> schema = std::move(b).build();
  EXPECT_TRUE(schema.ok()) << schema.error().text();
  const TypeId id = *schema.value().functions()[0].result;
  return {std::move(schema).value(), id};
}

RC_GTEST_PROP(WireValue, EveryValueComesBack, (std::uint64_t seed)) {
  static const EveryKind kinds = every_kind();
  const Value value = stream_value(kinds.schema, kinds.whole, seed);
  Result<json> decoded = from_cbor(to_cbor(value_to_json(kinds.schema, kinds.whole, value)));
  RC_ASSERT(decoded.ok());
  Result<Value> back = value_from_json(kinds.schema, kinds.whole, decoded.value());
  RC_ASSERT(back.ok());
  RC_ASSERT(equal(value, back.value()));
}

RC_GTEST_PROP(WireValue, NoBytesCrashTheDecoder, (const std::vector<std::uint8_t>& bytes)) {
  static const EveryKind kinds = every_kind();
  Result<json> decoded = from_cbor(std::string(bytes.begin(), bytes.end()));
  if (!decoded.ok()) return;
  (void)value_from_json(kinds.schema, kinds.whole, decoded.value());
  (void)bulk_from_json(decoded.value());
  (void)bulk_outcome_from_json(decoded.value());
  (void)counters_from_json(decoded.value());
  (void)outcome_from_json(kinds.schema, &kinds.schema.functions()[0], decoded.value());
}

RC_GTEST_PROP(WireValue, DamagedMessagesAreValuesOrErrors, (std::uint64_t seed)) {
  static const EveryKind kinds = every_kind();
  std::string bytes = to_cbor(
      value_to_json(kinds.schema, kinds.whole, stream_value(kinds.schema, kinds.whole, seed)));
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  bytes[at] = static_cast<char>(*rc::gen::inRange(0, 256));
  if (*rc::gen::arbitrary<bool>()) bytes.resize(at);
  Result<json> decoded = from_cbor(bytes);
  if (!decoded.ok()) return;
  Result<Value> back = value_from_json(kinds.schema, kinds.whole, decoded.value());
  if (back.ok()) RC_ASSERT(check_fits(kinds.schema, kinds.whole, back.value()).ok());
}

TEST(WireValue, StringsTravelAsByteStrings) {
  const EveryKind kinds = every_kind();
  const TypeId text = *kinds.schema.type(kinds.whole).parts[12].type;
  const json out = value_to_json(kinds.schema, text, Value::string(std::string("a\0b", 3)));
  EXPECT_EQ(to_cbor(out), std::string("\x43"
                                      "a\0b",
                                      4));
  EXPECT_FALSE(value_from_json(kinds.schema, text, json("text")).ok());
  EXPECT_FALSE(value_from_json(kinds.schema, text, json::binary({0xff})).ok()) << "not UTF-8";
}

TEST(WireValue, WhatIsOutOfRangeIsRefused) {
  const EveryKind kinds = every_kind();
  const auto part = [&](std::size_t i) { return *kinds.schema.type(kinds.whole).parts[i].type; };
  const auto refused = [&](std::size_t i, const json& in) {
    return !value_from_json(kinds.schema, part(i), in).ok();
  };
  EXPECT_TRUE(refused(0, 1u));    // bool
  EXPECT_TRUE(refused(1, 128u));  // s8
  EXPECT_TRUE(refused(1, -129));
  EXPECT_FALSE(refused(1, -128));
  EXPECT_TRUE(refused(2, 256u));  // u8
  EXPECT_TRUE(refused(2, -1));
  EXPECT_TRUE(refused(7, ~std::uint64_t{0}));  // s64
  EXPECT_TRUE(refused(9, 1e300));              // f32
  EXPECT_TRUE(refused(9, 0.1));                // needs more than 32 bits
  EXPECT_TRUE(refused(9, 1u));
  EXPECT_TRUE(refused(11, 0xD800u));  // char
  EXPECT_TRUE(refused(11, 0x110000u));
  EXPECT_TRUE(refused(14, json::array({2u})));  // result
  EXPECT_TRUE(refused(14, json::array({0u})));
  EXPECT_TRUE(refused(14, json::array({1u, 1u})));
  EXPECT_TRUE(refused(16, json::array({1u})));       // tuple
  EXPECT_TRUE(refused(18, json::array({2u})));       // enum
  EXPECT_TRUE(refused(20, json::array({0u, 64u})));  // flags
  EXPECT_FALSE(refused(20, json::array({0u, 63u})));
  // CBOR -2^63-1, which the library wraps.
  Result<json> wrapped = from_cbor(std::string("\x3b\x80\0\0\0\0\0\0\0", 9));
  ASSERT_TRUE(wrapped.ok());
  EXPECT_TRUE(refused(7, wrapped.value()));
}

TEST(WireValue, HostileCborIsRefused) {
  const std::vector<std::pair<std::string, const char*>> cases = {
      {"", "truncated"},
      {std::string(100000, '\x81') + '\x01', "deep"},
      {std::string("\x9b\xff\xff\xff\xff\xff\xff\xff\xff", 9), "truncated"},
      {std::string("\xbb\x80\0\0\0\0\0\0\0", 9), "truncated"},
      {std::string("\x5b\x7f\xff\xff\xff\xff\xff\xff\xff", 9), "truncated"},
      {"\x01\x01", "bytes after"},
      {"\x9f\x01\xff", "indefinite"},
      {"\xc1\x01", "tag"},
      {"\x82\x01", "truncated"},
  };
  for (const auto& [bytes, what] : cases) {
    Result<json> decoded = from_cbor(bytes);
    ASSERT_FALSE(decoded.ok()) << what;
    EXPECT_THAT(decoded.error().message, HasSubstr(what));
  }
}

TEST(WireValue, AResultThatIsNoValueOfItsTypeIsAFailureOfTheCall) {
  const EveryKind kinds = every_kind();
  const Function& f = kinds.schema.functions()[0];
  Result<CallOutcome> outcome = outcome_from_json(
      kinds.schema, &f, {{"ok", true}, {"callee_witness", 1u}, {"args_after", 1u}, {"result", 7u}});
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome.value().status, CallOutcome::Status::Failure);
  EXPECT_THAT(outcome.value().text, HasSubstr("no value of its type"));
}

TEST(WireValue, EveryLawHasItsName) {
  for (const BulkLaw law : {BulkLaw::Consume, BulkLaw::Produce, BulkLaw::Echo, BulkLaw::Repeat,
                            BulkLaw::Errors, BulkLaw::Call}) {
    EXPECT_EQ(bulk_law(bulk_law_name(law)), law);
    Result<BulkRequest> back = bulk_from_json(bulk_to_json(
        {.schema = 3, .function = 4, .law = law, .seed = ~0ull, .first = 5, .count = 6}));
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(back.value().law, law);
    EXPECT_EQ(back.value().seed, ~0ull);
    EXPECT_EQ(back.value().first, 5u);
  }
  EXPECT_FALSE(bulk_law("other"));
}

}  // namespace
}  // namespace fficheck
