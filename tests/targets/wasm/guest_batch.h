// Batches of invented schemas as guests in C, for tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "generators/generators.h"
#include "harness/core/canonical.h"
#include "targets/wasm/build_guest_c.h"
#include "targets/wasm/guest_c.h"
#include "tests/targets/native/c_programs.h"

namespace fficheck::testing {

/// The functions that the Component Model carries, exported and imported, in a package of its own.
inline Schema both_ways(const Schema& schema, const std::string& package) {
  SchemaBuilder builder(package, "api");
  for (const Resource& resource : schema.resources()) builder.resource(resource);
  for (const Type& type : schema.types()) builder.add(type);
  for (const Function& f : schema.functions()) {
    if (unsupported_canonical(schema, f)) continue;
    builder.function(f);
    builder.import(f);
  }
  auto built = std::move(builder).build();
  EXPECT_TRUE(built.ok()) << built.error().text();
  return std::move(built).value();
}

struct Batch {
  std::vector<Schema> schemas;
  [[nodiscard]] std::vector<BatchEntry> entries() const {
    std::vector<BatchEntry> out;
    for (std::size_t i = 0; i < schemas.size(); ++i)
      out.push_back({"c" + std::to_string(i), &schemas[i]});
    return out;
  }
};

inline Batch invented(std::size_t count) {
  Batch batch;
  const auto all = profiles();
  for (std::uint64_t i = 0; batch.schemas.size() < count; ++i) {
    const Schema whole = generate_schema(case_seed(11, i), all[i % all.size()]);
    if (!whole.resources().empty()) continue;  // the host cannot implement the guest's resources
    std::vector<Function> carried;
    for (const Function& f : whole.functions())
      if (!unsupported_canonical(whole, f)) carried.push_back(f);
    if (carried.empty()) continue;
    batch.schemas.push_back(both_ways(restrict_to(whole, carried),
                                      "fficheck:c" + std::to_string(batch.schemas.size())));
  }
  return batch;
}

/// Resources of both sides, and what else generators do not make yet.
inline constexpr const char* kWater = R"(package fficheck:water;
interface host {
  resource tap-2 {
    constructor(pressure: u32);
    flow: func(by: string) -> u64;
  }
  record drop { size: u8, name: string }
  echo-text: func(text: string) -> string;
  echo-drops: func(drops: list<drop>) -> list<drop>;
  consume-tap: func(a: own<tap-2>, b: borrow<tap-2>) -> u64;
  sum: func(a: u8, b: s8, c: u16, d: s16, e: u32, f: s32, g: u64, h: s64, i: f32, j: f64, k: char, l: bool, m: u8, n: u8, o: u8, p: u8, q: string) -> u64;
}
interface api {
  use host.{tap-2, drop};
  resource water {
    constructor(liters: u32, name: string);
    drink: func(liters: u32) -> u64;
    of: static func(name: string) -> water;
  }
  variant mixed { a(f32), b(u64), c(string), d }
  record pair { first: own<water>, second: option<own<water>> }
  echo-text: func(text: string) -> string;
  echo-mixed: func(m: mixed) -> mixed;
  echo-nested: func(l: list<list<string>>) -> list<list<string>>;
  echo-waters: func(l: list<own<water>>) -> list<own<water>>;
  echo-enum: func(e: order) -> order;
  enum order { still, sparkling }
  consume-text: func(text: string) -> u64;
  consume-waters: func(l: list<own<water>>, p: pair) -> u64;
  look: func(w: borrow<water>, t: borrow<tap-2>) -> pair;
  many: func(a: u8, b: s8, c: u16, d: s16, e: u32, f: s32, g: u64, h: s64, i: f32, j: f64, k: char, l: bool, m: u8, n: u8, o: u8, p: u8, q: string) -> list<string>;
}
world library { import host; export api; }
)";

struct Built {
  TempDir dir;
  std::filesystem::path module;
};

inline Built build(const Batch& batch, const GuestCOptions& c = {},
                   const std::string& leg = "plain") {
  auto dir = TempDir::create("guest");
  EXPECT_TRUE(dir.ok());
  BuildOptions options;
  options.dir = dir.value().path();
  options.leg = leg;
  EXPECT_TRUE(write_files(options.dir, emit_guest_c(batch.entries())).ok());
  const auto built = build_guest_c(options, c);
  EXPECT_TRUE(built.ok()) << built.error().text();
  if (built.ok()) {
    EXPECT_FALSE(built.value()) << built.value()->stage << "\n" << built.value()->log;
  }
  return {std::move(dir).value(), guest_c_module(options.dir)};
}

}  // namespace fficheck::testing
