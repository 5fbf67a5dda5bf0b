// Small random schemas for tests of the core and of the ABIs: every kind that the ABI has, nested,
// and functions of every role. Deterministic by seed; shrinking is not wanted here (generators/ has
// that).
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/core/lowering.h"
#include "harness/core/schema.h"
#include "harness/core/value_stream.h"

namespace fficheck::testing {

class RandomSchema {
 public:
  RandomSchema(std::uint64_t seed, Abi abi)
      : random_(seed),
        nim_(abi == Abi::Nim),
        canonical_(abi == Abi::Canonical),
        builder_("fficheck:random", "api") {
    if (!canonical_) return;
    own_.push_back(handle(Kind::Own, builder_.resource({"water", false})));
    const ResourceId tap = builder_.resource({"tap", true});
    own_.push_back(handle(Kind::Own, tap));
    borrow_ = handle(Kind::Borrow, tap);
  }

  /// A schema whose functions the dialect supports.
  Schema make() {
    const TypeId u64 = builder_.scalar(Kind::U64);
    const TypeId error = builder_.scalar(Kind::String);
    if (random_.below(3) == 0)
      add("create", {type(2), type(1)}, builder_.result(std::nullopt, error));
    const unsigned count = 3 + random_.below(4);
    for (unsigned i = 0; i < count; ++i) {
      const std::string n = std::to_string(i);
      const TypeId t = type(3);
      add("consume-" + n, {t}, u64);
      if (as_result(t)) {
        add("produce-" + n, {u64}, t);
        add("echo-" + n, {t}, t);
      }
      std::vector<TypeId> params;
      for (unsigned k = random_.below(6); k > 0; --k) params.push_back(type(2));
      const TypeId r = type(2);
      if (as_result(r)) add("call-" + n, params, r);
      add("try-" + n, params,
          builder_.result(as_result(r) ? std::optional(r) : std::nullopt, error));
      if (!nim_) add("fail-" + n, params, builder_.result(t, r));
      add("nothing-" + n, params, std::nullopt);
    }
    if (canonical_) {
      add("consume-lent", {borrow_, builder_.list(borrow_), builder_.option(type(1))}, u64);
      // Around 16 flat parameters.
      for (const std::size_t n : {15u, 16u, 17u}) {
        std::vector<TypeId> wide(n - 2, builder_.scalar(Kind::U8));
        wide.push_back(builder_.scalar(Kind::String));
        add("consume-flat-" + std::to_string(n), wide, u64);
      }
    }
    // Many small arguments: registers run out in the middle of a struct (faults.md L12, L14).
    std::vector<TypeId> many(5, builder_.scalar(Kind::S8));
    many.push_back(builder_.scalar(Kind::F32));
    many.push_back(record({Kind::S8, Kind::F64}));
    many.push_back(record({Kind::F32, Kind::F32, Kind::F32}));
    many.push_back(record({Kind::F64, Kind::U16}));
    for (int i = 0; i < 4; ++i) many.push_back(builder_.scalar(Kind::F64));
    many.push_back(record({Kind::F64, Kind::S8}));
    many.push_back(record({Kind::F32, Kind::S32, Kind::F64}));
    add("consume-many", many, u64);
    return std::move(builder_).build().value();
  }

 private:
  [[nodiscard]] bool as_result(TypeId id) const { return !nim_ || !members_only_.contains(id); }

  void add(std::string name, const std::vector<TypeId>& params, std::optional<TypeId> result) {
    Function f;
    f.name = std::move(name);
    for (std::size_t i = 0; i < params.size(); ++i)
      f.params.push_back({"p" + std::to_string(i), params[i]});
    f.result = result;
    builder_.function(std::move(f));
  }

