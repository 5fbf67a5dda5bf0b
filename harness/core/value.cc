#include "harness/core/value.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>

#include "harness/core/utf8.h"

namespace fficheck {
namespace {

bool same_bits(float a, float b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}
bool same_bits(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

// Where a walk is, as a chain through its frames: only an error spells it out.
struct Place {
  const Place* up = nullptr;
  std::string_view name;  ///< of a field or case; empty: an index
  std::size_t index = 0;  ///< of an element
  bool in_list = false;

  [[nodiscard]] std::string path() const {
    if (up == nullptr) return "";
    if (in_list) return up->path() + "[" + std::to_string(index) + "]";
    return up->path() + "." + (name.empty() ? std::to_string(index) : std::string(name));
  }
};

// Walks a value beside its type.
class Fits {
 public:
  explicit Fits(const Schema& schema) : schema_(schema) {}

  Result<void> check(TypeId id, const Value& value, const Place& place) const {
    const Type& type = schema_.type(id);
    const auto fail = [&](const std::string& what) -> Result<void> {
      const std::string path = place.path();
      return input_error((path.empty() ? std::string("value") : path) + " is no " +
                         type_name(schema_, id) + ": " + what);
    };
    switch (type.kind) {
      case Kind::Bool: return value.is<bool>() ? Result<void>() : fail("not a bool");
      case Kind::S8:
      case Kind::S16:
      case Kind::S32:
      case Kind::S64: {
        if (!value.is<std::int64_t>()) return fail("not a signed integer");
        const std::int64_t max =
            std::numeric_limits<std::int64_t>::max() >> (64 - bits_of(type.kind));
        const std::int64_t v = value.as<std::int64_t>();
        return v >= -max - 1 && v <= max ? Result<void>() : fail("out of range");
      }
      case Kind::U8:
      case Kind::U16:
      case Kind::U32:
      case Kind::U64: {
        if (!value.is<std::uint64_t>()) return fail("not an unsigned integer");
        const std::uint64_t max =
            std::numeric_limits<std::uint64_t>::max() >> (64 - bits_of(type.kind));
        return value.as<std::uint64_t>() <= max ? Result<void>() : fail("out of range");
      }
      case Kind::F32: return value.is<float>() ? Result<void>() : fail("not a 32-bit float");
      case Kind::F64: return value.is<double>() ? Result<void>() : fail("not a 64-bit float");
      case Kind::Char: {
        if (!value.is<char32_t>()) return fail("not a character");
        return is_scalar_value(value.as<char32_t>()) ? Result<void>()
                                                     : fail("no Unicode scalar value");
      }
      case Kind::String:
        if (!value.is<std::string>()) return fail("not a string");
        return is_utf8(value.as<std::string>()) ? Result<void>() : fail("not valid UTF-8");
      case Kind::List: {
        if (!value.is<Sequence>()) return fail("not a sequence");
        const auto& items = value.as<Sequence>();
        for (std::size_t i = 0; i < items.size(); ++i) {
          FFICHECK_CHECK(check(*type.parts[0].type, items[i], Place{&place, {}, i, true}));
        }
        return {};
      }
      case Kind::Tuple:
      case Kind::Record: {
        if (!value.is<Sequence>()) return fail("not a sequence");
        const auto& items = value.as<Sequence>();
        if (items.size() != type.parts.size()) return fail("wrong number of parts");
        for (std::size_t i = 0; i < items.size(); ++i) {
          const Part& part = type.parts[i];
          FFICHECK_CHECK(check(*part.type, items[i], Place{&place, part.name, i, false}));
        }
        return {};
      }
      case Kind::Option:
      case Kind::Result:
      case Kind::Variant:
      case Kind::Enum: return check_choice(id, value, place);
      case Kind::Flags: {
        if (!value.is<Bits>()) return fail("not flags");
        const auto& bits = value.as<Bits>().words;
        const std::size_t n = type.parts.size();
        if (bits.size() != (n + 63) / 64) return fail("wrong number of words");
        if (n % 64 != 0 && (bits.back() >> (n % 64)) != 0) return fail("bits beyond the last flag");
        return {};
      }
      case Kind::Own:
      case Kind::Borrow: return value.is<Handle>() ? Result<void>() : fail("not a handle");
    }
    return {};
  }

 private:
  Result<void> check_choice(TypeId id, const Value& value, const Place& place) const {
    const Type& type = schema_.type(id);
    const auto fail = [&](const std::string& what) -> Result<void> {
      const std::string path = place.path();
      return input_error((path.empty() ? std::string("value") : path) + " is no " +
                         type_name(schema_, id) + ": " + what);
    };
    if (!value.is<Choice>()) return fail("not a choice");
    const auto& choice = value.as<Choice>();
    const bool option = type.kind == Kind::Option;
    const std::size_t cases = option ? 2 : type.parts.size();
    if (choice.index >= cases) return fail("case index out of range");
    std::optional<TypeId> payload;
    std::string_view name = "some";
    if (option) {
      if (choice.index == 1) payload = type.parts[0].type;
    } else {
      payload = type.parts[choice.index].type;
      name = type.parts[choice.index].name;
      if (type.kind == Kind::Result) name = choice.index == 0 ? "ok" : "err";
    }
    if (payload.has_value() != (choice.payload != nullptr)) {
      return fail(payload ? "payload missing" : "payload where the case has none");
    }
    return payload ? check(*payload, *choice.payload, Place{&place, name, 0, false})
                   : Result<void>();
  }

  const Schema& schema_;
};

// Order of integers in at most 13 bits: exact below 4096, then by length and the six leading bits.
std::uint64_t rank(std::uint64_t x) {
  if (x < 4096) return x;
  const auto length = static_cast<unsigned>(std::bit_width(x));
  return 4096 + (length - 13) * 64 + ((x >> (length - 7)) & 63);
}

std::uint64_t rank_float(double x) {
  if (std::isnan(x)) return 20001;
  if (std::isinf(x)) return 20000;
  const double size = std::fabs(x);
  const std::uint64_t sign = std::signbit(x) ? 1 : 0;
  if (size < 1e18 && size == std::floor(size))
    return 2 * rank(static_cast<std::uint64_t>(size)) + sign;
  const auto near = size < 1e18 ? static_cast<std::uint64_t>(size) : std::uint64_t{1} << 63;
  return 2 * rank(near) + 1024 + sign;
}

std::uint64_t rank_char(char32_t c) {
  return c == U'a' ? 0
                   : (c >= 0x20 && c < 0x7f ? 1 + static_cast<std::uint64_t>(c) : 200 + rank(c));
}

struct Weights {
  std::uint64_t leaves = 0;
  std::uint64_t bytes = 0;
  std::uint64_t magnitude = 0;
};

// `Weights` of a value; recursion is bounded by the depth of types.
void weigh(const Value& value, Weights& w) {
  value.visit([&](const auto& v) {
    using V = std::decay_t<decltype(v)>;
    if constexpr (std::is_same_v<V, bool>) {
      ++w.leaves, w.magnitude += v ? 1 : 0;
    } else if constexpr (std::is_same_v<V, std::int64_t>) {
      const auto bits = static_cast<std::uint64_t>(v);
      ++w.leaves, w.magnitude += v < 0 ? 2 * rank(0 - bits) + 1 : 2 * rank(bits);
    } else if constexpr (std::is_same_v<V, std::uint64_t>) {
      ++w.leaves, w.magnitude += 2 * rank(v);
    } else if constexpr (std::is_floating_point_v<V>) {
      ++w.leaves, w.magnitude += rank_float(static_cast<double>(v));
    } else if constexpr (std::is_same_v<V, char32_t>) {
      ++w.leaves, w.magnitude += rank_char(v);
    } else if constexpr (std::is_same_v<V, std::string>) {
      ++w.leaves, w.bytes += v.size();
      for (char c : v) {
        w.magnitude += c == 'a' ? 0 : (c >= 0x20 && c < 0x7f ? 1 : 2);
      }
    } else if constexpr (std::is_same_v<V, Sequence>) {
      if (v.empty()) ++w.leaves;
      w.magnitude += v.size();
      for (const Value& item : v) weigh(item, w);
    } else if constexpr (std::is_same_v<V, Choice>) {
      w.magnitude += 2 * rank(v.index) + (v.payload ? 1 : 0);
      if (v.payload) {
        weigh(*v.payload, w);
      } else {
        ++w.leaves;
      }
    } else if constexpr (std::is_same_v<V, Bits>) {
      ++w.leaves;
      for (std::size_t i = 0; i < v.words.size(); ++i) {
        for (unsigned bit = 0; bit < 64; ++bit) {
          if ((v.words[i] >> bit) & 1) w.magnitude += 1 + i * 64 + bit;
        }
      }
    } else {
      static_assert(std::is_same_v<V, Handle>);
      ++w.leaves, w.magnitude += 2 * rank(v.rep);
    }
  });
}

}  // namespace

bool equal(const Value& a, const Value& b) {
  return a.visit([&](const auto& left) {
    using V = std::decay_t<decltype(left)>;
    if (!b.is<V>()) return false;
    const auto& right = b.as<V>();
    if constexpr (std::is_floating_point_v<V>) {
      return same_bits(left, right);
    } else if constexpr (std::is_same_v<V, Sequence>) {
      return &left == &right ||
             std::equal(left.begin(), left.end(), right.begin(), right.end(), equal);
    } else if constexpr (std::is_same_v<V, Choice>) {
      if (left.index != right.index || !left.payload != !right.payload) return false;
      return !left.payload || equal(*left.payload, *right.payload);
    } else {
      return left == right;
    }
  });
}

Result<void> check_fits(const Schema& schema, TypeId type, const Value& value) {
  return Fits(schema).check(type, value, Place{});
}

std::size_t leaf_count(const Value& value) {
  Weights w;
  weigh(value, w);
  return w.leaves;
}

std::uint64_t value_weight(const Value& value) {
  Weights w;
  weigh(value, w);
  const auto cut = [](std::uint64_t x, unsigned bits) {
    return std::min(x, (std::uint64_t{1} << bits) - 1);
  };
  return cut(w.leaves, 20) << 44 | cut(w.bytes, 22) << 22 | cut(w.magnitude, 22);
}

}  // namespace fficheck
