#include <bit>
#include <limits>
#include <string>
#include <vector>

#include "generators/draw.h"
#include "generators/generators.h"

namespace fficheck {
namespace {

using namespace std::string_literals;

class EdgeDrawer {
 public:
  EdgeDrawer(std::uint64_t seed, const Schema& schema) : draw_(seed), schema_(schema) {}

  Value draw(TypeId id, unsigned depth) {
    const Type& type = schema_.type(id);
    switch (type.kind) {
      case Kind::Bool: return Value::boolean(draw_.chance(50));
      case Kind::S8: return integer<std::int8_t>();
      case Kind::S16: return integer<std::int16_t>();
      case Kind::S32: return integer<std::int32_t>();
      case Kind::S64: return integer<std::int64_t>();
      case Kind::U8: return natural<std::uint8_t>();
      case Kind::U16: return natural<std::uint16_t>();
      case Kind::U32: return natural<std::uint32_t>();
      case Kind::U64: return natural<std::uint64_t>();
      case Kind::F32: return Value::f32(floating<float, std::uint32_t>());
      case Kind::F64: return Value::f64(floating<double, std::uint64_t>());
      case Kind::Char: return Value::character(draw_.pick(kChars));
      case Kind::String: return Value::string(text(depth));
      case Kind::List: return list(*type.parts[0].type, depth);
      case Kind::Tuple:
      case Kind::Record: {
        Sequence parts;
        for (const Part& part : type.parts) parts.push_back(draw(*part.type, depth + 1));
        return Value::sequence(std::move(parts));
      }
      case Kind::Option:
        if (draw_.chance(40)) return Value::choice(0);
        return Value::choice(1, draw(*type.parts[0].type, depth + 1));
      case Kind::Result:
      case Kind::Variant:
      case Kind::Enum: {
        // The first, the last, and the borders of a byte.
        const auto n = static_cast<std::uint32_t>(type.parts.size());
        const std::array<std::uint32_t, 7> indices = {0, n - 1, n / 2, 1, 127, 128, 256};
        const std::uint32_t wanted = draw_.pick(indices);
        const std::uint32_t index = wanted < n ? wanted : n - 1;
        const std::optional<TypeId> payload = type.parts[index].type;
        return payload ? Value::choice(index, draw(*payload, depth + 1)) : Value::choice(index);
      }
      case Kind::Flags: return flags(type.parts.size());
      case Kind::Own:
      case Kind::Borrow: return Value::handle(0);
    }
    return Value();
  }

 private:
  static constexpr std::array<char32_t, 16> kChars = {
      0,     0x1,    0x22,   0x5C,   0x7F,   0x80,   0xFF,    0x7FF,
      0x800, 0xD7FF, 0xE000, 0xFEFF, 0xFFFD, 0xFFFF, 0x10000, 0x10FFFF};

  template <class Integer>
  Value integer() {
    using Limits = std::numeric_limits<Integer>;
    const std::array<std::int64_t, 7> edges = {
        0, 1, -1, Limits::min(), Limits::min() + 1, Limits::max(), Limits::max() - 1};
    return Value::integer(draw_.pick(edges));
  }

  template <class Natural>
  Value natural() {
    constexpr std::uint64_t max = std::numeric_limits<Natural>::max();
    const std::array<std::uint64_t, 7> edges = {0, 1, max, max - 1, max / 2, max / 2 + 1, max / 3};
    return Value::natural(draw_.pick(edges));
  }

  template <class F, class Word>
  F floating() {
    using Limits = std::numeric_limits<F>;
    const Word quiet = std::bit_cast<Word>(Limits::quiet_NaN());
    const std::array<F, 11> edges = {
        F(0), -F(0), Limits::denorm_min(), -Limits::min(), Limits::max(), Limits::lowest(),
        Limits::infinity(), -Limits::infinity(), Limits::epsilon(),
        // NaN with a payload, and one with its sign set
        std::bit_cast<F>(static_cast<Word>(quiet | 0x1234)), -Limits::quiet_NaN()};
    return draw_.pick(edges);
  }

