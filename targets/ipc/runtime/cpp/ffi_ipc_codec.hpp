/* Values as CBOR: docs/target-ipc.md says which. For the sources of generated clients. C++17. */
#ifndef FFI_IPC_CODEC_HPP
#define FFI_IPC_CODEC_HPP

#include <array>
#include <cstddef>
#include <cstring>
#include <limits>
#include <string>
#include <tuple>
#include <type_traits>

#include "ffi_ipc.hpp"

namespace ffi_ipc {

/* What a generated type is, and its names on the wire; specialised for each. */
enum class Shape { other,
                   record,
                   variant,
                   enumeration,
                   flags };
template <class T>
struct Describe {
  static constexpr Shape shape = Shape::other;
};

/* ---- Bytes ---- */

class Writer {
public:
  std::vector<std::uint8_t> bytes;
  bool wrong = false; // something is no value of its type

  void head(unsigned major, std::uint64_t n);
  void text(std::string_view text);
  void big_endian(std::uint64_t bits, int size);
  void byte(unsigned b) {
    bytes.push_back(static_cast<std::uint8_t>(b));
  }
};

class Reader {
public:
  Reader(const std::uint8_t *bytes, std::size_t size)
      : at_(bytes), end_(bytes + size) {
  }
  const char *why = nullptr;

  bool refuse(const char *text) {
    if (why == nullptr)
      why = text;
    return false;
  }
  bool at_end() const {
    return at_ == end_;
  }
  bool peek(unsigned byte) const {
    return at_ != end_ && *at_ == byte;
  }
  bool take_byte(unsigned byte, const char *what);
  bool head(unsigned &major, unsigned &info, std::uint64_t &n);
  /* A head of that major type; a length is refused where fewer bytes are left. */
  bool expect(unsigned major, std::uint64_t &n, const char *what);
  bool natural(std::uint64_t most, std::uint64_t &n);
  bool integer(std::int64_t least, std::int64_t most, std::int64_t &n);
  /* A NaN of that width keeps its bits. */
  bool number(float &value);
  bool number(double &value);
  bool span(unsigned major, std::string_view &text, const char *what);
  bool name(const char *const *names, std::size_t count, std::size_t guess, std::size_t &index);

private:
  bool float_head(unsigned &info, std::uint64_t &bits);

  const std::uint8_t *at_;
  const std::uint8_t *end_;
};

enum : unsigned { kUnsigned,
                  kNegative,
                  kBytes,
                  kText,
                  kArray,
                  kMap,
                  kNull = 0xF6,
                  kTrue = 0xF5,
                  kFalse = 0xF4 };

bool is_char(std::uint64_t code);

/* ---- Kinds ---- */

template <class T>
void put(Writer &w, const T &x);
template <class T>
bool take(Reader &r, T &x);

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsTuple : std::false_type {};
template <class... T>
struct IsTuple<std::tuple<T...>> : std::true_type {};
template <class T>
struct IsResult : std::false_type {};
template <class T, class E>
struct IsResult<Result<T, E>> : std::true_type {};

inline constexpr const char *kResultNames[] = {"ok", "err"};

/* Cases of a variant are structs of their own, with a member `value` where they have a payload. */
template <class C, class = void>
struct HasValue : std::false_type {};
template <class C>
struct HasValue<C, std::void_t<decltype(std::declval<C &>().value)>> : std::true_type {};

template <class C>
void put_payload(Writer &w, [[maybe_unused]] const C &c) {
  if constexpr (HasValue<C>::value)
    put(w, c.value);
  else
    w.byte(kNull);
}

template <class C>
bool take_payload(Reader &r, [[maybe_unused]] C &c) {
  if constexpr (HasValue<C>::value)
    return take(r, c.value);
  else
    return r.take_byte(kNull, "null is wanted");
}

/* A case by its index. `wrapped`: of a variant, not of a result. */
template <bool wrapped, class V, std::size_t I = 0>
bool take_case(Reader &r, V &v, std::size_t index) {
  if constexpr (I < std::variant_size_v<V>) {
    if (index != I)
      return take_case<wrapped, V, I + 1>(r, v, index);
    if constexpr (wrapped)
      return take_payload(r, v.template emplace<I>());
    else
      return take(r, v.template emplace<I>());
  } else {
    return r.refuse("an unknown case");
  }
}

template <bool wrapped, class V>
void put_variant(Writer &w, const V &v, const char *const *names) {
  if (v.valueless_by_exception()) {
    w.wrong = true;
    return;
  }
  w.head(kMap, 1);
  w.text(names[v.index()]);
  std::visit(
      [&w](const auto &x) {
        if constexpr (wrapped)
          put_payload(w, x);
        else
          put(w, x);
      },
      v);
}

template <bool wrapped, class V>
bool take_variant(Reader &r, V &v, const char *const *names) {
  std::uint64_t n;
  std::size_t index;
  if (!r.expect(kMap, n, "a map of one case is wanted"))
    return false;
  if (n != 1)
    return r.refuse("a map of one case is wanted");
  return r.name(names, std::variant_size_v<V>, 0, index) && take_case<wrapped>(r, v, index);
}

/* The parts of a tuple of references, one after the other. */
template <class Tuple, std::size_t... I>
bool take_parts(Reader &r, Tuple &&parts, std::index_sequence<I...>) {
  return (take(r, std::get<I>(parts)) && ...);
}

template <class Tuple, std::size_t... I>
bool take_part(Reader &r, Tuple &&parts, std::size_t index, std::index_sequence<I...>) {
  bool fine = false;
  (void)((index == I ? (fine = take(r, std::get<I>(parts)), true) : false) || ...);
  return fine;
}

template <class T>
bool take_record(Reader &r, T &x) {
  using D = Describe<T>;
  constexpr std::size_t count = D::names.size();
  [[maybe_unused]] std::array<bool, count + 1> seen{};
  std::uint64_t n;
  if (!r.expect(kMap, n, "a map is wanted"))
    return false;
  if (n != count)
    return r.refuse("a map of all names, each once, is wanted");
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t field;
    if (!r.name(D::names.data(), count, i, field))
      return false;
    if (seen[field])
      return r.refuse("the same name twice");
    seen[field] = true;
    if (!take_part(r, D::members(x), field, std::make_index_sequence<count>()))
      return false;
  }
  return true;
}

