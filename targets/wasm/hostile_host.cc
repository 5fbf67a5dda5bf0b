#include "targets/wasm/hostile_host.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "targets/wasm/choice.h"

namespace fficheck {
namespace {

constexpr std::uint32_t kBeyond = 0xFFFFFFF0u;
constexpr std::uint32_t kTooLong = 0x7FFFFFF0u;
constexpr std::uint32_t kSomewhere = 4096;  ///< in every memory, and aligned for every type

std::uint64_t low_bits(std::uint64_t n) { return n >= 64 ? ~std::uint64_t{0} : (1ull << n) - 1; }

class Walk {
 public:
  Walk(const Schema& schema, const CanonicalLowering& lowering, std::span<const CoreValue> flat,
       std::span<const std::uint8_t> memory, std::uint64_t noise, bool by_guest)
      : schema_(schema),
        lowering_(lowering),
        flat_(flat),
        memory_(memory),
        noise_(noise | 1),
        by_guest_(by_guest) {}

  std::vector<Tampering> run(std::uint32_t function, const std::vector<Value>& args) {
    const Function& f = schema_.functions()[function];
    const CanonicalFunction& lowered = lowering_.functions[function];
    if (lowered.params_in_memory) {
      core("pointer to the parameters", HostileRule::MustTrap, 0, kBeyond);
      const auto at = static_cast<std::uint32_t>(flat_[0].bits);
      for (std::size_t i = 0; i < args.size(); ++i)
        stored(f.params[i].type, args[i], at + lowered.params_offsets[i]);
      return std::move(out_);
    }
    std::size_t next = 0;
    for (std::size_t i = 0; i < args.size(); ++i) {
      const TypeId type = f.params[i].type;
      on_stack(type, args[i], next);
      next += lowering_.types[type].flat.size();
    }
    return std::move(out_);
  }

  std::vector<Tampering> run_result(std::uint32_t function, const Value& result) {
    const TypeId type = *schema_.functions()[function].result;
    if (lowering_.functions[function].result_in_memory) {
      core("pointer to the result", HostileRule::Either, 0, kBeyond);
      core("pointer to the result, moved,", HostileRule::Either, 0, flat_[0].bits + 1);
      stored(type, result, static_cast<std::uint32_t>(flat_[0].bits));
    } else {
      on_stack(type, result, 0);
    }
    return std::move(out_);
  }

 private:
  void core(std::string what, HostileRule rule, std::size_t index, std::uint64_t bits) {
    out_.push_back({std::move(what), rule, index, 0, 0, bits});
  }
  void bytes(std::string what, HostileRule rule, std::uint32_t at, std::uint32_t size,
             std::uint64_t bits) {
    out_.push_back({std::move(what), rule, std::nullopt, at, size, bits});
  }
  [[nodiscard]] std::uint32_t word(std::uint32_t at) const {
    std::uint32_t bits = 0;
    std::memcpy(&bits, memory_.data() + at, sizeof bits);
    return bits;
  }
  static std::string of(const std::string& what, const Type& type) {
    return what + " of " + std::string(keyword(type.kind));
  }

  void scalar_on_stack(const Type& type, const Value& value, std::size_t at) {
    const std::uint64_t bits = flat_[at].bits;
    const unsigned width = bits_of(type.kind);
    if (type.kind == Kind::Bool) {
      if (value.as<bool>())
        core("true as another number than 1", HostileRule::MustAnswer, at, 0x80000000u);
    } else if (type.kind == Kind::Char) {
      core("invalid char", HostileRule::Either, at, noise_ & 2 ? 0xD800 : 0x110000);
    } else if (type.kind == Kind::F32) {
      if (std::isnan(value.as<float>()))
        core("NaN with a payload", HostileRule::MustAnswer, at, 0xFF812345u);
    } else if (type.kind == Kind::F64) {
      if (std::isnan(value.as<double>()))
        core("NaN with a payload", HostileRule::MustAnswer, at, 0xFFF0000012345678u);
    } else if (width < 32) {
      core(of("upper bits", type), HostileRule::MustAnswer, at,
           ((noise_ << width) & 0xFFFFFFFFu) | (bits & low_bits(width)));
    }
  }

  /// Where so many units of one byte would fit, and no larger ones; aligned for every type.
  [[nodiscard]] std::uint64_t near_end(std::uint32_t units) const {
    const std::uint64_t bytes = units & 0x7FFFFFFFu;  // the tag of latin1+utf16
    return (memory_.size() - std::min<std::uint64_t>(bytes, memory_.size())) & ~std::uint64_t{7};
  }

