// What the core costs for each schema and each value. Run: build/fficheck_bench
#include "bench/core_benches.h"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/suite/allocations.h"
#include "harness/core/lowering.h"
#include "harness/core/schema.h"
#include "harness/core/value_stream.h"
#include "harness/core/witness.h"

namespace fficheck {
namespace {

Part field(std::string name, TypeId type) { return {std::move(name), type}; }

/// A schema of the size that campaigns invent: nested records, a variant, lists, options, results.
Schema sample_schema() {
  SchemaBuilder b;
  const TypeId u64 = b.scalar(Kind::U64);
  const TypeId s32 = b.scalar(Kind::S32);
  const TypeId f64 = b.scalar(Kind::F64);
  const TypeId text = b.scalar(Kind::String);
  const TypeId texts = b.list(text);
  const TypeId point =
      b.add({Kind::Record, "point", {field("x", f64), field("y", f64), field("n", s32)}});
  const TypeId shape = b.add(
      {Kind::Variant, "shape", {{"dot", {}}, field("line", b.list(point)), field("label", text)}});
  const TypeId item = b.add({Kind::Record,
                             "item",
                             {field("id", u64), field("tags", texts), field("note", b.option(text)),
                              field("shape", shape)}});
  b.function({"echo-0", FunctionKind::Free, 0, {{"v", item}}, item});
  b.function({"consume-0", FunctionKind::Free, 0, {{"v", item}, {"n", u64}}, u64});
  b.function({"produce-0", FunctionKind::Free, 0, {{"seed", u64}}, b.result(item, text)});
  return std::move(b).build().value();
}

/// Adds a benchmark of one operation on the sample schema; `once` gets a number that goes up.
template <class F>
void add(std::vector<Bench>& out, const std::string& name, F once) {
  auto run = [once = std::move(once)](std::uint64_t n) {
    std::uint64_t index = 0;
    return timed(n, [&] { benchmark::DoNotOptimize(once(index++)); });
  };
  out.push_back({.name = name,
                 .floor = "",
                 .run = counting_once(std::move(run)),
                 .counted = true,
                 .one_processor = true});
}

}  // namespace

void add_core_benches(std::vector<Bench>& out) {
  const auto schema = std::make_shared<const Schema>(sample_schema());
  const auto args = std::make_shared<const std::vector<Value>>(
      stream_args(*schema, schema->functions()[0], value_seed(1, 7)));
  add(out, "harness/build-schema", [](std::uint64_t) { return sample_schema(); });
  add(out, "harness/lower-schema",
      [=](std::uint64_t) { return lower_native(*schema, Abi::Native); });
  add(out, "harness/stream-arguments", [=](std::uint64_t i) {
    return stream_args(*schema, schema->functions()[0], value_seed(1, i));
  });
  add(out, "harness/witness-arguments",
      [=](std::uint64_t) { return witness_args(*schema, schema->functions()[0], *args); });
  add(out, "harness/expect-result", [=](std::uint64_t i) {
    return expected_result(*schema, schema->functions()[2], {Value::natural(value_seed(1, i))}, {});
  });
}

}  // namespace fficheck
