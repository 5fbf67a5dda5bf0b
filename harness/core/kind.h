// Kinds of types: what the Component Model calls value types, one row each in kinds.def.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fficheck {

enum class Kind : std::uint8_t {
#define FFICHECK_KIND(enumerator, keyword, klass) enumerator,
#include "harness/core/kinds.def"
};

/// The shape of a kind's values, whatever its width: how a Value holds them.
enum class KindClass : std::uint8_t { Scalar, Text, Sequence, Choice, Bits, Handle };

inline constexpr std::array kAllKinds = {
#define FFICHECK_KIND(enumerator, keyword, klass) Kind::enumerator,
#include "harness/core/kinds.def"
};

/// The keyword of WIT for a kind, for instance "s64" or "list".
constexpr std::string_view keyword(Kind kind) {
  constexpr std::string_view names[] = {
#define FFICHECK_KIND(enumerator, keyword, klass) keyword,
#include "harness/core/kinds.def"
  };
  return names[static_cast<std::size_t>(kind)];
}

constexpr KindClass class_of(Kind kind) {
  constexpr KindClass classes[] = {
#define FFICHECK_KIND(enumerator, keyword, klass) KindClass::klass,
#include "harness/core/kinds.def"
  };
  return classes[static_cast<std::size_t>(kind)];
}

/// Whether WIT gives types of this kind a name of their own (record, variant, enum, flags).
constexpr bool is_named(Kind kind) {
  return kind == Kind::Record || kind == Kind::Variant || kind == Kind::Enum || kind == Kind::Flags;
}

/// Width in bits of an integer or float kind, 0 for every other kind.
constexpr unsigned bits_of(Kind kind) {
  switch (kind) {
    case Kind::S8:
    case Kind::U8: return 8;
    case Kind::S16:
    case Kind::U16: return 16;
    case Kind::S32:
    case Kind::U32:
    case Kind::F32: return 32;
    case Kind::S64:
    case Kind::U64:
    case Kind::F64: return 64;
    case Kind::Bool:
    case Kind::Char:
    case Kind::String:
    case Kind::List:
    case Kind::Option:
    case Kind::Result:
    case Kind::Tuple:
    case Kind::Record:
    case Kind::Variant:
    case Kind::Enum:
    case Kind::Flags:
    case Kind::Own:
    case Kind::Borrow: return 0;
  }
  return 0;
}

constexpr bool is_signed_integer(Kind kind) {
  return kind == Kind::S8 || kind == Kind::S16 || kind == Kind::S32 || kind == Kind::S64;
}
constexpr bool is_unsigned_integer(Kind kind) {
  return kind == Kind::U8 || kind == Kind::U16 || kind == Kind::U32 || kind == Kind::U64;
}

}  // namespace fficheck
