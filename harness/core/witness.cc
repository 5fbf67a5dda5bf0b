#include "harness/core/witness.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "harness/core/value_stream.h"

namespace fficheck {
namespace {

/// docs/value-stream.md section 4.
class Absorber {
 public:
  explicit Absorber(const Schema& schema) : schema_(schema) {}
  [[nodiscard]] std::uint64_t digest() const { return h_; }

  void absorb(TypeId id, const Value& value) {
    const Type& type = schema_.type(id);
    switch (type.kind) {
      case Kind::Bool: return word(value.as<bool>() ? 1 : 0);
      case Kind::S8:
      case Kind::S16:
      case Kind::S32:
      case Kind::S64: return word(static_cast<std::uint64_t>(value.as<std::int64_t>()));
      case Kind::U8:
      case Kind::U16:
      case Kind::U32:
      case Kind::U64: return word(value.as<std::uint64_t>());
      case Kind::F32: {
        const float f = value.as<float>();
        return word(std::isnan(f) ? 0x7FC00000u : std::bit_cast<std::uint32_t>(f));
      }
      case Kind::F64: {
        const double d = value.as<double>();
        return word(std::isnan(d) ? 0x7FF8000000000000u : std::bit_cast<std::uint64_t>(d));
      }
      case Kind::Char: return word(value.as<char32_t>());
      case Kind::String: return text(value.as<std::string>());
      case Kind::List: {
        const auto& elements = value.as<Sequence>();
        word(elements.size());
        for (const Value& element : elements) absorb(*type.parts[0].type, element);
        return;
      }
      case Kind::Option:
      case Kind::Result:
      case Kind::Variant:
      case Kind::Enum: {
        const auto& choice = value.as<Choice>();
        word(choice.index);
        // An option's one part is the payload of its case 1.
        if (choice.payload) {
          const std::size_t part = type.kind == Kind::Option ? 0 : choice.index;
          absorb(*type.parts[part].type, *choice.payload);
        }
        return;
      }
      case Kind::Tuple:
      case Kind::Record: {
        const auto& parts = value.as<Sequence>();
        for (std::size_t i = 0; i < parts.size(); ++i) absorb(*type.parts[i].type, parts[i]);
        return;
      }
      case Kind::Flags:
        for (const std::uint64_t bits : value.as<Bits>().words) word(bits);
        return;
      case Kind::Own:
      case Kind::Borrow: return word(value.as<Handle>().rep);
    }
  }

 private:
  void word(std::uint64_t x) {
    h_ = (h_ ^ x) * 0x9FB21C651E98DF25u;
    h_ ^= h_ >> 32;
  }

  void text(const std::string& s) {
    word(s.size());
    std::size_t at = 0;
    for (; at + 8 <= s.size(); at += 8) word(little_endian(s.data() + at, 8));
    if (at < s.size()) word(little_endian(s.data() + at, s.size() - at));
  }

  static std::uint64_t little_endian(const char* bytes, std::size_t count) {
    if constexpr (std::endian::native == std::endian::little) {
      std::uint64_t x = 0;
      std::memcpy(&x, bytes, count);
      return x;
    } else {
      std::uint64_t x = 0;
      for (std::size_t i = count; i-- > 0;) x = (x << 8) | static_cast<unsigned char>(bytes[i]);
      return x;
    }
  }

  const Schema& schema_;
  std::uint64_t h_ = 0x6A09E667F3BCC908u;
};

}  // namespace

std::uint64_t witness(const Schema& schema, TypeId type, const Value& value) {
  Absorber absorber(schema);
  absorber.absorb(type, value);
  return absorber.digest();
}

std::uint64_t witness_args(const Schema& schema, const Function& function,
                           const std::vector<Value>& args) {
  Absorber absorber(schema);
  for (std::size_t i = 0; i < args.size(); ++i) absorber.absorb(function.params[i].type, args[i]);
  return absorber.digest();
}

std::optional<Value> expected_result(const Schema& schema, const Function& function,
                                     const std::vector<Value>& args, StreamLimits limits) {
  if (!function.result) return std::nullopt;
  const Type& result = schema.type(*function.result);
  if (function.name == "create" && result.kind == Kind::Result && !result.parts[0].type) {
    return Value::choice(0);
  }
  switch (schema.role(function)) {
    case Role::Consume: return Value::natural(witness_args(schema, function, args));
    case Role::Produce:
      return stream_value(schema, *function.result, args[0].as<std::uint64_t>(), limits);
    case Role::Echo: return args[0];
    case Role::Call:
      return stream_value(schema, *function.result, witness_args(schema, function, args), limits);
  }
  return std::nullopt;
}

}  // namespace fficheck
