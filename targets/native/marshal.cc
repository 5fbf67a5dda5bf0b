#include "targets/native/marshal.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "harness/core/utf8.h"

namespace fficheck {
namespace {

constexpr std::size_t kBlockSize = 16 * 1024;
/// What stands behind a string that is not NUL-terminated.
constexpr std::byte kBehindText{'#'};
/// Beyond this no length can be true; reading that far would only crash.
constexpr std::size_t kMaxLength = std::size_t{1} << 40;

template <class T>
void store(std::byte* to, T value) {
  std::memcpy(to, &value, sizeof value);
}
template <class T>
T load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

/// The low bytes of a word: fficheck runs on little-endian machines only.
void store_bits(std::byte* to, std::uint64_t size, std::uint64_t bits) {
  std::memcpy(to, &bits, size);
}
std::uint64_t load_bits(const std::byte* from, std::uint64_t size) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, from, size);
  return bits;
}
std::int64_t load_signed(const std::byte* from, std::uint64_t size) {
  const auto shift = static_cast<unsigned>(64 - 8 * size);
  return static_cast<std::int64_t>(load_bits(from, size) << shift) >> shift;
}

Error not_a_value(const std::string& what) { return input_error("not a value: " + what); }

Result<Value> text_value(std::string_view text) {
  if (!is_utf8(text)) return not_a_value("bytes that are not UTF-8");
  return Value::string(std::string(text));
}

void lower_text(const TypeLayout& layout, const std::string& text, std::byte* to, Arena& arena) {
  std::byte* copy = arena.allocate(text.size() + 1, 1);
  std::copy_n(reinterpret_cast<const std::byte*>(text.data()), text.size(), copy);
  if (layout.shape == Shape::NulString) return store(to, copy);
  copy[text.size()] = kBehindText;
  for (const Member& member : layout.members) {
    if (member.role == MemberRole::Pointer) {
      // An empty string may have any pointer: one that nobody can read.
      store(to + member.offset, text.empty() ? reinterpret_cast<std::byte*>(1) : copy);
    } else {
      store(to + member.offset, text.size());
    }
  }
}

Result<Value> lift_text(const TypeLayout& layout, const std::byte* from) {
  if (layout.shape == Shape::NulString) {
    const char* text = load<const char*>(from);
    if (text == nullptr) return not_a_value("a NULL string");
    return text_value(text);
  }
  const char* text = load<const char*>(from + layout.members[0].offset);
  const auto length = load<std::size_t>(from + layout.members[1].offset);
  if (length == 0) return Value::string("");
  if (text == nullptr) return not_a_value("a NULL string with a length");
  if (length > kMaxLength) return not_a_value("a string of " + std::to_string(length) + " bytes");
  return text_value({text, length});
}

}  // namespace

std::byte* Arena::allocate(std::size_t size, std::size_t align) {
  if (!blocks_.empty()) {
    Block& last = blocks_.back();
    const std::size_t start = (last.used + align - 1) / align * align;
    if (start <= last.size && size <= last.size - start) {
      last.used = start + size;
      std::fill_n(last.bytes.get() + start, size, std::byte{0});
      return last.bytes.get() + start;
    }
  }
  Block block;
  block.size = std::max(size, kBlockSize);
  block.bytes = std::make_unique<std::byte[]>(block.size);  // zeroed, aligned to 16
  block.used = size;
  blocks_.push_back(std::move(block));
  return blocks_.back().bytes.get();
}

void Arena::poison() {
  for (Block& block : blocks_) std::fill_n(block.bytes.get(), block.used, std::byte{0xDB});
}

void Arena::reset() {
  if (!blocks_.empty() && blocks_.front().size == kBlockSize)
    blocks_.resize(1);
  else
    blocks_.clear();
  if (!blocks_.empty()) blocks_.front().used = 0;
}