  /// Garbage that is read as strings or lists may take its time before it leads out of the memory.
  [[nodiscard]] bool garbage_ends_soon(const Type& type) const {
    return type.kind != Kind::List || !lowering_.types[*type.parts[0].type].owns_memory;
  }

  void range_on_stack(const Type& type, std::size_t at) {
    if (static_cast<std::uint32_t>(flat_[at + 1].bits) == 0) {
      core(of("pointer of an empty", type), HostileRule::MustAnswer, at, kSomewhere);
      return;
    }
    if (by_guest_) {
      core(of("pointer, moved,", type), HostileRule::Either, at, flat_[at].bits + 1);
      core(of("pointer near the memory's end", type), HostileRule::Either, at,
           near_end(static_cast<std::uint32_t>(flat_[at + 1].bits)));
    }
    core(of("pointer beyond the memory", type), HostileRule::MustTrap, at, kBeyond);
    if (garbage_ends_soon(type))
      core(of("length beyond the memory", type), HostileRule::MustTrap, at + 1, kTooLong);
  }

  void elements(const Type& type, const Value& value, std::uint32_t begin) {
    const TypeId element = *type.parts[0].type;
    for (const Value& item : value.as<Sequence>()) {
      stored(element, item, begin);
      begin += lowering_.types[element].size;
    }
  }

  void on_stack(TypeId id, const Value& value, std::size_t at) {
    const Type& type = schema_.type(id);
    const CanonicalType& l = lowering_.types[id];
    for (std::size_t i = 0; i < l.flat.size(); ++i) {
      // Joined with something wider: lifting wraps it.
      const bool wrapped = flat_[at + i].type == CoreType::I64 &&
                           (l.flat[i] == CoreType::I32 || l.flat[i] == CoreType::F32);
      if (wrapped)
        core(of("upper half of a joined part", type), HostileRule::MustAnswer, at + i,
             flat_[at + i].bits | noise_ << 32);
    }
    switch (class_of(type.kind)) {
      case KindClass::Scalar: scalar_on_stack(type, value, at); return;
      case KindClass::Text: range_on_stack(type, at); return;
      case KindClass::Sequence: {
        if (type.kind == Kind::List) {
          range_on_stack(type, at);
          elements(type, value, static_cast<std::uint32_t>(flat_[at].bits));
          return;
        }
        const Sequence& parts = value.as<Sequence>();
        for (std::size_t i = 0; i < parts.size(); ++i) {
          on_stack(*type.parts[i].type, parts[i], at);
          at += lowering_.types[*type.parts[i].type].flat.size();
        }
        return;
      }
      case KindClass::Choice: choice_on_stack(type, l, value.as<Choice>(), at); return;
      case KindClass::Bits:
        if (type.parts.size() < 32)
          core(of("bits beyond the last", type), HostileRule::MustAnswer, at,
               flat_[at].bits | (0xFFFFFFFFu & ~low_bits(type.parts.size())));
        return;
      case KindClass::Handle: return;
    }
  }

  /// 0x10000 is a case to who cuts a discriminant before looking at it.
  void choice_on_stack(const Type& type, const CanonicalType& l, const Choice& choice,
                       std::size_t at) {
    const std::size_t cases = case_count(type);
    core(of("discriminant", type), HostileRule::MustTrap, at,
         noise_ & 4   ? 0xFFFFFFFFu
         : noise_ & 8 ? 0x10000u
                      : cases);
    std::size_t used = 0;
    if (const auto payload = payload_type(type, choice.index); payload && choice.payload) {
      on_stack(*payload, *choice.payload, at + 1);
      used = lowering_.types[*payload].flat.size();
    }
    for (std::size_t i = 1 + used; i < l.flat.size(); ++i)
      core(of("part that the case does not use,", type), HostileRule::MustAnswer, at + i,
           flat_[at + i].type == CoreType::I32 || flat_[at + i].type == CoreType::F32
               ? noise_ & 0xFFFFFFFFu
               : noise_);
  }