/* Word i of n flags. */
constexpr std::uint64_t flag_mask(std::size_t n, std::size_t i) {
  return n <= 64 * i ? 0 : n - 64 * i >= 64 ? ~std::uint64_t{0}
                                            : (std::uint64_t{1} << (n - 64 * i)) - 1;
}

template <class T>
void put_described(Writer &w, const T &x) {
  using D = Describe<T>;
  if constexpr (D::shape == Shape::record) {
    w.head(kMap, D::names.size());
    std::size_t i = 0;
    std::apply([&](const auto &...part) { ((w.text(D::names[i++]), put(w, part)), ...); }, D::members(x));
  } else if constexpr (D::shape == Shape::variant) {
    put_variant<true>(w, x, D::names.data());
  } else if constexpr (D::shape == Shape::enumeration) {
    const auto index = static_cast<std::size_t>(x);
    if (index < D::names.size())
      w.text(D::names[index]);
    else
      w.wrong = true;
  } else {
    if constexpr (D::words > 1)
      w.head(kArray, D::words);
    for (std::size_t i = 0; i < D::words; ++i) {
      w.wrong = w.wrong || (x.words[i] & ~flag_mask(D::count, i)) != 0;
      w.head(kUnsigned, x.words[i]);
    }
  }
}

template <class T>
bool take_described(Reader &r, T &x) {
  using D = Describe<T>;
  if constexpr (D::shape == Shape::record) {
    return take_record(r, x);
  } else if constexpr (D::shape == Shape::variant) {
    return take_variant<true>(r, x, D::names.data());
  } else if constexpr (D::shape == Shape::enumeration) {
    std::size_t index;
    if (!r.name(D::names.data(), D::names.size(), 0, index))
      return false;
    x = static_cast<T>(index);
    return true;
  } else {
    std::uint64_t n = D::words;
    if (D::words > 1 && !r.expect(kArray, n, "an array of words is wanted"))
      return false;
    if (n != D::words)
      return r.refuse("another number of words is wanted");
    for (std::size_t i = 0; i < D::words; ++i) {
      std::uint64_t word;
      if (!r.natural(flag_mask(D::count, i), word))
        return false;
      x.words[i] = word;
    }
    return true;
  }
}