std::size_t Marshal::members_of(TypeId type) const {
  return lowering_.types[type].shape == Shape::MembersOnly ? lowering_.types[type].members.size()
                                                           : 1;
}

void Marshal::lower_elements(TypeId element, const Sequence& elements, std::byte* pointer,
                             std::byte* length, Arena& arena) const {
  store(length, elements.size());
  if (elements.empty()) return;
  const TypeLayout& layout = lowering_.types[element];
  std::byte* at = arena.allocate(layout.size * elements.size(), layout.align);
  store(pointer, at);
  for (const Value& value : elements) {
    lower(element, value, at, arena);
    at += layout.size;
  }
}

Result<Value> Marshal::lift_elements(TypeId element, const std::byte* pointer,
                                     const std::byte* length) const {
  const auto* at = load<const std::byte*>(pointer);
  const auto count = load<std::size_t>(length);
  if (count == 0) return Value::sequence({});
  const TypeLayout& layout = lowering_.types[element];
  if (at == nullptr) return not_a_value("a NULL list with a length");
  if (count > kMaxLength / layout.size)
    return not_a_value("a list of " + std::to_string(count) + " elements");
  if (reinterpret_cast<std::uintptr_t>(at) % layout.align != 0)
    return not_a_value("a list whose pointer is not aligned");
  Sequence elements;
  elements.reserve(count);
  for (std::size_t i = 0; i < count; ++i, at += layout.size) {
    FFICHECK_TRY(Value value, lift(element, at));
    elements.push_back(std::move(value));
  }
  return Value::sequence(std::move(elements));
}

void Marshal::lower_part(TypeId type, const Value& value, const Place* places, Arena& arena) const {
  if (lowering_.types[type].shape != Shape::MembersOnly)
    return lower(type, value, places->at, arena);
  if (schema_.type(type).kind == Kind::List)
    return lower_elements(*places[0].member->type, value.as<Sequence>(), places[0].at, places[1].at,
                          arena);
  const Choice& choice = value.as<Choice>();
  store_bits(places[0].at, places[0].member->size, choice.index);
  if (choice.payload) lower(*places[1].member->type, *choice.payload, places[1].at, arena);
}

Result<Value> Marshal::lift_part(TypeId type, const Source* sources) const {
  if (lowering_.types[type].shape != Shape::MembersOnly) return lift(type, sources->at);
  if (schema_.type(type).kind == Kind::List)
    return lift_elements(*sources[0].member->type, sources[0].at, sources[1].at);
  const std::uint64_t present = load_bits(sources[0].at, sources[0].member->size);
  if (present == 0) return Value::choice(0);
  FFICHECK_TRY(Value some, lift(*sources[1].member->type, sources[1].at));
  return Value::choice(1, std::move(some));
}

