#include "targets/wasm/scalars.h"

#include <bit>
#include <cstring>
#include <type_traits>

#include "harness/core/utf8.h"
#include "targets/wasm/nan.h"

namespace fficheck {
namespace {

/// How a kind lies in memory, and what stands for it.
template <class T>
struct Natural {
  using Memory = T;
  static T lower(const Value& v) { return static_cast<T>(v.as<std::uint64_t>()); }
  static Value lift(T bits) { return Value::natural(bits); }
};
template <class T>
struct Integer {
  using Memory = T;
  static T lower(const Value& v) { return static_cast<T>(v.as<std::int64_t>()); }
  static Value lift(T bits) { return Value::integer(bits); }
};
struct Boolean {
  using Memory = std::uint8_t;
  static std::uint8_t lower(const Value& v) { return v.as<bool>() ? 1 : 0; }
  static Value lift(std::uint8_t bits) { return Value::boolean(bits != 0); }
};
struct Single {
  using Memory = float;
  static float lower(const Value& v) { return v.as<float>(); }
  static Value lift(float bits) { return Value::f32(canonical_nan(bits)); }
};
struct Double {
  using Memory = double;
  static double lower(const Value& v) { return v.as<double>(); }
  static Value lift(double bits) { return Value::f64(canonical_nan(bits)); }
};
struct Character {
  using Memory = std::uint32_t;
  static std::uint32_t lower(const Value& v) { return v.as<char32_t>(); }
  static Value lift(std::uint32_t bits) { return Value::character(static_cast<char32_t>(bits)); }
};

/// f(one of the structs above).
template <class F>
void with_scalar(Kind kind, F f) {
  switch (kind) {
    case Kind::Bool: f(Boolean()); return;
    case Kind::S8: f(Integer<std::int8_t>()); return;
    case Kind::U8: f(Natural<std::uint8_t>()); return;
    case Kind::S16: f(Integer<std::int16_t>()); return;
    case Kind::U16: f(Natural<std::uint16_t>()); return;
    case Kind::S32: f(Integer<std::int32_t>()); return;
    case Kind::U32: f(Natural<std::uint32_t>()); return;
    case Kind::S64: f(Integer<std::int64_t>()); return;
    case Kind::U64: f(Natural<std::uint64_t>()); return;
    case Kind::F32: f(Single()); return;
    case Kind::F64: f(Double()); return;
    case Kind::Char: f(Character()); return;
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
    case Kind::Borrow: return;
  }
}

}  // namespace

std::uint64_t scalar_bits(Kind kind, const Value& value) {
  switch (kind) {
    case Kind::Bool: return value.as<bool>() ? 1 : 0;
    case Kind::S8:
    case Kind::S16:
    case Kind::S32:
      return static_cast<std::uint32_t>(static_cast<std::int32_t>(value.as<std::int64_t>()));
    case Kind::S64: return static_cast<std::uint64_t>(value.as<std::int64_t>());
    case Kind::U8:
    case Kind::U16:
    case Kind::U32:
    case Kind::U64: return value.as<std::uint64_t>();
    case Kind::F32: return std::bit_cast<std::uint32_t>(value.as<float>());
    case Kind::F64: return std::bit_cast<std::uint64_t>(value.as<double>());
    case Kind::Char: return value.as<char32_t>();
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

Value scalar_value(Kind kind, std::uint64_t bits, bool* valid) {
  const auto low = [bits]<class S>(S) {
    typename S::Memory memory;
    std::memcpy(&memory, &bits, sizeof memory);
    return S::lift(memory);
  };
  switch (kind) {
    case Kind::Bool: return Value::boolean(static_cast<std::uint32_t>(bits) != 0);
    case Kind::S8: return low(Integer<std::int8_t>());
    case Kind::U8: return low(Natural<std::uint8_t>());
    case Kind::S16: return low(Integer<std::int16_t>());
    case Kind::U16: return low(Natural<std::uint16_t>());
    case Kind::S32: return low(Integer<std::int32_t>());
    case Kind::U32: return low(Natural<std::uint32_t>());
    case Kind::S64: return low(Integer<std::int64_t>());
    case Kind::U64: return low(Natural<std::uint64_t>());
    case Kind::F32: return low(Single());
    case Kind::F64: return low(Double());
    case Kind::Char:
      *valid = *valid && is_scalar_value(static_cast<std::uint32_t>(bits));
      return low(Character());
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
    case Kind::Borrow: return {};
  }
  return {};
}

void store_scalars(Kind kind, const Sequence& items, std::uint8_t* to) {
  with_scalar(kind, [&]<class S>(S) {
    for (const Value& item : items) {
      const typename S::Memory bits = S::lower(item);
      std::memcpy(to, &bits, sizeof bits);
      to += sizeof bits;
    }
  });
}

bool load_scalars(Kind kind, const std::uint8_t* from, std::size_t count, Sequence* out) {
  bool valid = true;
  with_scalar(kind, [&]<class S>(S) {
    for (std::size_t i = 0; i < count; ++i) {
      typename S::Memory bits;
      std::memcpy(&bits, from, sizeof bits);
      from += sizeof bits;
      if constexpr (std::is_same_v<S, Character>) valid = valid && is_scalar_value(bits);
      out->push_back(S::lift(bits));
    }
  });
  return valid;
}

}  // namespace fficheck
