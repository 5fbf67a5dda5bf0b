// What the core costs for each schema and each value. Run: build/fficheck_bench
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <utility>

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

void build_schema(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(sample_schema());
}
BENCHMARK(build_schema);

void lower_schema(benchmark::State& state) {
  const Schema schema = sample_schema();
  for (auto _ : state) benchmark::DoNotOptimize(lower_native(schema, Abi::Native));
}
BENCHMARK(lower_schema);

void stream_arguments(benchmark::State& state) {
  const Schema schema = sample_schema();
  std::uint64_t index = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(stream_args(schema, schema.functions()[0], value_seed(1, index++)));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(stream_arguments);

void witness_arguments(benchmark::State& state) {
  const Schema schema = sample_schema();
  const auto args = stream_args(schema, schema.functions()[0], value_seed(1, 7));
  for (auto _ : state) benchmark::DoNotOptimize(witness_args(schema, schema.functions()[0], args));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(witness_arguments);

void expect_result(benchmark::State& state) {
  const Schema schema = sample_schema();
  const Function& produce = schema.functions()[2];
  std::uint64_t index = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        expected_result(schema, produce, {Value::natural(value_seed(1, index++))}, {}));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(expect_result);

}  // namespace
}  // namespace fficheck