void Marshal::lower(TypeId id, const Value& value, std::byte* to, Arena& arena) const {
  const Type& type = schema_.type(id);
  const TypeLayout& layout = lowering_.types[id];
  switch (type.kind) {
    case Kind::Bool: return store_bits(to, layout.size, value.as<bool>() ? 1 : 0);
    case Kind::S8:
    case Kind::S16:
    case Kind::S32:
    case Kind::S64:
      return store_bits(to, layout.size, static_cast<std::uint64_t>(value.as<std::int64_t>()));
    case Kind::U8:
    case Kind::U16:
    case Kind::U32:
    case Kind::U64: return store_bits(to, layout.size, value.as<std::uint64_t>());
    case Kind::F32: return store(to, value.as<float>());
    case Kind::F64: return store(to, value.as<double>());
    case Kind::Char: return store(to, value.as<char32_t>());
    case Kind::String: return lower_text(layout, value.as<std::string>(), to, arena);
    case Kind::List:
      return lower_elements(*layout.members[0].type, value.as<Sequence>(),
                            to + layout.members[0].offset, to + layout.members[1].offset, arena);
    case Kind::Tuple:
    case Kind::Record: {
      const Sequence& parts = value.as<Sequence>();
      std::size_t m = 0;
      for (std::size_t i = 0; i < type.parts.size(); ++i) {
        const TypeId part = *type.parts[i].type;
        const std::size_t count = members_of(part);
        Place places[2];
        for (std::size_t k = 0; k < count; ++k)
          places[k] = {&layout.members[m + k], to + layout.members[m + k].offset};
        lower_part(part, parts[i], places, arena);
        m += count;
      }
      return;
    }
    case Kind::Option: {
      const Choice& choice = value.as<Choice>();
      store_bits(to + layout.members[0].offset, layout.members[0].size, choice.index);
      if (choice.payload)
        lower(*layout.members[1].type, *choice.payload, to + layout.members[1].offset, arena);
      return;
    }
    case Kind::Result:
    case Kind::Variant: {
      const Choice& choice = value.as<Choice>();
      store_bits(to, layout.tag_size, choice.index);
      const TypeLayout::CasePayload& payload = layout.cases[choice.index];
      if (choice.payload) lower(*payload.type, *choice.payload, to + payload.offset, arena);
      return;
    }
    case Kind::Enum: return store_bits(to, layout.size, value.as<Choice>().index);
    case Kind::Flags: {
      const std::vector<std::uint64_t>& words = value.as<Bits>().words;
      for (std::size_t i = 0; i < words.size(); ++i)
        store_bits(to + 8 * i, std::min<std::uint64_t>(layout.size, 8), words[i]);
      return;
    }
    case Kind::Own:
    case Kind::Borrow: return store(to, value.as<Handle>().rep);
  }
}

Result<Value> Marshal::lift_choice(const Type& type, const TypeLayout& layout,
                                   const std::byte* from) const {
  const std::uint64_t index = load_bits(from, layout.tag_size);
  if (index >= type.parts.size()) return not_a_value("tag is " + std::to_string(index));
  const auto number = static_cast<std::uint32_t>(index);
  if (layout.cases.empty() || !layout.cases[number].type) return Value::choice(number);
  const TypeLayout::CasePayload& payload = layout.cases[number];
  FFICHECK_TRY(Value value, lift(*payload.type, from + payload.offset));
  return Value::choice(number, std::move(value));
}

Result<Value> Marshal::lift(TypeId id, const std::byte* from) const {
  const Type& type = schema_.type(id);
  const TypeLayout& layout = lowering_.types[id];
  switch (type.kind) {
    case Kind::Bool: {
      const std::uint64_t bits = load_bits(from, layout.size);
      if (bits > 1) return not_a_value("bool is " + std::to_string(bits));
      return Value::boolean(bits != 0);
    }
    case Kind::S8:
    case Kind::S16:
    case Kind::S32:
    case Kind::S64: return Value::integer(load_signed(from, layout.size));
    case Kind::U8:
    case Kind::U16:
    case Kind::U32:
    case Kind::U64: return Value::natural(load_bits(from, layout.size));
    case Kind::F32: return Value::f32(load<float>(from));
    case Kind::F64: return Value::f64(load<double>(from));
    case Kind::Char: {
      const auto code = load<char32_t>(from);
      if (!is_scalar_value(code))
        return not_a_value("char is " + std::to_string(static_cast<std::uint32_t>(code)));
      return Value::character(code);
    }
    case Kind::String: return lift_text(layout, from);
    case Kind::List:
      return lift_elements(*layout.members[0].type, from + layout.members[0].offset,
                           from + layout.members[1].offset);
    case Kind::Tuple:
    case Kind::Record: {
      Sequence parts;
      parts.reserve(type.parts.size());
      std::size_t m = 0;
      for (const Part& part : type.parts) {
        const std::size_t count = members_of(*part.type);
        Source sources[2];
        for (std::size_t k = 0; k < count; ++k)
          sources[k] = {&layout.members[m + k], from + layout.members[m + k].offset};
        FFICHECK_TRY(Value value, lift_part(*part.type, sources));
        parts.push_back(std::move(value));
        m += count;
      }
      return Value::sequence(std::move(parts));
    }
    case Kind::Option: {
      const std::uint64_t present = load_bits(from, layout.members[0].size);
      if (present > 1) return not_a_value("present is " + std::to_string(present));
      if (present == 0) return Value::choice(0);
      FFICHECK_TRY(Value some, lift(*layout.members[1].type, from + layout.members[1].offset));
      return Value::choice(1, std::move(some));
    }
    case Kind::Result:
    case Kind::Variant:
    case Kind::Enum: return lift_choice(type, layout, from);
    case Kind::Flags: {
      const std::size_t words = (type.parts.size() + 63) / 64;
      std::vector<std::uint64_t> bits(words);
      for (std::size_t i = 0; i < words; ++i)
        bits[i] = load_bits(from + 8 * i, std::min<std::uint64_t>(layout.size, 8));
      if (const std::size_t last = type.parts.size() % 64; last != 0 && bits.back() >> last != 0)
        return not_a_value("a flag beyond the last");
      return Value::bits(std::move(bits));
    }
    case Kind::Own:
    case Kind::Borrow: return Value::handle(load<std::uint64_t>(from));
  }
  return not_a_value("a kind that does not exist");
}