  void stored(TypeId id, const Value& value, std::uint32_t at) {
    const Type& type = schema_.type(id);
    const CanonicalType& l = lowering_.types[id];
    switch (class_of(type.kind)) {
      case KindClass::Scalar: stored_scalar(type, l, value, at); return;
      case KindClass::Text: stored_range(type, at); return;
      case KindClass::Sequence: {
        if (type.kind == Kind::List) {
          stored_range(type, at);
          elements(type, value, word(at));
          return;
        }
        const Sequence& parts = value.as<Sequence>();
        for (std::size_t i = 0; i < parts.size(); ++i)
          stored(*type.parts[i].type, parts[i], at + l.offsets[i]);
        return;
      }
      case KindClass::Choice: stored_choice(type, l, value.as<Choice>(), at); return;
      case KindClass::Bits:
        if (type.parts.size() < std::size_t{8} * l.size)
          bytes(of("stored bits beyond the last", type), HostileRule::Either, at, l.size,
                ~low_bits(type.parts.size()));
        return;
      case KindClass::Handle: return;
    }
  }

  void stored_scalar(const Type& type, const CanonicalType& l, const Value& value,
                     std::uint32_t at) {
    if (type.kind == Kind::Bool) {
      bytes("stored bool that is neither", HostileRule::Either, at, 1, 2 + (noise_ & 0x7F));
    } else if (type.kind == Kind::Char) {
      bytes("stored invalid char", HostileRule::Either, at, 4, noise_ & 2 ? 0xDFFF : 0xFFFFFFFFu);
    } else if (type.kind == Kind::F32 && std::isnan(value.as<float>())) {
      bytes("stored NaN with a payload", HostileRule::MustAnswer, at, l.size, 0x7F800001u);
    } else if (type.kind == Kind::F64 && std::isnan(value.as<double>())) {
      bytes("stored NaN with a payload", HostileRule::MustAnswer, at, l.size, 0x7FF0000000000001u);
    }
  }

  void stored_range(const Type& type, std::uint32_t at) {
    if (word(at + 4) == 0) {
      bytes(of("stored pointer of an empty", type), HostileRule::MustAnswer, at, 4, kSomewhere);
      return;
    }
    if (by_guest_) {
      bytes(of("stored pointer, moved,", type), HostileRule::Either, at, 4, word(at) + 1);
      bytes(of("stored pointer near the memory's end", type), HostileRule::Either, at, 4,
            near_end(word(at + 4)));
    }
    bytes(of("stored pointer beyond the memory", type), HostileRule::MustTrap, at, 4, kBeyond);
    if (garbage_ends_soon(type))
      bytes(of("stored length beyond the memory", type), HostileRule::MustTrap, at + 4, 4,
            kTooLong);
  }

  void stored_choice(const Type& type, const CanonicalType& l, const Choice& choice,
                     std::uint32_t at) {
    const std::uint64_t cases = case_count(type);
    if (cases <= low_bits(std::uint64_t{8} * l.discriminant))
      bytes(of("stored discriminant", type), HostileRule::Either, at, l.discriminant,
            noise_ & 4 ? ~std::uint64_t{0} : cases);
    std::uint32_t end = l.discriminant;
    if (const auto payload = payload_type(type, choice.index); payload && choice.payload) {
      stored(*payload, *choice.payload, at + l.payload);
      end = l.payload + lowering_.types[*payload].size;
    }
    if (end < l.size)
      bytes(of("byte that the case does not use,", type), HostileRule::MustAnswer, at + l.size - 1,
            1, noise_);
  }

  const Schema& schema_;
  const CanonicalLowering& lowering_;
  std::span<const CoreValue> flat_;
  std::span<const std::uint8_t> memory_;
  std::uint64_t noise_;
  bool by_guest_;
  std::vector<Tampering> out_;
};

}  // namespace

std::vector<Tampering> tamperings(const Schema& schema, const CanonicalLowering& lowering,
                                  std::uint32_t function, const std::vector<Value>& args,
                                  std::span<const CoreValue> flat,
                                  std::span<const std::uint8_t> memory, std::uint64_t noise) {
  return Walk(schema, lowering, flat, memory, noise, false).run(function, args);
}

std::vector<Tampering> result_tamperings(const Schema& schema, const CanonicalLowering& lowering,
                                         std::uint32_t function, const Value& result,
                                         const CoreValue& flat,
                                         std::span<const std::uint8_t> memory,
                                         std::uint64_t noise) {
  return Walk(schema, lowering, {&flat, 1}, memory, noise, true).run_result(function, result);
}

void apply(const Tampering& tampering, std::span<CoreValue> flat, std::span<std::uint8_t> memory) {
  if (tampering.flat) {
    flat[*tampering.flat].bits = tampering.bits;
  } else {
    std::memcpy(memory.data() + tampering.at, &tampering.bits, tampering.size);
  }
}

}  // namespace fficheck
