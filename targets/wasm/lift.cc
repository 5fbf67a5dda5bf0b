// The lifting half of lift_lower.h.
#include <algorithm>
#include <bit>
#include <cstring>

#include "harness/core/utf8.h"
#include "targets/wasm/choice.h"
#include "targets/wasm/lift_lower.h"
#include "targets/wasm/scalars.h"
#include "targets/wasm/unicode.h"

namespace fficheck {
namespace {

constexpr std::uint32_t kUtf16Tag = 1u << 31;

/// The narrow integer in the low bits; upper bits are masked off.
std::uint64_t masked(std::uint64_t bits, unsigned width) {
  return width == 64 ? bits : bits & ((std::uint64_t{1} << width) - 1);
}
}  // namespace

Value Crossing::from_bits(const Type& type, std::uint64_t bits) {
  bool valid = true;
  Value value = scalar_value(type.kind, bits, &valid);
  if (!valid) fail(std::string("invalid char"));
  return value;
}

bool Crossing::may_read(const GuestRange& range, const char* what) {
  const char* const problem = abi_.range_problem(range, bytes_.size());
  if (problem != nullptr) fail(std::string(what) + " " + problem);
  return problem == nullptr;
}

Value Crossing::load_string(std::uint32_t begin, std::uint32_t tagged_units) {
  const bool wide = encoding_ == StringEncoding::Utf16 ||
                    (encoding_ == StringEncoding::Latin1Utf16 && (tagged_units & kUtf16Tag) != 0);
  const std::uint32_t align = encoding_ == StringEncoding::Utf8 ? 1 : 2;
  const std::uint64_t units =
      encoding_ == StringEncoding::Latin1Utf16 ? tagged_units & ~kUtf16Tag : tagged_units;
  const std::uint64_t size = wide ? 2 * units : units;
  if (size > kMaxGuestBytes) fail(std::string("string length too large"));
  lifting(size);
  if (trap_ || !may_read({begin, units, wide ? 2u : 1u, align}, "string")) return Value::string("");
  const std::span<const std::uint8_t> bytes(bytes_.data() + begin, size);
  if (wide) {
    auto text = from_utf16(bytes);
    if (!text) fail(std::string("invalid UTF-16"));
    return Value::string(std::move(text).value_or(""));
  }
  if (encoding_ == StringEncoding::Latin1Utf16) return Value::string(from_latin1(bytes));
  std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!is_utf8(text)) fail(std::string("invalid UTF-8"));
  return Value::string(std::move(text));
}

Value Crossing::load_list(TypeId element, std::uint32_t begin, std::uint32_t length) {
  const CanonicalType& l = layout(element);
  const std::uint64_t size = std::uint64_t{length} * l.size;
  if (size > kMaxGuestBytes) fail(std::string("list length too large"));
  lifting(length * kLiftedItem);
  if (trap_ || !may_read({begin, length, l.size, l.align}, "list")) return Value::sequence({});
  Sequence items;
  items.reserve(length);
  const Kind kind = schema_.type(element).kind;
  if (class_of(kind) == KindClass::Scalar) {
    if (!load_scalars(kind, bytes_.data() + begin, length, &items))
      fail(std::string("invalid char"));
    return Value::sequence(std::move(items));
  }
  for (std::uint32_t i = 0; i < length && !trap_; ++i)
    items.push_back(load(element, begin + i * l.size));
  return Value::sequence(std::move(items));
}

Value Crossing::lift_handle(const Type& type, std::uint32_t index) {
  if (handles_ == nullptr) {
    fail(std::string("no handles in this crossing"));
    return Value::handle(0);
  }
  std::uint64_t rep = 0;
  fail(type.kind == Kind::Own ? handles_->lift_own(type.resource, index, &rep)
                              : handles_->lift_borrow(type.resource, index, &rep));
  return Value::handle(rep);
}

Value Crossing::load_choice(const Type& type, const CanonicalType& l, std::uint32_t at) {
  const auto index = static_cast<std::uint32_t>(read(at, l.discriminant));
  if (index >= case_count(type)) {
    fail("invalid discriminant of " + std::string(keyword(type.kind)));
    return Value::choice(0);
  }
  const auto payload = payload_type(type, index);
  return payload ? Value::choice(index, load(*payload, at + l.payload)) : Value::choice(index);
}