std::vector<void*> Marshal::lower_args(const Function& function, const FunctionLayout& layout,
                                       const std::vector<Value>& args, Arena& arena) const {
  std::vector<void*> params;
  params.reserve(layout.params.size());
  std::vector<Place> places;
  places.reserve(layout.params.size());
  for (const Member& member : layout.params) {
    // At least a word for each: ffi_call reads small structs a register at a time.
    std::byte* at = arena.allocate(std::max<std::size_t>(member.size, 16), 16);
    params.push_back(at);
    places.push_back({&member, at});
  }
  std::size_t m = 0;
  for (std::size_t i = 0; i < args.size(); ++i) {
    lower_part(function.params[i].type, args[i], places.data() + m, arena);
    m += members_of(function.params[i].type);
  }
  return params;
}

Result<std::vector<Value>> Marshal::lift_args(const Function& function,
                                              const FunctionLayout& layout,
                                              const std::vector<void*>& params) const {
  std::vector<Source> sources;
  for (std::size_t i = 0; i < params.size(); ++i)
    sources.push_back({&layout.params[i], static_cast<const std::byte*>(params[i])});
  std::vector<Value> args;
  std::size_t m = 0;
  for (const Param& param : function.params) {
    FFICHECK_TRY(Value value, lift_part(param.type, sources.data() + m));
    args.push_back(std::move(value));
    m += members_of(param.type);
  }
  return args;
}

Result<std::optional<Value>> Marshal::lift_result(const FunctionLayout& layout, const char* msg,
                                                  std::size_t len) const {
  std::optional<Value> ok;
  switch (layout.form) {
    case ResultForm::None:
      if (msg != nullptr || len != 0) return not_a_value("bytes where there is no result");
      break;
    case ResultForm::RawText: {
      if (msg == nullptr && len != 0) return not_a_value("a NULL string with a length");
      FFICHECK_TRY(Value text, text_value({len == 0 ? "" : msg, len}));
      ok = std::move(text);
      break;
    }
    case ResultForm::Struct: {
      const TypeLayout& type = lowering_.types[*layout.ok];
      if (msg == nullptr || len != type.size)
        return not_a_value("a result of " + std::to_string(len) + " bytes where its type has " +
                           std::to_string(type.size));
      FFICHECK_TRY(Value value, lift(*layout.ok, reinterpret_cast<const std::byte*>(msg)));
      ok = std::move(value);
      break;
    }
  }
  if (!layout.error_is_text) return ok;
  return std::optional<Value>(ok ? Value::choice(0, *std::move(ok)) : Value::choice(0));
}

}  // namespace fficheck
