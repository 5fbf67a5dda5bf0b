// The batch that the fake worker serves and the tests of sessions drive: one schema.
#pragma once

#include "harness/core/schema.h"

namespace fficheck::testing_support {

/// f: func(a: record {n: s8, s: string, o: option<f32>}) -> the same; echo. g: consume.
inline Schema fake_schema() {
  SchemaBuilder builder("fficheck:fake", "api");
  const TypeId s8 = builder.scalar(Kind::S8);
  const TypeId text = builder.scalar(Kind::String);
  const TypeId u64 = builder.scalar(Kind::U64);
  const TypeId option = builder.option(builder.scalar(Kind::F32));
  const TypeId record = builder.add(
      {.kind = Kind::Record, .name = "r", .parts = {{"n", s8}, {"s", text}, {"o", option}}});
  builder.function({.name = "echo-0", .params = {{"a", record}}, .result = record});
  builder.function({.name = "consume-0", .params = {{"a", record}}, .result = u64});
  return std::move(builder).build().value();
}

}  // namespace fficheck::testing_support