Value Crossing::load(TypeId id, std::uint32_t at) {
  if (trap_) return {};
  const Type& type = schema_.type(id);
  const CanonicalType& l = layout(id);
  switch (class_of(type.kind)) {
    case KindClass::Scalar: return from_bits(type, read(at, l.size));
    case KindClass::Text:
      return load_string(static_cast<std::uint32_t>(read(at, 4)),
                         static_cast<std::uint32_t>(read(at + 4, 4)));
    case KindClass::Sequence: {
      if (type.kind == Kind::List)
        return load_list(*type.parts[0].type, static_cast<std::uint32_t>(read(at, 4)),
                         static_cast<std::uint32_t>(read(at + 4, 4)));
      Sequence parts;
      parts.reserve(type.parts.size());
      for (std::size_t i = 0; i < type.parts.size(); ++i)
        parts.push_back(load(*type.parts[i].type, at + l.offsets[i]));
      return Value::sequence(std::move(parts));
    }
    case KindClass::Choice: return load_choice(type, l, at);
    case KindClass::Bits:
      return Value::bits({masked(read(at, l.size), static_cast<unsigned>(type.parts.size()))});
    case KindClass::Handle: return lift_handle(type, static_cast<std::uint32_t>(read(at, 4)));
  }
  return {};
}

Value Crossing::lift_flat_choice(const Type& type, const CanonicalType& l,
                                 std::span<const CoreValue> flat, std::size_t* next) {
  const std::size_t end = *next + l.flat.size();
  const auto index = static_cast<std::uint32_t>(flat[(*next)++].bits);
  if (index >= case_count(type)) {
    fail("invalid discriminant of " + std::string(keyword(type.kind)));
    *next = end;
    return Value::choice(0);
  }
  const auto payload = payload_type(type, index);
  Value out =
      payload ? Value::choice(index, lift_flat(*payload, flat, next)) : Value::choice(index);
  *next = end;
  return out;
}

Value Crossing::lift_flat(TypeId id, std::span<const CoreValue> flat, std::size_t* next) {
  if (trap_) return {};
  const Type& type = schema_.type(id);
  const auto word = [&] { return static_cast<std::uint32_t>(flat[(*next)++].bits); };
  switch (class_of(type.kind)) {
    case KindClass::Scalar: {
      bool valid = true;
      Value value = abi_.lift_scalar(type.kind, flat[(*next)++].bits, &valid);
      if (!valid) fail(std::string("invalid char"));
      return value;
    }
    case KindClass::Text: {
      const std::uint32_t begin = word();
      return load_string(begin, word());
    }
    case KindClass::Sequence: {
      if (type.kind == Kind::List) {
        const std::uint32_t begin = word();
        return load_list(*type.parts[0].type, begin, word());
      }
      Sequence parts;
      parts.reserve(type.parts.size());
      for (const Part& part : type.parts) parts.push_back(lift_flat(*part.type, flat, next));
      return Value::sequence(std::move(parts));
    }
    case KindClass::Choice: return lift_flat_choice(type, layout(id), flat, next);
    case KindClass::Bits:
      return Value::bits({masked(word(), static_cast<unsigned>(type.parts.size()))});
    case KindClass::Handle: return lift_handle(type, word());
  }
  return {};
}

std::vector<Value> Crossing::lift(std::span<const TypeId> types, std::span<const CoreValue> flat,
                                  bool in_memory) {
  bytes_ = memory_.bytes();
  std::vector<Value> out;
  out.reserve(types.size());
  if (!in_memory) {
    std::size_t next = 0;
    for (const TypeId id : types) out.push_back(lift_flat(id, flat, &next));
    return out;
  }
  const auto at = static_cast<std::uint32_t>(flat[0].bits);
  const Placement tuple = place(types);
  if (!in_bounds(at, tuple.size, tuple.align, "tuple")) return out;
  for (std::size_t i = 0; i < types.size(); ++i)
    out.push_back(load(types[i], at + tuple.offsets[i]));
  return out;
}

Value Crossing::lift_one(TypeId id, const CoreValue& flat, bool in_memory) {
  bytes_ = memory_.bytes();
  if (!in_memory) {
    std::size_t next = 0;
    return lift_flat(id, {&flat, 1}, &next);
  }
  const auto at = static_cast<std::uint32_t>(flat.bits);
  const CanonicalType& l = layout(id);
  const std::uint64_t size = (l.size + l.align - 1) / l.align * l.align;
  return in_bounds(at, size, l.align, "tuple") ? load(id, at) : Value();
}

}  // namespace fficheck
