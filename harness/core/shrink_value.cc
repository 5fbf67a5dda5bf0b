#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "harness/core/shrink.h"
#include "harness/core/shrink_cost.h"

namespace fficheck {
namespace {

constexpr std::size_t kPieces = 64;             // of one size that are taken away in turn
constexpr std::size_t kLongString = 64 * 1024;  // bytes from which on only big pieces go

/// Calls take(begin, end) for pieces of [0, n): all, halves, quarters, ... single elements.
template <class Take>
void for_pieces(std::size_t n, std::size_t smallest, Take take) {
  for (std::size_t size = n; size >= std::max<std::size_t>(smallest, 1); size = (size + 1) / 2) {
    std::size_t pieces = 0;
    for (std::size_t begin = 0; begin < n && pieces < kPieces; begin += size, ++pieces) {
      take(begin, std::min(begin + size, n));
    }
    if (size == 1) break;
  }
}

/// Proposes values in place of one; what is not smaller is left out by the caller.
class Proposer {
 public:
  explicit Proposer(const Schema& schema) : schema_(schema) {}

  std::vector<Value> propose(TypeId id, const Value& value, std::size_t limit) const {
    const Type& type = schema_.type(id);
    std::vector<Value> out;
    switch (type.kind) {
      case Kind::Bool: out.push_back(Value::boolean(false)); break;
      case Kind::S8:
      case Kind::S16:
      case Kind::S32:
      case Kind::S64: integer(value.as<std::int64_t>(), bits_of(type.kind), out); break;
      case Kind::U8:
      case Kind::U16:
      case Kind::U32:
      case Kind::U64: natural(value.as<std::uint64_t>(), out); break;
      case Kind::F32:
        for (const double d : floats(static_cast<double>(value.as<float>()))) {
          out.push_back(Value::f32(static_cast<float>(d)));
        }
        break;
      case Kind::F64:
        for (const double d : floats(value.as<double>())) out.push_back(Value::f64(d));
        break;
      case Kind::Char: character(value.as<char32_t>(), out); break;
      case Kind::String: text(value.as<std::string>(), out); break;
      case Kind::List: list(*type.parts[0].type, value.as<Sequence>(), limit, out); break;
      case Kind::Tuple:
      case Kind::Record: fixed(type, value.as<Sequence>(), limit, out); break;
      case Kind::Option:
      case Kind::Result:
      case Kind::Variant:
      case Kind::Enum: choice(type, value.as<Choice>(), limit, out); break;
      case Kind::Flags: bits(value.as<Bits>(), out); break;
      case Kind::Own:
      case Kind::Borrow: break;  // a handle is what it is
    }
    return out;
  }

 private:
  static void natural(std::uint64_t v, std::vector<Value>& out) {
    for (const std::uint64_t smaller : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}}) {
      out.push_back(Value::natural(smaller));
    }
    for (unsigned width = static_cast<unsigned>(std::bit_width(v)); width > 1; width /= 2) {
      out.push_back(Value::natural(v >> (width / 2)));
      out.push_back(Value::natural(v & ((std::uint64_t{1} << (width / 2)) - 1)));
    }
    if (v != 0) {
      out.push_back(Value::natural(std::bit_floor(v)));
      out.push_back(Value::natural(v - 1));
    }
  }

  static void integer(std::int64_t v, unsigned bits, std::vector<Value>& out) {
    const std::uint64_t top = (std::uint64_t{1} << (bits - 1)) - 1;
    const std::uint64_t magnitude =
        v < 0 ? 0 - static_cast<std::uint64_t>(v) : static_cast<std::uint64_t>(v);
    std::vector<Value> sizes;
    if (v < 0) sizes.push_back(Value::natural(magnitude));
    natural(magnitude, sizes);
    for (const Value& size : sizes) {
      // The opposite of the least integer is none.
      if (size.as<std::uint64_t>() > top) continue;
      const auto positive = static_cast<std::int64_t>(size.as<std::uint64_t>());
      out.push_back(Value::integer(positive));
      if (v < 0) out.push_back(Value::integer(-positive));
    }
  }

  static std::vector<double> floats(double v) {
    std::vector<double> out{0.0, 1.0, -0.0, -1.0, 1.5};
    if (!std::isfinite(v)) return out;
    out.push_back(-v);
    out.push_back(std::trunc(v));
    out.push_back(std::trunc(v / 2));
    out.push_back(v / 2);
    return out;
  }

