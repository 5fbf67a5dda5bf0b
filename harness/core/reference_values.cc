// The reference's lower and lift: values to bytes and back, by the document's text.
#include <algorithm>
#include <cstring>

#include "harness/core/reference.h"
#include "harness/core/reference_ctype.h"

namespace fficheck {
namespace {
using reference_detail::CType;

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

void store_word(std::byte* to, std::uint64_t size, std::uint64_t value) {
  if (size == 1) return store(to, static_cast<std::uint8_t>(value));
  if (size == 2) return store(to, static_cast<std::uint16_t>(value));
  if (size == 4) return store(to, static_cast<std::uint32_t>(value));
  store(to, value);
}
std::uint64_t load_word(const std::byte* from, std::uint64_t size) {
  if (size == 1) return load<std::uint8_t>(from);
  if (size == 2) return load<std::uint16_t>(from);
  if (size == 4) return load<std::uint32_t>(from);
  return load<std::uint64_t>(from);
}

Error not_a_value(const std::string& what) { return input_error("not a value: " + what); }

/// Names of the fields of a record or tuple, as declared.
std::string field_name(const Type& type, std::size_t i) {
  return type.kind == Kind::Tuple ? "f" + std::to_string(i) : type.parts[i].name;
}

/// UTF-8 as Unicode defines it: shortest form, no surrogates, at most U+10FFFF.
bool is_utf8(const std::string& text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC2 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF5 ? 4
                                             : 0;
    if (length == 0 || length > text.size() - i) return false;
    std::uint32_t code = length == 1 ? lead : lead & (0xFFu >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xC0) != 0x80) return false;
      code = code << 6 | (next & 0x3Fu);
    }
    static constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < smallest[length] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
      return false;
    i += length;
  }
  return true;
}

}  // namespace

void Reference::lower_text(const std::string& text, std::byte* to, const Allocate& allocate) const {
  const bool nim = abi_ == Abi::Nim;
  const std::size_t bytes = text.size() + (nim ? 1 : 0);
  std::byte* copy = bytes == 0 ? nullptr : allocate(bytes, 1);
  if (!text.empty()) std::memcpy(copy, text.data(), text.size());
  store(to, copy);
  if (!nim) store(to + sizeof copy, text.size());
}

Result<Value> Reference::lift_text(const std::byte* from) const {
  const char* text = load<const char*>(from);
  if (abi_ == Abi::Nim) {
    if (text == nullptr) return not_a_value("a NULL string");
    if (!is_utf8(text)) return not_a_value("bytes that are not UTF-8");
    return Value::string(text);
  }
  const auto length = load<std::size_t>(from + sizeof text);
  if (length == 0) return Value::string("");
  if (text == nullptr) return not_a_value("a NULL string with a length");
  std::string copy(text, length);
  if (!is_utf8(copy)) return not_a_value("bytes that are not UTF-8");
  return Value::string(std::move(copy));
}

void Reference::lower_elements(TypeId element, const Sequence& elements, std::byte* pointer,
                               std::byte* length, const Allocate& allocate) const {
  store(length, elements.size());
  if (elements.empty()) return;
  const CType& c = *declared_[element];
  std::byte* at = allocate(c.size * elements.size(), c.align);
  store(pointer, at);
  for (const Value& value : elements) {
    lower(element, value, at, allocate);
    at += c.size;
  }
}

Result<Value> Reference::lift_elements(TypeId element, const std::byte* pointer,
                                       const std::byte* length) const {
  const auto* at = load<const std::byte*>(pointer);
  const auto count = load<std::size_t>(length);
  if (count != 0 && at == nullptr) return not_a_value("a NULL list with a length");
  Sequence elements;
  for (std::size_t i = 0; i < count; ++i) {
    FFICHECK_TRY(Value value, lift(element, at));
    elements.push_back(std::move(value));
    at += declared_[element]->size;
  }
  return Value::sequence(std::move(elements));
}

void Reference::lower_part(const CType& holder, const std::string& name, TypeId id,
                           const Value& value, std::byte* base, const Allocate& allocate) const {
  const Type& type = schema_.type(id);
  std::byte* to = base + holder.find(name)->offset;
  if (abi_ == Abi::Nim && type.kind == Kind::List) {
    return lower_elements(*type.parts[0].type, value.as<Sequence>(), to,
                          base + holder.find(name + "_len")->offset, allocate);
  }
  if (abi_ == Abi::Nim && type.kind == Kind::Option) {
    const Choice& choice = value.as<Choice>();
    store(base + holder.find(name + "_present")->offset, static_cast<int>(choice.index));
    if (choice.payload) return lower(*type.parts[0].type, *choice.payload, to, allocate);
    return;
  }
  lower(id, value, to, allocate);
}

