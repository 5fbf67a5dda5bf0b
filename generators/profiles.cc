#include <algorithm>
#include <vector>

#include "generators/generators.h"
#include "harness/core/value_stream.h"

namespace fficheck {
namespace {

using Weights = std::array<std::uint8_t, kAllKinds.size()>;

/// Weights of kinds in the order of kinds.def; handles have their place and wait for resources.
constexpr Weights weights(std::uint8_t scalar, std::uint8_t string, std::uint8_t sequence,
                          std::uint8_t choice, std::uint8_t bits) {
  Weights out{};
  for (const Kind kind : kAllKinds) {
    std::uint8_t w = 0;
    switch (class_of(kind)) {
      case KindClass::Scalar: w = scalar; break;
      case KindClass::Text: w = string; break;
      case KindClass::Sequence: w = sequence; break;
      case KindClass::Choice: w = choice; break;
      case KindClass::Bits: w = bits; break;
      case KindClass::Handle: w = 0; break;
    }
    out[static_cast<std::size_t>(kind)] = w;
  }
  return out;
}

constexpr Weights only(std::initializer_list<Kind> kinds) {
  Weights out{};
  for (const Kind kind : kinds) out[static_cast<std::size_t>(kind)] = 4;
  return out;
}

constexpr Weights kEven = weights(2, 5, 5, 5, 3);

const std::array<Profile, 10> kProfiles = {{
    {.name = "default", .sentence = "A bit of everything, mostly small.", .weights = kEven},
    {.name = "small",
     .sentence = "One type, a few functions: the fastest builds.",
     .named_types = {0, 1},
     .tested_types = {1, 1},
     .calls = {0, 1},
     .parts = {1, 3},
     .max_depth = 2,
     .max_weight = 20,
     .large = 0,
     .hostile = 0,
     .many_params = 5,
     .create = 0,
     .completion = 0,
     .weights = kEven},
    {.name = "wide",
     .sentence = "Hundreds of fields, cases, flags; parameter lists of twenty and more.",
     .parts = {1, 20},
     .max_weight = 2000,
     .large = 100,
     .many_params = 100,
     .weights = kEven},
    {.name = "deep",
     .sentence = "Types nested many levels deep.",
     .named_types = {2, 6},
     .tested_types = {1, 2},
     .parts = {1, 3},
     .max_depth = 10,
     .max_weight = 600,
     .large = 0,
     .weights = weights(1, 2, 9, 9, 1)},
    {.name = "names",
     .sentence = "Names that collide with keywords, macros, locals and each other.",
     .named_types = {2, 4},
     .tested_types = {1, 2},
     .calls = {2, 5},
     .max_depth = 2,
     .max_weight = 60,
     .hostile = 100,
     .weights = kEven},
    {.name = "strings",
     .sentence = "Strings and lists, alone and nested.",
     .parts = {1, 4},
     .drop_kind = 0,
     .weights = only({Kind::String, Kind::List, Kind::Option, Kind::Record, Kind::U8, Kind::Char,
                      Kind::Variant})},
    {.name = "scalars",
     .sentence = "Numbers in records and parameter lists: registers, alignment, padding.",
     .parts = {1, 8},
     .max_depth = 3,
     .many_params = 100,
     .weights = weights(4, 0, 2, 0, 0)},
    {.name = "resources",
     .sentence = "Resources of the callee: constructors, methods, own and borrow everywhere.",
     .named_types = {0, 1},
     .tested_types = {0, 1},
     .calls = {0, 1},
     .parts = {1, 3},
     .max_depth = 2,
     .max_weight = 20,
     .large = 0,
     .many_params = 5,
     .create = 0,
     .completion = 0,
     .weights = kEven,
     .resources = {1, 3}},
    {.name = "completion",
     .sentence = "Functions with a plan, host functions, events: what completion scripts need.",
     .named_types = {0, 2},
     .tested_types = {0, 1},
     .calls = {0, 2},
     .parts = {1, 4},
     .max_depth = 3,
     .max_weight = 60,
     .large = 0,
     .hostile = 10,
     .many_params = 5,
     .completion = 100,
     .weights = kEven},
    {.name = "nim",
     .sentence = "What the nim dialect of the C ABI carries.",
     .max_depth = 3,
     .weights = only({Kind::Bool, Kind::S8, Kind::U8, Kind::S16, Kind::U16, Kind::S32, Kind::U32,
                      Kind::S64, Kind::U64, Kind::F32, Kind::F64, Kind::String, Kind::List,
                      Kind::Option, Kind::Record}),
     .nim = true},
}};

}  // namespace

std::span<const Profile> profiles() { return kProfiles; }

const Profile* find_profile(std::string_view name) {
  const auto found = std::ranges::find(kProfiles, name, &Profile::name);
  return found == kProfiles.end() ? nullptr : &*found;
}

}  // namespace fficheck
