// The canonical reference: Loading and Storing.
#include <cmath>
#include <cstring>

#include "harness/core/reference_canonical_context.h"
#include "harness/core/reference_canonical_text.h"

namespace fficheck::reference_detail {

using Form = Despecialized::Form;

namespace {
constexpr std::uint64_t kUtf16Tag = 2147483648;      // 2^31
constexpr std::uint64_t kMaxByteLength = 268435455;  // 2^28 - 1

template <class To, class From>
To reinterpret(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}
}  // namespace

std::uint64_t CanonicalContext::reallocate(std::uint64_t old, std::uint64_t old_size,
                                           std::uint64_t alignment, std::uint64_t size) {
  const auto narrow = [](std::uint64_t n) { return static_cast<std::uint32_t>(n); };
  const std::optional<std::uint32_t> ptr =
      guest_.realloc({narrow(old), narrow(old_size), narrow(alignment), narrow(size)});
  trap_if(!ptr, "realloc trapped");
  check_range(*ptr, size, alignment);
  return *ptr;
}

std::uint64_t CanonicalContext::allocate(std::uint64_t alignment, std::uint64_t size) {
  return reallocate(0, 0, alignment, size);
}

void CanonicalContext::check_range(std::uint64_t ptr, std::uint64_t size,
                                   std::uint64_t alignment) const {
  trap_if(ptr != align_to(ptr, alignment), "misaligned pointer");
  trap_if(ptr + size > guest_.readable().size(), "pointer out of bounds");
}

// Loading

std::uint64_t CanonicalContext::load_int(std::uint64_t ptr, std::uint64_t bytes) const {
  std::uint64_t out = 0;
  for (std::uint64_t i = bytes; i > 0; --i) out = out * 256 + guest_.readable()[ptr + i - 1];
  return out;
}

/// `i` has the width of the type in memory, or that of its core type: what is above is dropped.
Value CanonicalContext::load_primitive(Kind kind, std::uint64_t i) const {
  switch (kind) {
    case Kind::Bool: return Value::boolean(i != 0);
    case Kind::U8: return Value::natural(i % 256);
    case Kind::U16: return Value::natural(i % 65536);
    case Kind::U32: return Value::natural(i % 4294967296);
    case Kind::U64: return Value::natural(i);
    case Kind::S8:
    case Kind::S16:
    case Kind::S32: {
      const std::int64_t width = kind == Kind::S8 ? 256 : kind == Kind::S16 ? 65536 : 4294967296;
      const std::int64_t n = static_cast<std::int64_t>(i % static_cast<std::uint64_t>(width));
      return Value::integer(n >= width / 2 ? n - width : n);
    }
    case Kind::S64: return Value::integer(reinterpret<std::int64_t>(i));
    case Kind::F32: {
      const auto f = reinterpret<float>(static_cast<std::uint32_t>(i));
      return Value::f32(std::isnan(f) ? reinterpret<float>(std::uint32_t{0x7fc00000}) : f);
    }
    case Kind::F64: {
      const auto f = reinterpret<double>(i);
      return Value::f64(std::isnan(f) ? reinterpret<double>(std::uint64_t{0x7ff8000000000000}) : f);
    }
    case Kind::Char:
      i %= 4294967296;
      trap_if(i >= 0x110000, "char beyond the last");
      trap_if(0xD800 <= i && i <= 0xDFFF, "char is a surrogate");
      return Value::character(static_cast<char32_t>(i));
    case Kind::String:
    case Kind::List:
    case Kind::Option:
    case Kind::Result:
    case Kind::Tuple:
    case Kind::Record:
    case Kind::Variant:
    case Kind::Enum:
    case Kind::Flags:
    case Kind::Own:
    case Kind::Borrow: break;
  }
  return {};
}

Value CanonicalContext::load_string(std::uint64_t ptr, std::uint64_t tagged_code_units) const {
  std::uint64_t alignment = 1;
  std::uint64_t byte_length = tagged_code_units;
  Encoding encoding = Encoding::Utf8;
  switch (encoding_) {
    case StringEncoding::Utf8: break;
    case StringEncoding::Utf16:
      alignment = 2;
      byte_length = 2 * tagged_code_units;
      encoding = Encoding::Utf16Le;
      break;
    case StringEncoding::Latin1Utf16:
      alignment = 2;
      encoding = Encoding::Latin1;
      if (tagged_code_units >= kUtf16Tag) {
        byte_length = 2 * (tagged_code_units - kUtf16Tag);
        encoding = Encoding::Utf16Le;
      }
      break;
  }
  trap_if(byte_length > kMaxByteLength, "string too long");
  check_range(ptr, byte_length, alignment);
  const std::optional<CodePoints> text =
      decode(guest_.readable().subspan(ptr, byte_length), encoding);
  trap_if(!text, "string not encoded as promised");
  return Value::string(utf8_of(*text));
}

Value CanonicalContext::load_list(std::uint64_t ptr, std::uint64_t length, TypeId element) {
  trap_if(length * types_.elem_size(element) > kMaxByteLength, "list too long");
  check_range(ptr, length * types_.elem_size(element), types_.alignment(element));
  Sequence out;
  for (std::uint64_t i = 0; i < length; ++i)
    out.push_back(load(ptr + i * types_.elem_size(element), element));
  return Value::sequence(std::move(out));
}

Sequence CanonicalContext::load_record(std::uint64_t ptr, const Despecialized& t) {
  Sequence out;
  for (const TypeId field : t.fields) {
    ptr = align_to(ptr, types_.alignment(field));
    out.push_back(load(ptr, field));
    ptr += types_.elem_size(field);
  }
  return out;
}

Value CanonicalContext::load_variant(std::uint64_t ptr, const Despecialized& t) {
  const std::uint64_t size = discriminant_bytes(t.cases.size());
  const std::uint64_t index = load_int(ptr, size);
  trap_if(index >= t.cases.size(), "no such case");
  ptr = align_to(ptr + size, types_.max_case_alignment(t));
  const auto chosen = static_cast<std::uint32_t>(index);
  if (!t.cases[index]) return Value::choice(chosen);
  return Value::choice(chosen, load(ptr, *t.cases[index]));
}

Value CanonicalContext::unpack_flags(std::uint64_t i, std::size_t labels) const {
  std::uint64_t word = 0;
  std::uint64_t flag = 1;
  for (std::size_t l = 0; l < labels; ++l) {
    if (i % 2 == 1) word += flag;
    i /= 2;
    flag *= 2;
  }
  return Value::bits({word});
}

Value CanonicalContext::lift_handle(const Despecialized& t, std::uint64_t index) {
  trap_if(index >= guest_.handles.size() || !guest_.handles[index], "no such handle");
  ReferenceHandle& handle = *guest_.handles[index];
  const std::uint32_t rep = handle.rep;
  trap_if(handle.resource != t.resource, "handle of another resource");
  if (t.form == Form::Borrow) {
    ++handle.lends;
    return Value::handle(rep);
  }
  trap_if(handle.lends != 0, "own is lent");
  trap_if(!handle.own, "borrow where own is required");
  guest_.handles[index].reset();
  guest_.free_handles.push_back(index);
  return Value::handle(rep);
}

Value CanonicalContext::load(std::uint64_t ptr, TypeId id) {
  const Despecialized t = types_.despecialize(id);
  switch (t.form) {
    case Form::Primitive: return load_primitive(t.primitive, load_int(ptr, types_.elem_size(t)));
    case Form::String: return load_string(load_int(ptr, 4), load_int(ptr + 4, 4));
    case Form::List: return load_list(load_int(ptr, 4), load_int(ptr + 4, 4), t.fields[0]);
    case Form::Record: return Value::sequence(load_record(ptr, t));
    case Form::Variant: return load_variant(ptr, t);
    case Form::Flags: return unpack_flags(load_int(ptr, flags_bytes(t.labels)), t.labels);
    case Form::Own:
    case Form::Borrow: return lift_handle(t, load_int(ptr, 4));
  }
  return {};
}

// Storing

std::uint64_t primitive_to_int(Kind kind, const Value& v, unsigned bytes) {
  std::uint64_t i = 0;
  if (kind == Kind::Bool)
    i = v.as<bool>() ? 1 : 0;
  else if (kind == Kind::Char)
    i = v.as<char32_t>();
  else if (kind == Kind::F32)
    i = reinterpret<std::uint32_t>(v.as<float>());
  else if (kind == Kind::F64)
    i = reinterpret<std::uint64_t>(v.as<double>());
  else if (v.is<std::int64_t>())
    i = reinterpret<std::uint64_t>(v.as<std::int64_t>());
  else
    i = v.as<std::uint64_t>();
  switch (bytes) {
    case 1: return i % 256;
    case 2: return i % 65536;
    case 4: return i % 4294967296;
    default: return i;
  }
}

void CanonicalContext::store_int(std::uint64_t v, std::uint64_t ptr, std::uint64_t bytes) {
  for (std::uint64_t i = 0; i < bytes; ++i) {
    guest_.memory.at(ptr + i) = static_cast<std::uint8_t>(v % 256);
    v /= 256;
  }
}

void CanonicalContext::store_bytes(std::span<const std::uint8_t> bytes, std::uint64_t ptr) {
  for (std::size_t i = 0; i < bytes.size(); ++i) guest_.memory.at(ptr + i) = bytes[i];
}

CanonicalContext::Range CanonicalContext::store_utf8_to_utf16(const std::string& text) {
  const std::uint64_t worst_case = 2 * text.size();
  std::uint64_t ptr = allocate(2, worst_case);
  const Bytes encoded = encode(code_points(text), Encoding::Utf16Le);
  store_bytes(encoded, ptr);
  if (encoded.size() < worst_case) ptr = reallocate(ptr, worst_case, 2, encoded.size());
  return {ptr, encoded.size() / 2};
}

CanonicalContext::Range CanonicalContext::store_to_latin1_or_utf16(const std::string& text) {
  std::uint64_t ptr = allocate(2, text.size());
  std::uint64_t length = 0;
  for (const std::uint32_t c : code_points(text)) {
    if (c < 256) {
      store_int(c, ptr + length, 1);
      ++length;
      continue;
    }
    const std::uint64_t worst_case = 2 * text.size();
    ptr = reallocate(ptr, text.size(), 2, worst_case);
    const Bytes encoded = encode(code_points(text), Encoding::Utf16Le);
    store_bytes(encoded, ptr);
    if (worst_case > encoded.size()) ptr = reallocate(ptr, worst_case, 2, encoded.size());
    return {ptr, encoded.size() / 2 + kUtf16Tag};
  }
  if (length < text.size()) ptr = reallocate(ptr, text.size(), 2, length);
  return {ptr, length};
}

/// The source is UTF-8, as all of fficheck's strings.
CanonicalContext::Range CanonicalContext::store_string(const std::string& text) {
  switch (encoding_) {
    case StringEncoding::Utf8: {
      const std::uint64_t ptr = allocate(1, text.size());
      store_bytes(encode(code_points(text), Encoding::Utf8), ptr);
      return {ptr, text.size()};
    }
    case StringEncoding::Utf16: return store_utf8_to_utf16(text);
    case StringEncoding::Latin1Utf16: return store_to_latin1_or_utf16(text);
  }
  return {};
}

CanonicalContext::Range CanonicalContext::store_list(const Sequence& v, TypeId element) {
  const std::uint64_t ptr =
      allocate(types_.alignment(element), v.size() * types_.elem_size(element));
  for (std::size_t i = 0; i < v.size(); ++i)
    store(v[i], element, ptr + i * types_.elem_size(element));
  return {ptr, v.size()};
}

void CanonicalContext::store_record(std::span<const Value> v, const Despecialized& t,
                                    std::uint64_t ptr) {
  for (std::size_t i = 0; i < v.size(); ++i) {
    ptr = align_to(ptr, types_.alignment(t.fields[i]));
    store(v[i], t.fields[i], ptr);
    ptr += types_.elem_size(t.fields[i]);
  }
}

void CanonicalContext::store_variant(const Choice& v, const Despecialized& t, std::uint64_t ptr) {
  const std::uint64_t size = discriminant_bytes(t.cases.size());
  store_int(v.index, ptr, size);
  ptr = align_to(ptr + size, types_.max_case_alignment(t));
  if (t.cases[v.index]) store(*v.payload, *t.cases[v.index], ptr);
}

std::uint32_t CanonicalContext::lower_handle(const Despecialized& t, const Value& v) {
  const auto rep = static_cast<std::uint32_t>(v.as<Handle>().rep);
  if (t.form == Form::Own) return guest_.add({t.resource, rep, true, 0});
  // The guest that implements the resource is given its representation.
  if (!types_.schema().resources()[t.resource].imported) return rep;
  return guest_.add({t.resource, rep, false, 0});
}

void CanonicalContext::store(const Value& v, TypeId id, std::uint64_t ptr) {
  const Despecialized t = types_.despecialize(id);
  const std::uint64_t size = types_.elem_size(t);
  switch (t.form) {
    case Form::Primitive:
      store_int(primitive_to_int(t.primitive, v, static_cast<unsigned>(size)), ptr, size);
      return;
    case Form::String:
    case Form::List: {
      const Range range = t.form == Form::String ? store_string(v.as<std::string>())
                                                 : store_list(v.as<Sequence>(), t.fields[0]);
      store_int(range.first, ptr, 4);
      store_int(range.second, ptr + 4, 4);
      return;
    }
    case Form::Record: store_record(v.as<Sequence>(), t, ptr); return;
    case Form::Variant: store_variant(v.as<Choice>(), t, ptr); return;
    case Form::Flags: store_int(v.as<Bits>().words.at(0), ptr, size); return;
    case Form::Own:
    case Form::Borrow: store_int(lower_handle(t, v), ptr, 4); return;
  }
}

}  // namespace fficheck::reference_detail