Result<Value> Reference::lift_part(const CType& holder, const std::string& name, TypeId id,
                                   const std::byte* base) const {
  const Type& type = schema_.type(id);
  const std::byte* from = base + holder.find(name)->offset;
  if (abi_ == Abi::Nim && type.kind == Kind::List)
    return lift_elements(*type.parts[0].type, from, base + holder.find(name + "_len")->offset);
  if (abi_ == Abi::Nim && type.kind == Kind::Option) {
    if (load<int>(base + holder.find(name + "_present")->offset) == 0) return Value::choice(0);
    FFICHECK_TRY(Value some, lift(*type.parts[0].type, from));
    return Value::choice(1, std::move(some));
  }
  return lift(id, from);
}

void Reference::lower(TypeId id, const Value& value, std::byte* to,
                      const Allocate& allocate) const {
  const Type& type = schema_.type(id);
  const CType& c = *declared_[id];
  switch (type.kind) {
    case Kind::Bool: return store_word(to, c.size, value.as<bool>() ? 1 : 0);
    case Kind::S8:
    case Kind::S16:
    case Kind::S32:
    case Kind::S64:
      return store_word(to, c.size, static_cast<std::uint64_t>(value.as<std::int64_t>()));
    case Kind::U8:
    case Kind::U16:
    case Kind::U32:
    case Kind::U64: return store_word(to, c.size, value.as<std::uint64_t>());
    case Kind::F32: return store(to, value.as<float>());
    case Kind::F64: return store(to, value.as<double>());
    case Kind::Char: return store(to, static_cast<std::uint32_t>(value.as<char32_t>()));
    case Kind::String: return lower_text(value.as<std::string>(), to, allocate);
    case Kind::List:
      return lower_elements(*type.parts[0].type, value.as<Sequence>(), to + c.find("ptr")->offset,
                            to + c.find("len")->offset, allocate);
    case Kind::Tuple:
    case Kind::Record:
      for (std::size_t i = 0; i < type.parts.size(); ++i)
        lower_part(c, field_name(type, i), *type.parts[i].type, value.as<Sequence>()[i], to,
                   allocate);
      return;
    case Kind::Option: {
      const Choice& choice = value.as<Choice>();
      store(to + c.find("present")->offset, choice.payload != nullptr);
      if (choice.payload)
        lower(*type.parts[0].type, *choice.payload, to + c.find("value")->offset, allocate);
      return;
    }
    case Kind::Result:
    case Kind::Variant: {
      const Choice& choice = value.as<Choice>();
      store_word(to, c.find("tag")->type->size, choice.index);
      if (choice.payload)
        lower(*type.parts[choice.index].type, *choice.payload, to + c.find("as")->offset, allocate);
      return;
    }
    case Kind::Enum: return store_word(to, c.size, value.as<Choice>().index);
    case Kind::Flags: {
      const std::vector<std::uint64_t>& words = value.as<Bits>().words;
      if (type.parts.size() <= 64) return store_word(to, c.size, words.empty() ? 0 : words[0]);
      for (std::size_t i = 0; i < words.size(); ++i) store(to + 8 * i, words[i]);
      return;
    }
    case Kind::Own:
    case Kind::Borrow: return store(to, value.as<Handle>().rep);
  }
}

Result<Value> Reference::lift_choice(const Type& type, const CType& c,
                                     const std::byte* from) const {
  std::uint64_t index = 0;
  const std::byte* payload = nullptr;
  if (type.kind == Kind::Enum) {
    index = load_word(from, c.size);
  } else if (type.kind == Kind::Option) {
    index = load<std::uint8_t>(from + c.find("present")->offset);
    if (index > 1) return not_a_value("present is " + std::to_string(index));
    if (index == 0) return Value::choice(0);
    FFICHECK_TRY(Value some, lift(*type.parts[0].type, from + c.find("value")->offset));
    return Value::choice(1, std::move(some));
  } else {
    index = load_word(from, c.find("tag")->type->size);
    if (const CType::Member* as = c.find("as")) payload = from + as->offset;
  }
  if (index >= type.parts.size()) return not_a_value("tag is " + std::to_string(index));
  const auto number = static_cast<std::uint32_t>(index);
  if (!type.parts[number].type) return Value::choice(number);
  FFICHECK_TRY(Value value, lift(*type.parts[number].type, payload));
  return Value::choice(number, std::move(value));
}