  static void character(char32_t v, std::vector<Value>& out) {
    for (const char32_t c : {U'a', U'b', U'A', U'0', U' '}) out.push_back(Value::character(c));
    // The first character of each length in UTF-8, so that a failure keeps its length.
    for (const char32_t c : {char32_t{0x80}, char32_t{0x800}, char32_t{0x10000}}) {
      if (c < v) out.push_back(Value::character(c));
    }
    for (char32_t half = v / 2; half > 0; half /= 2) {
      if (half < 0xD800 || half > 0xDFFF) out.push_back(Value::character(half));
    }
    if (v > 0 && v - 1 != 0xDFFF) out.push_back(Value::character(v - 1));
  }

  static void text(const std::string& v, std::vector<Value>& out) {
    std::vector<std::size_t> starts;  // of characters, and the end
    for (std::size_t i = 0; i < v.size(); ++i) {
      if ((static_cast<unsigned char>(v[i]) & 0xC0) != 0x80) starts.push_back(i);
    }
    const std::size_t n = starts.size();
    starts.push_back(v.size());
    const std::size_t smallest = v.size() > kLongString ? n / 8 : 1;
    for_pieces(n, smallest, [&](std::size_t begin, std::size_t end) {
      const std::size_t from = starts[begin];
      const std::size_t to = starts[end];
      out.push_back(Value::string(v.substr(0, from) + v.substr(to)));
      if (end - begin < n && n > 3) out.push_back(Value::string(v.substr(from, to - from)));
    });
    if (v.size() > kLongString) return;
    out.push_back(Value::string(std::string(n, 'a')));
    for_pieces(n, 1, [&](std::size_t begin, std::size_t end) {
      out.push_back(Value::string(v.substr(0, starts[begin]) + std::string(end - begin, 'a') +
                                  v.substr(starts[end])));
    });
  }

  static Sequence without(const Sequence& v, std::size_t begin, std::size_t end) {
    Sequence rest(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(begin));
    rest.insert(rest.end(), v.begin() + static_cast<std::ptrdiff_t>(end), v.end());
    return rest;
  }

  static Sequence with(const Sequence& v, std::size_t index, Value part) {
    Sequence changed = v;
    changed[index] = std::move(part);
    return changed;
  }

  void list(TypeId element, const Sequence& v, std::size_t limit, std::vector<Value>& out) const {
    for_pieces(v.size(), 1, [&](std::size_t begin, std::size_t end) {
      out.push_back(Value::sequence(without(v, begin, end)));
      if (end - begin < v.size() && v.size() > 2) {
        out.push_back(Value::sequence(Sequence(v.begin() + static_cast<std::ptrdiff_t>(begin),
                                               v.begin() + static_cast<std::ptrdiff_t>(end))));
      }
    });
    const Value smallest = smallest_value(schema_, element);
    if (v.size() > 1) out.push_back(Value::sequence(Sequence(v.size(), smallest)));
    const std::size_t each = std::max<std::size_t>(limit / std::max<std::size_t>(v.size(), 1), 8);
    for (std::size_t i = 0; i < v.size() && out.size() < limit; ++i) {
      for (Value& part : propose(element, v[i], each)) {
        out.push_back(Value::sequence(with(v, i, std::move(part))));
        if (out.size() >= limit) break;
      }
    }
  }

  void fixed(const Type& type, const Sequence& v, std::size_t limit,
             std::vector<Value>& out) const {
    Sequence smallest;
    for (const Part& part : type.parts) smallest.push_back(smallest_value(schema_, *part.type));
    out.push_back(Value::sequence(smallest));
    for_pieces(v.size(), 1, [&](std::size_t begin, std::size_t end) {
      Sequence alone = smallest;
      Sequence cleared = v;
      for (std::size_t i = begin; i < end; ++i) {
        alone[i] = v[i];
        cleared[i] = smallest[i];
      }
      out.push_back(Value::sequence(std::move(cleared)));
      out.push_back(Value::sequence(std::move(alone)));
    });
    const std::size_t each = std::max<std::size_t>(limit / std::max<std::size_t>(v.size(), 1), 8);
    for (std::size_t i = 0; i < v.size(); ++i) {
      for (Value& part : propose(*type.parts[i].type, v[i], each)) {
        out.push_back(Value::sequence(with(v, i, std::move(part))));
      }
    }
  }