template <class T>
void put(Writer &w, const T &x) {
  if constexpr (Describe<T>::shape != Shape::other) {
    put_described(w, x);
  } else if constexpr (std::is_same_v<T, Nothing>) {
    w.byte(kNull);
  } else if constexpr (std::is_same_v<T, bool>) {
    w.byte(x ? kTrue : kFalse);
  } else if constexpr (std::is_same_v<T, char32_t>) {
    w.wrong = w.wrong || !is_char(x);
    w.head(kUnsigned, x);
  } else if constexpr (std::is_integral_v<T> && std::is_unsigned_v<T>) {
    w.head(kUnsigned, x);
  } else if constexpr (std::is_integral_v<T>) {
    if (x < 0)
      w.head(kNegative, ~static_cast<std::uint64_t>(static_cast<std::int64_t>(x)));
    else
      w.head(kUnsigned, static_cast<std::uint64_t>(x));
  } else if constexpr (std::is_same_v<T, float>) {
    std::uint32_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    w.byte(0xFA);
    w.big_endian(bits, 4);
  } else if constexpr (std::is_same_v<T, double>) {
    std::uint64_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    w.byte(0xFB);
    w.big_endian(bits, 8);
  } else if constexpr (std::is_same_v<T, std::string>) {
    w.text(x);
  } else if constexpr (std::is_same_v<T, std::vector<std::uint8_t>>) {
    w.head(kBytes, x.size());
    w.bytes.insert(w.bytes.end(), x.begin(), x.end());
  } else if constexpr (IsVector<T>::value) {
    w.head(kArray, x.size());
    for (const typename T::value_type &item : x)
      put<typename T::value_type>(w, item);
  } else if constexpr (IsOptional<T>::value) {
    if (!x)
      return w.byte(kNull);
    if constexpr (IsOptional<typename T::value_type>::value)
      w.head(kArray, 1);
    put(w, *x);
  } else if constexpr (IsResult<T>::value) {
    put_variant<false>(w, x.state, kResultNames);
  } else {
    static_assert(IsTuple<T>::value, "no type of an interface");
    w.head(kArray, std::tuple_size_v<T>);
    std::apply([&w](const auto &...part) { (put(w, part), ...); }, x);
  }
}

template <class T>
bool take_list(Reader &r, T &x) {
  std::uint64_t n;
  if (!r.expect(kArray, n, "an array is wanted"))
    return false;
  for (std::uint64_t i = 0; i < n; ++i) {
    typename T::value_type item{};
    if (!take(r, item))
      return false;
    x.push_back(std::move(item)); // grows with what was read, not with what the head says
  }
  return true;
}

template <class T>
bool take_option(Reader &r, T &x) {
  std::uint64_t n = 1;
  if (r.peek(kNull))
    return r.take_byte(kNull, "null");
  if constexpr (IsOptional<typename T::value_type>::value)
    if (!r.expect(kArray, n, "null or an array of one is wanted"))
      return false;
  if (n != 1)
    return r.refuse("null or an array of one is wanted");
  return take(r, x.emplace());
}

template <class T>
bool take_integer(Reader &r, T &x) {
  if constexpr (std::is_unsigned_v<T>) {
    std::uint64_t n;
    if (!r.natural(std::numeric_limits<T>::max(), n))
      return false;
    x = static_cast<T>(n);
  } else {
    std::int64_t n;
    if (!r.integer(std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), n))
      return false;
    x = static_cast<T>(n);
  }
  return true;
}

template <class T>
bool take(Reader &r, T &x) {
  if constexpr (Describe<T>::shape != Shape::other) {
    return take_described(r, x);
  } else if constexpr (std::is_same_v<T, Nothing>) {
    return r.take_byte(kNull, "null is wanted");
  } else if constexpr (std::is_same_v<T, bool>) {
    x = r.peek(kTrue);
    return r.take_byte(x ? kTrue : kFalse, "a bool is wanted");
  } else if constexpr (std::is_same_v<T, char32_t>) {
    std::uint64_t n;
    if (!r.natural(0x10FFFF, n))
      return false;
    x = static_cast<char32_t>(n);
    return is_char(n) || r.refuse("a surrogate is no char");
  } else if constexpr (std::is_integral_v<T>) {
    return take_integer(r, x);
  } else if constexpr (std::is_floating_point_v<T>) {
    return r.number(x);
  } else if constexpr (std::is_same_v<T, std::string>) {
    std::string_view text;
    if (!r.span(kText, text, "a text string is wanted"))
      return false;
    x = text;
    return true;
  } else if constexpr (std::is_same_v<T, std::vector<std::uint8_t>>) {
    std::string_view bytes;
    if (!r.span(kBytes, bytes, "a byte string is wanted"))
      return false;
    x.assign(bytes.begin(), bytes.end());
    return true;
  } else if constexpr (IsVector<T>::value) {
    return take_list(r, x);
  } else if constexpr (IsOptional<T>::value) {
    return take_option(r, x);
  } else if constexpr (IsResult<T>::value) {
    return take_variant<false>(r, x.state, kResultNames);
  } else {
    static_assert(IsTuple<T>::value, "no type of an interface");
    std::uint64_t n;
    if (!r.expect(kArray, n, "an array is wanted"))
      return false;
    if (n != std::tuple_size_v<T>)
      return r.refuse("an array of another length is wanted");
    return take_parts(r, x, std::make_index_sequence<std::tuple_size_v<T>>());
  }
}

} // namespace ffi_ipc

#endif