Result<Value> Reference::lift(TypeId id, const std::byte* from) const {
  const Type& type = schema_.type(id);
  const CType& c = *declared_[id];
  switch (type.kind) {
    case Kind::Bool: {
      const std::uint64_t bit = load_word(from, c.size);
      if (bit > 1) return not_a_value("bool is " + std::to_string(bit));
      return Value::boolean(bit == 1);
    }
    case Kind::S8: return Value::integer(load<std::int8_t>(from));
    case Kind::S16: return Value::integer(load<std::int16_t>(from));
    case Kind::S32: return Value::integer(load<std::int32_t>(from));
    case Kind::S64: return Value::integer(load<std::int64_t>(from));
    case Kind::U8:
    case Kind::U16:
    case Kind::U32:
    case Kind::U64: return Value::natural(load_word(from, c.size));
    case Kind::F32: return Value::f32(load<float>(from));
    case Kind::F64: return Value::f64(load<double>(from));
    case Kind::Char: {
      const auto code = load<std::uint32_t>(from);
      if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
        return not_a_value("char is " + std::to_string(code));
      return Value::character(static_cast<char32_t>(code));
    }
    case Kind::String: return lift_text(from);
    case Kind::List:
      return lift_elements(*type.parts[0].type, from + c.find("ptr")->offset,
                           from + c.find("len")->offset);
    case Kind::Tuple:
    case Kind::Record: {
      Sequence parts;
      for (std::size_t i = 0; i < type.parts.size(); ++i) {
        FFICHECK_TRY(Value part, lift_part(c, field_name(type, i), *type.parts[i].type, from));
        parts.push_back(std::move(part));
      }
      return Value::sequence(std::move(parts));
    }
    case Kind::Option:
    case Kind::Result:
    case Kind::Variant:
    case Kind::Enum: return lift_choice(type, c, from);
    case Kind::Flags: {
      std::vector<std::uint64_t> words;
      if (type.parts.empty()) return Value::bits({});
      if (type.parts.size() <= 64)
        words.push_back(load_word(from, c.size));
      else
        for (std::uint64_t i = 0; i < c.size; i += 8)
          words.push_back(load<std::uint64_t>(from + i));
      for (std::size_t i = type.parts.size(); i < 64 * words.size(); ++i)
        if (words[i / 64] >> (i % 64) & 1) return not_a_value("a flag beyond the last");
      return Value::bits(std::move(words));
    }
    case Kind::Own:
    case Kind::Borrow: return Value::handle(load<std::uint64_t>(from));
  }
  return not_a_value("a kind that does not exist");
}

std::vector<std::vector<std::byte>> Reference::lower_args(const Function& function,
                                                          const std::vector<Value>& args,
                                                          const Allocate& allocate) const {
  const std::shared_ptr<const CType> holder = argument_struct(function);
  std::vector<std::byte> bytes(holder->size);
  for (std::size_t i = 0; i < args.size(); ++i)
    lower_part(*holder, function.params[i].name, function.params[i].type, args[i], bytes.data(),
               allocate);
  std::vector<std::vector<std::byte>> out;
  for (const CType::Member& m : holder->members) {
    const auto start = bytes.begin() + static_cast<std::ptrdiff_t>(m.offset);
    out.emplace_back(start, start + static_cast<std::ptrdiff_t>(m.type->size));
  }
  return out;
}

Result<std::vector<Value>> Reference::lift_args(
    const Function& function, const std::vector<std::vector<std::byte>>& bytes) const {
  const std::shared_ptr<const CType> holder = argument_struct(function);
  std::vector<std::byte> whole(holder->size);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    std::copy(bytes[i].begin(), bytes[i].end(),
              whole.begin() + static_cast<std::ptrdiff_t>(holder->members[i].offset));
  std::vector<Value> args;
  for (const Param& param : function.params) {
    FFICHECK_TRY(Value value, lift_part(*holder, param.name, param.type, whole.data()));
    args.push_back(std::move(value));
  }
  return args;
}

}  // namespace fficheck
