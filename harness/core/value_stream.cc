#include "harness/core/value_stream.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "harness/core/utf8.h"

namespace fficheck {

std::uint64_t SplitMix::next() {
  state_ += 0x9E3779B97F4A7C15u;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

std::uint32_t SplitMix::below(std::uint32_t n) {
  return static_cast<std::uint32_t>(((next() >> 32) * n) >> 32);
}

std::uint64_t value_seed(std::uint64_t seed, std::uint64_t index) {
  return SplitMix(seed + index * 0xD1B54A32D192ED03u).next();
}

namespace {

constexpr std::uint64_t kBudget = 4096;
constexpr std::uint64_t kHugeCost = 2048;
constexpr std::size_t kHugeBytes = std::size_t{1} << 20;

/// Draws the values of one stream; section 3 of the document, one member function for each shape.
class Drawer {
 public:
  Drawer(const Schema& schema, std::uint64_t seed, StreamLimits limits)
      : schema_(schema), words_(seed), limits_(limits) {}

  Value draw(TypeId id, unsigned depth) {
    const Type& type = schema_.type(id);
    switch (type.kind) {
      case Kind::Bool: return Value::boolean((words_.next() & 1) != 0);
      case Kind::S8: return Value::integer(static_cast<std::int8_t>(pattern(8)));
      case Kind::U8: return Value::natural(pattern(8));
      case Kind::S16: return Value::integer(static_cast<std::int16_t>(pattern(16)));
      case Kind::U16: return Value::natural(pattern(16));
      case Kind::S32: return Value::integer(static_cast<std::int32_t>(pattern(32)));
      case Kind::U32: return Value::natural(pattern(32));
      case Kind::S64: return Value::integer(static_cast<std::int64_t>(pattern(64)));
      case Kind::U64: return Value::natural(pattern(64));
      case Kind::F32: return Value::f32(floating<float, std::uint32_t>());
      case Kind::F64: return Value::f64(floating<double, std::uint64_t>());
      case Kind::Char: return Value::character(static_cast<char32_t>(character()));
      case Kind::String: return Value::string(text(depth));
      case Kind::List: return list(*type.parts[0].type, depth);
      case Kind::Option: {
        const bool some = (words_.next() & 3) != 0;
        return choice(some ? 1 : 0, some ? type.parts[0].type : std::nullopt, depth);
      }
      case Kind::Result: {
        const std::uint32_t side = (words_.next() & 3) == 0 ? 1 : 0;
        return choice(side, type.parts[side].type, depth);
      }
      case Kind::Tuple:
      case Kind::Record: {
        Sequence parts;
        parts.reserve(type.parts.size());
        for (const Part& part : type.parts) parts.push_back(draw(*part.type, depth + 1));
        return Value::sequence(std::move(parts));
      }
      case Kind::Variant:
      case Kind::Enum: {
        const std::uint32_t index = case_index(static_cast<std::uint32_t>(type.parts.size()));
        return choice(index, type.parts[index].type, depth);
      }
      case Kind::Flags: return flags(type.parts.size());
      // The stream makes no resources: whoever calls puts in the handles that exist.
      case Kind::Own:
      case Kind::Borrow: return Value::handle(0);
    }
    return Value();
  }

 private:
  static std::uint64_t cut(std::uint64_t bits, unsigned width) {
    return width == 64 ? bits : bits & ((std::uint64_t{1} << width) - 1);
  }

  std::uint64_t pattern(unsigned width) {
    const std::uint64_t r = words_.next();
    const std::uint64_t top = std::uint64_t{1} << (width - 1);
    switch (r & 7) {
      case 0: {
        const std::array<std::uint64_t, 10> edges = {0,
                                                     1,
                                                     2,
                                                     top - 1,
                                                     top,
                                                     top + 1,
                                                     ~0ull,
                                                     ~0ull - 1,
                                                     0x5555555555555555u,
                                                     0xAAAAAAAAAAAAAAAAu};
        return cut(edges[(r >> 3) % edges.size()], width);
      }
      case 1: return (r >> 3) & 0xFF;
      case 2: return std::uint64_t{1} << ((r >> 3) % width);
      default: return cut(words_.next(), width);
    }
  }

  template <class F, class Word>
  F floating() {
    using Limits = std::numeric_limits<F>;
    constexpr F edges[] = {F(0.0),
                           -F(0.0),
                           F(1.0),
                           F(-1.0),
                           F(1.5),
                           Limits::denorm_min(),
                           Limits::min(),
                           Limits::max(),
                           Limits::infinity(),
                           -Limits::infinity(),
                           Limits::quiet_NaN(),
                           F(-2.5)};
    const std::uint64_t r = words_.next();
    F value{};
    switch (r & 3) {
      case 0: value = edges[(r >> 2) % std::size(edges)]; break;
      case 1: value = static_cast<F>(static_cast<std::int8_t>((r >> 2) & 0xFF)); break;
      default: value = std::bit_cast<F>(static_cast<Word>(words_.next())); break;
    }
    return std::isnan(value) ? Limits::quiet_NaN() : value;
  }

  std::uint32_t character() {
    constexpr std::uint32_t edges[] = {0,      0x9,    0x41,   0x7F,   0x80,    0x7FF,   0x800,
                                       0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF};
    const std::uint64_t r = words_.next();
    switch (r & 3) {
      case 0: return edges[(r >> 2) % std::size(edges)];
      case 1: return static_cast<std::uint32_t>(0x20 + (r >> 2) % 95);
      default: {
        const auto c = static_cast<std::uint32_t>((r >> 2) % 0x10F800);
        return c >= 0xD800 ? c + 0x800 : c;
      }
    }
  }

  std::uint64_t string_length(std::uint64_t k, std::uint64_t q) {
    if (k == 0) return 0;
    if (k == 1) return 1;
    if (k <= 9) return q % 8;
    if (k <= 13) return q % 32;
    if (k == 14) return q % 256;
    return q % 64;
  }

  std::string text(unsigned depth) {
    const std::uint64_t r = words_.next();
    const std::uint64_t k = r & 15;
    const std::uint64_t q = r >> 4;
    if (k == 15 && q % 256 == 0 && depth <= 1 && budget_ >= kHugeCost) {
      budget_ -= kHugeCost;
      return huge_text(r >> 16);
    }
    const std::uint64_t n = std::min(string_length(k, q), budget_);
    budget_ -= n / 8;
    const std::uint64_t klass = words_.next() & 3;
    std::string out;
    out.reserve(n * 4);
    for (std::uint64_t i = 0; i < n; ++i) {
      std::uint32_t c = 0;
      switch (klass) {
        case 0: c = 0x20 + words_.below(95); break;
        case 1: c = character(); break;
        case 2: c = words_.below(32); break;
        default: c = 0xA0 + words_.below(0x60); break;
      }
      if (c == 0 && limits_.no_nul) c = 1;
      append_utf8(out, static_cast<char32_t>(c));
    }
    return out;
  }

  static std::string huge_text(std::uint64_t start) {
    std::string out(kHugeBytes, '\0');
    for (std::size_t i = 0; i < kHugeBytes; ++i) {
      out[i] = static_cast<char>(0x61 + (i + start) % 26);
    }
    return out;
  }

  Value list(TypeId element, unsigned depth) {
    const std::uint64_t r = words_.next();
    const std::uint64_t k = r & 15;
    const std::uint64_t q = r >> 4;
    std::uint64_t n = 0;
    if (k == 0) {
      n = 0;
    } else if (k == 1) {
      n = 1;
    } else if (k <= 9) {
      n = q % 5;
    } else if (k <= 13) {
      n = q % 17;
    } else if (k == 14) {
      n = q % 65;
    } else {
      n = depth == 0 ? q % 1025 : q % 9;
    }
    if (depth >= 3) n = std::min<std::uint64_t>(n, 2);
    n = std::min(n, budget_);
    budget_ -= n;
    Sequence elements;
    elements.reserve(n);
    for (std::uint64_t i = 0; i < n; ++i) elements.push_back(draw(element, depth + 1));
    return Value::sequence(std::move(elements));
  }

  std::uint32_t case_index(std::uint32_t n) {
    const std::uint64_t r = words_.next();
    if ((r & 7) == 0) return (r & 8) != 0 ? n - 1 : 0;
    return words_.below(n);
  }

  Value choice(std::uint32_t index, std::optional<TypeId> payload, unsigned depth) {
    if (!payload) return Value::choice(index);
    return Value::choice(index, draw(*payload, depth + 1));
  }

  Value flags(std::size_t n) {
    std::vector<std::uint64_t> words((n + 63) / 64);
    const std::uint64_t r = words_.next();
    if (n == 0) return Value::bits(std::move(words));
    switch (r & 3) {
      case 0: break;
      case 1: std::ranges::fill(words, ~std::uint64_t{0}); break;
      case 2: {
        const std::uint64_t flag = (r >> 2) % n;
        words[flag / 64] = std::uint64_t{1} << (flag % 64);
        break;
      }
      default:
        for (std::uint64_t& word : words) word = words_.next();
        break;
    }
    if (n % 64 != 0) words.back() = cut(words.back(), static_cast<unsigned>(n % 64));
    return Value::bits(std::move(words));
  }

  const Schema& schema_;
  SplitMix words_;
  StreamLimits limits_;
  std::uint64_t budget_ = kBudget;
};

}  // namespace

Value stream_value(const Schema& schema, TypeId type, std::uint64_t seed, StreamLimits limits) {
  return Drawer(schema, seed, limits).draw(type, 0);
}

std::vector<Value> stream_args(const Schema& schema, const Function& function, std::uint64_t seed,
                               StreamLimits limits) {
  Drawer drawer(schema, seed, limits);
  std::vector<Value> args;
  args.reserve(function.params.size());
  for (const Param& param : function.params) args.push_back(drawer.draw(param.type, 0));
  return args;
}

}  // namespace fficheck