  std::string text(unsigned depth) {
    static const std::array<std::string, 12> edges = {""s,
                                                      "\0"s,
                                                      "a\0b"s,
                                                      "\0\0"s,
                                                      "abc\0"s,
                                                      "\xC2\x80"s,
                                                      "\xED\x9F\xBF"s,
                                                      "\xEE\x80\x80"s,
                                                      "\xF4\x8F\xBF\xBF"s,
                                                      "\xEF\xBB\xBF"
                                                      "bom"s,
                                                      "\"\\\n\r\t"s,
                                                      "e\xCC\x81"s};
    if (depth <= 1 && draw_.chance(1)) {
      return std::string((1u << 20) + draw_.range(0, 2), 'x');  // about 1 MiB
    }
    if (draw_.chance(15)) {
      const std::string& end = draw_.pick(edges);
      return std::string(draw_.range(1, 600), 'y') + end;
    }
    return draw_.pick(edges);
  }

  Value list(TypeId element, unsigned depth) {
    std::uint32_t n = draw_.chance(30) ? 0 : draw_.range(1, 3);
    if (depth == 0 && draw_.chance(10)) n = draw_.range(64, 300);
    if (depth >= 4) n = std::min(n, 1u);
    Sequence elements;
    for (std::uint32_t i = 0; i < n; ++i) elements.push_back(draw(element, depth + 1));
    return Value::sequence(std::move(elements));
  }

  Value flags(std::size_t n) {
    std::vector<std::uint64_t> words((n + 63) / 64);
    if (n == 0) return Value::bits(std::move(words));
    const auto set = [&](std::size_t flag) { words[flag / 64] |= std::uint64_t{1} << (flag % 64); };
    switch (draw_.range(0, 3)) {
      case 0: break;
      case 1: set(n - 1); break;
      case 2:
        for (std::size_t i = 0; i < n; i += 2) set(i);
        break;
      default:
        for (std::size_t i = 0; i < n; ++i) set(i);
        break;
    }
    return Value::bits(std::move(words));
  }

  Draw draw_;
  const Schema& schema_;
};

std::vector<Value> edge_args(Draw& draw, const Schema& schema, const Function& f) {
  std::vector<Value> args;
  for (const Param& param : f.params) {
    args.push_back(generate_edge_value(draw.word(), schema, param.type));
  }
  return args;
}

}  // namespace

Value generate_edge_value(std::uint64_t seed, const Schema& schema, TypeId type) {
  return EdgeDrawer(seed, schema).draw(type, 0);
}

std::vector<Step> generate_script(std::uint64_t case_seed, const Schema& schema) {
  // Another stream than the one that made the schema of that seed.
  Draw draw(case_seed ^ 0x5C0F0E5A11CE5EEDu);
  std::vector<Step> steps;
  const auto& functions = schema.functions();
  for (std::uint32_t n = functions.empty() ? 0 : draw.range(1, 8); n > 0; --n) {
    const Function& f = draw.pick(functions);
    if (f.kind != FunctionKind::Free || f.name == "create") continue;
    Step step;
    step.function = f.name;
    switch (draw.range(0, 5)) {
      case 0:
        step.kind = Step::Kind::Bulk;
        step.seed = draw.word();
        step.count = draw.range(1, 200);
        break;
      case 1:
        step.kind = Step::Kind::Repeat;
        step.args = edge_args(draw, schema, f);
        break;
      case 2: step.args = stream_args(schema, f, draw.word()); break;
      default: step.args = edge_args(draw, schema, f); break;
    }
    steps.push_back(std::move(step));
  }
  if (draw.chance(15)) {
    Step cycle;
    cycle.kind = Step::Kind::Cycle;
    cycle.count = draw.range(1, 20);
    steps.push_back(std::move(cycle));
  }
  return steps;
}

}  // namespace fficheck