  TypeId handle(Kind kind, ResourceId resource) {
    Type t;
    t.kind = kind;
    t.resource = resource;
    return builder_.add(std::move(t));
  }
  TypeId record(const std::vector<Kind>& kinds) {
    std::vector<TypeId> fields;
    for (Kind kind : kinds) fields.push_back(builder_.scalar(kind));
    return named(Kind::Record, fields);
  }
  TypeId named(Kind kind, const std::vector<TypeId>& parts, bool payloads_optional = false) {
    Type t;
    t.kind = kind;
    t.name = "t" + std::to_string(++names_);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      Part part{"m" + std::to_string(i), parts[i]};
      if (payloads_optional && random_.below(3) == 0) part.type.reset();
      t.parts.push_back(std::move(part));
    }
    return builder_.add(std::move(t));
  }
  TypeId labels(Kind kind, unsigned count) {
    Type t;
    t.kind = kind;
    t.name = "t" + std::to_string(++names_);
    for (unsigned i = 0; i < count; ++i) t.parts.push_back({"l" + std::to_string(i), std::nullopt});
    return builder_.add(std::move(t));
  }
  std::vector<TypeId> some_types(unsigned least, unsigned depth) {
    std::vector<TypeId> out;
    const unsigned n = least + random_.below(random_.below(8) == 0 ? 20 : 5);
    for (unsigned i = 0; i < n; ++i) out.push_back(type(depth));
    return out;
  }
  TypeId scalar() {
    if (canonical_ && random_.below(10) == 0) return own_[random_.below(2)];
    static constexpr Kind kinds[] = {Kind::Bool, Kind::S8,     Kind::U8,  Kind::S16, Kind::U16,
                                     Kind::S32,  Kind::U32,    Kind::S64, Kind::U64, Kind::F32,
                                     Kind::F64,  Kind::String, Kind::Char};
    return builder_.scalar(kinds[random_.below(nim_ ? 12 : 13)]);
  }
  /// nim: elements of lists and options are neither.
  TypeId element(unsigned depth) {
    TypeId id = type(depth);
    while (nim_ && members_only_.contains(id)) id = type(depth);
    return id;
  }

 public:
  TypeId type(unsigned depth) {
    if (depth == 0 || random_.below(4) == 0) return scalar();
    --depth;
    const std::uint32_t pick = random_.below(nim_ ? 3 : 9);
    switch (pick) {
      case 0:
        return named(Kind::Record,
                     some_types(nim_ || canonical_ || random_.below(8) != 0 ? 1 : 0, depth));
      case 1: return remember(builder_.list(element(depth)));
      case 2: return remember(builder_.option(element(depth)));
      case 3: {
        const auto side = [&]() -> std::optional<TypeId> {
          return random_.below(3) == 0 ? std::nullopt : std::optional(type(depth));
        };
        const std::optional<TypeId> ok = side();
        return builder_.result(ok, side());
      }
      case 4: return builder_.tuple(some_types(1, depth));
      case 5:
        return named(Kind::Variant, some_types(random_.below(20) == 0 ? 257 : 1, depth), true);
      case 6: {
        static constexpr unsigned sizes[] = {1, 2, 5, 256, 257, 300};
        return labels(Kind::Enum, sizes[random_.below(6)]);
      }
      case 7: {
        static constexpr unsigned sizes[] = {1, 8, 9, 16, 17, 32, 33, 64, 65, 128, 130};
        return labels(Kind::Flags, sizes[random_.below(canonical_ ? 6 : 11)]);
      }
      default: return builder_.list(builder_.scalar(Kind::U8));
    }
  }

 private:
  TypeId remember(TypeId id) {
    members_only_.insert(id);
    return id;
  }

  SplitMix random_;
  bool nim_;
  bool canonical_;
  SchemaBuilder builder_;
  unsigned names_ = 0;
  std::set<TypeId> members_only_;
  std::vector<TypeId> own_;  ///< canonical: of an exported and an imported resource
  TypeId borrow_ = 0;        ///< canonical: of the imported resource
};

inline Schema random_schema(std::uint64_t seed, Abi abi) { return RandomSchema(seed, abi).make(); }

}  // namespace fficheck::testing