  void choice(const Type& type, const Choice& v, std::size_t limit, std::vector<Value>& out) const {
    const auto payload_type = [&](std::uint32_t index) {
      if (type.kind != Kind::Option) return type.parts[index].type;
      return index == 1 ? type.parts[0].type : std::nullopt;
    };
    const auto count =
        static_cast<std::uint32_t>(type.kind == Kind::Option ? 2 : type.parts.size());
    std::size_t tried = 0;
    for (std::uint32_t i = 0; i < count && tried < kPieces; ++i) {
      if (i == v.index) continue;
      ++tried;
      const std::optional<TypeId> payload = payload_type(i);
      out.push_back(payload ? Value::choice(i, smallest_value(schema_, *payload))
                            : Value::choice(i));
    }
    for (std::uint32_t i = v.index / 2; i > kPieces; i /= 2) {
      if (!payload_type(i)) out.push_back(Value::choice(i));
    }
    if (v.index > 0 && !payload_type(v.index - 1)) out.push_back(Value::choice(v.index - 1));
    if (!v.payload) return;
    const TypeId payload = *payload_type(v.index);
    out.push_back(Value::choice(v.index, smallest_value(schema_, payload)));
    for (Value& part : propose(payload, *v.payload, limit)) {
      out.push_back(Value::choice(v.index, std::move(part)));
    }
  }

  static void bits(const Bits& v, std::vector<Value>& out) {
    std::vector<std::size_t> set;
    for (std::size_t i = 0; i < v.words.size() * 64; ++i) {
      if ((v.words[i / 64] >> (i % 64)) & 1) set.push_back(i);
    }
    for_pieces(set.size(), 1, [&](std::size_t begin, std::size_t end) {
      std::vector<std::uint64_t> cleared = v.words;
      std::vector<std::uint64_t> alone(v.words.size());
      for (std::size_t i = begin; i < end; ++i) {
        const std::uint64_t bit = std::uint64_t{1} << (set[i] % 64);
        cleared[set[i] / 64] &= ~bit;
        alone[set[i] / 64] |= bit;
      }
      out.push_back(Value::bits(std::move(cleared)));
      out.push_back(Value::bits(std::move(alone)));
    });
    if (set.size() == 1 && set[0] > 0) {
      for (std::size_t lower : {std::size_t{0}, set[0] / 2, set[0] - 1}) {
        std::vector<std::uint64_t> moved(v.words.size());
        moved[lower / 64] = std::uint64_t{1} << (lower % 64);
        out.push_back(Value::bits(std::move(moved)));
      }
    }
  }

  const Schema& schema_;
};

}  // namespace

Value smallest_value(const Schema& schema, TypeId id) {
  const Type& type = schema.type(id);
  switch (type.kind) {
    case Kind::Bool: return Value::boolean(false);
    case Kind::S8:
    case Kind::S16:
    case Kind::S32:
    case Kind::S64: return Value::integer(0);
    case Kind::U8:
    case Kind::U16:
    case Kind::U32:
    case Kind::U64: return Value::natural(0);
    case Kind::F32: return Value::f32(0);
    case Kind::F64: return Value::f64(0);
    case Kind::Char: return Value::character(U'a');
    case Kind::String: return Value::string("");
    case Kind::List: return Value::sequence({});
    case Kind::Option: return Value::choice(0);
    case Kind::Result:
    case Kind::Variant:
    case Kind::Enum: {
      const std::optional<TypeId> payload = type.parts[0].type;
      return payload ? Value::choice(0, smallest_value(schema, *payload)) : Value::choice(0);
    }
    case Kind::Tuple:
    case Kind::Record: {
      Sequence parts;
      for (const Part& part : type.parts) parts.push_back(smallest_value(schema, *part.type));
      return Value::sequence(std::move(parts));
    }
    case Kind::Flags: return Value::bits(std::vector<std::uint64_t>((type.parts.size() + 63) / 64));
    case Kind::Own:
    case Kind::Borrow: return Value::handle(0);
  }
  return Value();
}

std::vector<Value> shrink_value(const Schema& schema, TypeId type, const Value& value,
                                std::size_t limit) {
  const std::uint64_t weight = value_weight(value);
  limit = affordable(limit, value);
  std::vector<std::pair<std::uint64_t, Value>> smaller;
  for (Value& candidate : Proposer(schema).propose(type, value, 2 * limit)) {
    const std::uint64_t w = value_weight(candidate);
    if (w < weight) smaller.emplace_back(w, std::move(candidate));
  }
  std::ranges::stable_sort(smaller, {}, &std::pair<std::uint64_t, Value>::first);
  std::vector<Value> out;
  std::size_t same_weight = 0;  // where values with the weight of the last one begin
  for (auto& [w, candidate] : smaller) {
    if (out.size() >= limit) break;
    if (!out.empty() && value_weight(out.back()) != w) same_weight = out.size();
    const bool known = std::any_of(out.begin() + static_cast<std::ptrdiff_t>(same_weight),
                                   out.end(), [&](const Value& v) { return equal(v, candidate); });
    if (!known) out.push_back(std::move(candidate));
  }
  return out;
}

}  // namespace fficheck
