// Schemas from a seed, for laws of the core that must not depend on the generators: every kind,
// names that are keywords of WIT and WAVE, empty records, wide flags and enums.
#pragma once

#include <string>
#include <vector>

#include "harness/core/schema.h"
#include "harness/core/value_stream.h"

namespace fficheck::testing {

inline std::string random_name(SplitMix& random, const std::string& prefix, std::size_t index) {
  static const std::vector<std::string> kNames = {
      "list", "type", "none", "ok",  "a-B2",  "some", "len",   "err", "inf",
      "x-1",  "use",  "true", "own", "class", "self", "map-2", "u8",  "world"};
  const std::string& name = kNames[random.below(static_cast<std::uint32_t>(kNames.size()))];
  // The index keeps names apart, whatever their case.
  return random.below(4) == 0 && index == 0 ? name : name + "-" + prefix + std::to_string(index);
}

inline TypeId random_type(SchemaBuilder& builder, SplitMix& random, unsigned depth,
                          std::size_t& named) {
  static constexpr Kind kScalars[] = {Kind::Bool, Kind::S8,   Kind::U8,    Kind::S16, Kind::U16,
                                      Kind::S32,  Kind::U32,  Kind::S64,   Kind::U64, Kind::F32,
                                      Kind::F64,  Kind::Char, Kind::String};
  const auto part = [&] { return random_type(builder, random, depth - 1, named); };
  const auto maybe = [&] {
    return random.below(2) == 0 ? std::nullopt : std::optional<TypeId>(part());
  };
  if (depth == 0 || random.below(3) == 0) return builder.scalar(kScalars[random.below(13)]);
  const auto parts = [&](Kind kind) {
    const std::uint32_t most = kind == Kind::Flags ? 200 : kind == Kind::Enum ? 300 : 6;
    std::size_t n = kind == Kind::Record ? random.below(5) : 1 + random.below(4);
    if (random.below(6) == 0) n = 1 + random.below(most);
    Type type{kind, {}, {}, 0};
    for (std::size_t i = 0; i < n; ++i) {
      Part p{random_name(random, "p", i), {}};
      if (kind == Kind::Record) p.type = part();
      if (kind == Kind::Variant) p.type = maybe();
      type.parts.push_back(p);
    }
    type.name = "t" + std::to_string(named++) + (random.below(2) == 0 ? "-list" : "-X");
    return builder.add(type);
  };
  switch (random.below(8)) {
    case 0: return builder.list(part());
    case 1: return builder.option(part());
    case 2: {
      const auto ok = maybe();
      return builder.result(ok, maybe());
    }
    case 3: {
      std::vector<TypeId> elements{part()};
      while (random.below(2) == 0) elements.push_back(part());
      return builder.tuple(elements);
    }
    case 4: return parts(Kind::Record);
    case 5: return parts(Kind::Variant);
    case 6: return parts(Kind::Enum);
    default: return parts(Kind::Flags);
  }
}

inline Function random_function(SchemaBuilder& builder, SplitMix& random, std::string name,
                                std::size_t& named) {
  Function f;
  f.name = std::move(name);
  const std::size_t n = random.below(4);
  for (std::size_t i = 0; i < n; ++i) {
    f.params.push_back({random_name(random, "q", i), random_type(builder, random, 3, named)});
  }
  if (random.below(4) != 0) f.result = random_type(builder, random, 3, named);
  return f;
}

/// A valid schema; the same for the same seed.
inline Schema random_schema(std::uint64_t seed) {
  SplitMix random(seed);
  SchemaBuilder builder("fficheck:%" + std::string("case"), "api");
  builder = SchemaBuilder(random.below(2) == 0 ? "fficheck:type" : "a:b-2@1.2.3-rc.1",
                          random.below(2) == 0 ? "api" : "interface");
  std::size_t named = 0;
  const std::size_t functions = 1 + random.below(3);
  for (std::size_t i = 0; i < functions; ++i) {
    builder.function(random_function(builder, random, random_name(random, "f", i), named));
  }
  if (random.below(3) == 0) {
    const ResourceId tap = builder.resource({"tap", true});
    const ResourceId sink = builder.resource({"sink", false});
    const TypeId own_tap = builder.add({Kind::Own, {}, {}, tap});
    const TypeId own_sink = builder.add({Kind::Own, {}, {}, sink});
    builder.import({"constructor", FunctionKind::Constructor, tap, {}, own_tap});
    builder.import({"open",
                    FunctionKind::Method,
                    tap,
                    {{"self", builder.add({Kind::Borrow, {}, {}, tap})}},
                    {}});
    builder.function({"of",
                      FunctionKind::Static,
                      sink,
                      {{"type", own_tap}},
                      builder.result(own_sink, std::nullopt)});
    builder.import(random_function(builder, random, "ask-host", named));
  }
  return std::move(builder).build().value();
}

}  // namespace fficheck::testing
