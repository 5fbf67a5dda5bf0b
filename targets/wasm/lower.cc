// The lowering half of lift_lower.h.
#include <algorithm>
#include <cstring>

#include "targets/wasm/choice.h"
#include "targets/wasm/lift_lower.h"
#include "targets/wasm/scalars.h"
#include "targets/wasm/unicode.h"

namespace fficheck {
namespace {

constexpr std::uint32_t kUtf16Tag = 1u << 31;

CoreValue i32(std::uint32_t bits) { return {CoreType::I32, bits}; }

/// Of an empty string, `from` may be null.
void copy_to(std::span<std::uint8_t> memory, std::uint32_t at, const void* from, std::size_t size) {
  if (size != 0) std::memcpy(memory.data() + at, from, size);
}

}  // namespace

Crossing::Placement Crossing::place(std::span<const TypeId> types) const {
  Placement out;
  const auto align_up = [](std::uint64_t at, std::uint32_t align) {
    return (at + align - 1) / align * align;
  };
  for (const TypeId id : types) {
    const CanonicalType& l = layout(id);
    out.size = align_up(out.size, l.align);
    out.offsets.push_back(static_cast<std::uint32_t>(out.size));
    out.size += l.size;
    out.align = std::max(out.align, l.align);
  }
  out.size = align_up(out.size, out.align);
  return out;
}

bool Crossing::in_bounds(std::uint32_t at, std::uint64_t size, std::uint32_t align,
                         const char* what) {
  if (at % align != 0) {
    fail(std::string(what) + " pointer not aligned");
    return false;
  }
  if (at + size > bytes_.size()) {
    fail(std::string(what) + " pointer out of bounds of memory");
    return false;
  }
  return true;
}

std::uint32_t Crossing::reallocate(std::uint32_t old, std::uint64_t old_size, std::uint32_t align,
                                   std::uint64_t size, const char* what) {
  if (trap_) return 0;
  if (size > kMaxGuestBytes) {
    fail(std::string(what) + " length too large");
    return 0;
  }
  std::uint32_t at = 0;
  fail(abi_.realloc(memory_, old, static_cast<std::uint32_t>(old_size), align,
                    static_cast<std::uint32_t>(size), &at));
  bytes_ = memory_.bytes();
  if (trap_) return 0;
  if (!in_bounds(at, size, align, "realloc return:")) return 0;
  return at;
}

std::uint32_t Crossing::allocate(std::uint32_t align, std::uint64_t size, const char* what) {
  return reallocate(0, 0, align, size, what);
}

std::pair<std::uint32_t, std::uint32_t> Crossing::store_utf16(const std::string& text) {
  const std::uint64_t worst = 2 * text.size();
  std::uint32_t at = allocate(2, worst, "string");
  if (trap_) return {};
  const std::vector<std::uint8_t> encoded = to_utf16(text);
  copy_to(bytes_, at, encoded.data(), encoded.size());
  if (encoded.size() < worst) at = reallocate(at, worst, 2, encoded.size(), "string");
  return {at, static_cast<std::uint32_t>(encoded.size() / 2)};
}

std::pair<std::uint32_t, std::uint32_t> Crossing::store_latin1_or_utf16(const std::string& text) {
  std::uint32_t at = allocate(2, text.size(), "string");
  if (trap_) return {};
  std::string latin1;
  for (std::size_t i = 0; i < text.size();) {
    const char32_t c = next_scalar(text, &i);
    if (c < 0x100) {
      latin1.push_back(static_cast<char>(c));
      continue;
    }
    // What was written as Latin-1 is there when realloc moves it, as in the specification.
    copy_to(bytes_, at, latin1.data(), latin1.size());
    const std::uint64_t worst = 2 * text.size();
    at = reallocate(at, text.size(), 2, worst, "string");
    if (trap_) return {};
    const std::vector<std::uint8_t> encoded = to_utf16(text);
    copy_to(bytes_, at, encoded.data(), encoded.size());
    if (encoded.size() < worst) at = reallocate(at, worst, 2, encoded.size(), "string");
    return {at, static_cast<std::uint32_t>(encoded.size() / 2) | kUtf16Tag};
  }
  copy_to(bytes_, at, latin1.data(), latin1.size());
  if (latin1.size() < text.size()) at = reallocate(at, text.size(), 2, latin1.size(), "string");
  return {at, static_cast<std::uint32_t>(latin1.size())};
}

std::pair<std::uint32_t, std::uint32_t> Crossing::store_string(const std::string& text) {
  switch (encoding_) {
    case StringEncoding::Utf8: {
      const std::uint32_t at = allocate(1, text.size(), "string");
      if (trap_) return {};
      copy_to(bytes_, at, text.data(), text.size());
      return {at, static_cast<std::uint32_t>(text.size())};
    }
    case StringEncoding::Utf16: return store_utf16(text);
    case StringEncoding::Latin1Utf16: return store_latin1_or_utf16(text);
  }
  return {};
}

std::pair<std::uint32_t, std::uint32_t> Crossing::store_list(TypeId element,
                                                             const Sequence& items) {
  const CanonicalType& l = layout(element);
  std::uint32_t at = allocate(l.align, std::uint64_t{l.size} * items.size(), "list");
  const std::uint32_t begin = at;
  const Kind kind = schema_.type(element).kind;
  if (!trap_ && class_of(kind) == KindClass::Scalar) {
    store_scalars(kind, items, bytes_.data() + at);
    return {begin, static_cast<std::uint32_t>(items.size())};
  }
  for (const Value& item : items) {
    if (trap_) break;
    store(element, item, at);
    at += l.size;
  }
  return {begin, static_cast<std::uint32_t>(items.size())};
}

std::uint32_t Crossing::lower_handle(const Type& type, const Value& value) {
  if (handles_ == nullptr) {
    fail(std::string("no handles in this crossing"));
    return 0;
  }
  const std::uint64_t rep = value.as<Handle>().rep;
  return type.kind == Kind::Own ? handles_->lower_own(type.resource, rep)
                                : handles_->lower_borrow(type.resource, rep);
}

void Crossing::store_choice(const Type& type, const CanonicalType& l, const Value& value,
                            std::uint32_t at) {
  const Choice& choice = value.as<Choice>();
  write(at, l.discriminant, choice.index);
  if (const auto payload = payload_type(type, choice.index); payload && choice.payload)
    store(*payload, *choice.payload, at + l.payload);
}

void Crossing::store(TypeId id, const Value& value, std::uint32_t at) {
  if (trap_) return;
  const Type& type = schema_.type(id);
  const CanonicalType& l = layout(id);
  switch (class_of(type.kind)) {
    case KindClass::Scalar: write(at, l.size, scalar_bits(type.kind, value)); return;
    case KindClass::Text: {
      const auto [begin, units] = store_string(value.as<std::string>());
      if (trap_) return;
      write(at, 4, begin);
      write(at + 4, 4, units);
      return;
    }
    case KindClass::Sequence: {
      const Sequence& parts = value.as<Sequence>();
      if (type.kind == Kind::List) {
        const auto [begin, length] = store_list(*type.parts[0].type, parts);
        if (trap_) return;
        write(at, 4, begin);
        write(at + 4, 4, length);
        return;
      }
      for (std::size_t i = 0; i < parts.size(); ++i)
        store(*type.parts[i].type, parts[i], at + l.offsets[i]);
      return;
    }
    case KindClass::Choice: store_choice(type, l, value, at); return;
    case KindClass::Bits: write(at, l.size, value.as<Bits>().words[0]); return;
    case KindClass::Handle: write(at, 4, lower_handle(type, value)); return;
  }
}

void Crossing::lower_flat_choice(const Type& type, const CanonicalType& l, const Value& value,
                                 std::vector<CoreValue>* flat) {
  const Choice& choice = value.as<Choice>();
  flat->push_back(i32(choice.index));
  const std::size_t first = flat->size();
  if (const auto payload = payload_type(type, choice.index); payload && choice.payload)
    lower_flat(*payload, *choice.payload, flat);
  // The joined types hold the same bits: 32-bit values zero-extended, floats reinterpreted.
  const std::size_t end = first + l.flat.size() - 1;
  for (std::size_t i = first; i < flat->size(); ++i) (*flat)[i].type = l.flat[1 + i - first];
  while (flat->size() < end) flat->push_back({l.flat[1 + flat->size() - first], 0});
}

void Crossing::lower_flat(TypeId id, const Value& value, std::vector<CoreValue>* flat) {
  if (trap_) return;
  const Type& type = schema_.type(id);
  const CanonicalType& l = layout(id);
  switch (class_of(type.kind)) {
    case KindClass::Scalar: flat->push_back({l.flat[0], scalar_bits(type.kind, value)}); return;
    case KindClass::Text: {
      const auto [begin, units] = store_string(value.as<std::string>());
      flat->insert(flat->end(), {i32(begin), i32(units)});
      return;
    }
    case KindClass::Sequence: {
      const Sequence& parts = value.as<Sequence>();
      if (type.kind == Kind::List) {
        const auto [begin, length] = store_list(*type.parts[0].type, parts);
        flat->insert(flat->end(), {i32(begin), i32(length)});
        return;
      }
      for (std::size_t i = 0; i < parts.size(); ++i)
        lower_flat(*type.parts[i].type, parts[i], flat);
      return;
    }
    case KindClass::Choice: lower_flat_choice(type, l, value, flat); return;
    case KindClass::Bits:
      flat->push_back(i32(static_cast<std::uint32_t>(value.as<Bits>().words[0])));
      return;
    case KindClass::Handle: flat->push_back(i32(lower_handle(type, value))); return;
  }
}

void Crossing::lower(std::span<const TypeId> types, std::span<const Value> values, bool in_memory,
                     std::vector<CoreValue>* flat, std::optional<std::uint32_t> out) {
  bytes_ = memory_.bytes();
  if (!in_memory) {
    for (std::size_t i = 0; i < types.size(); ++i) lower_flat(types[i], values[i], flat);
    return;
  }
  const Placement tuple = place(types);
  const std::uint32_t at = out ? *out : allocate(tuple.align, tuple.size, "parameters");
  if (trap_ || !in_bounds(at, tuple.size, tuple.align, "result")) return;
  for (std::size_t i = 0; i < types.size(); ++i) store(types[i], values[i], at + tuple.offsets[i]);
  if (!out) flat->push_back(i32(at));
}

}  // namespace fficheck
