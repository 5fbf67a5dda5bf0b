#include "targets/wasm/unicode.h"

#include "harness/core/utf8.h"

namespace fficheck {
namespace {

constexpr bool is_surrogate(char32_t c) { return c >= 0xD800 && c <= 0xDFFF; }

void append_unit(std::vector<std::uint8_t>* out, std::uint32_t unit) {
  out->push_back(static_cast<std::uint8_t>(unit & 0xFF));
  out->push_back(static_cast<std::uint8_t>(unit >> 8 & 0xFF));
}

}  // namespace

char32_t next_scalar(std::string_view utf8, std::size_t* i) {
  char32_t code = 0;
  *i += utf8_sequence(utf8.substr(*i), &code);
  return code;
}

std::vector<std::uint8_t> to_utf16(std::string_view utf8) {
  std::vector<std::uint8_t> out;
  out.reserve(utf8.size() * 2);
  for (std::size_t i = 0; i < utf8.size();) {
    const char32_t c = next_scalar(utf8, &i);
    if (c < 0x10000) {
      append_unit(&out, c);
    } else {
      append_unit(&out, 0xD800 + ((c - 0x10000) >> 10));
      append_unit(&out, 0xDC00 + ((c - 0x10000) & 0x3FF));
    }
  }
  return out;
}

std::optional<std::string> from_utf16(std::span<const std::uint8_t> bytes) {
  const auto unit = [&](std::size_t i) -> char32_t {
    return bytes[i] | static_cast<char32_t>(bytes[i + 1]) << 8;
  };
  std::string out;
  out.reserve(bytes.size() / 2);
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    char32_t c = unit(i);
    if (is_surrogate(c)) {
      if (c >= 0xDC00 || i + 3 >= bytes.size()) return std::nullopt;
      const char32_t low = unit(i + 2);
      if (low < 0xDC00 || low > 0xDFFF) return std::nullopt;
      c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
      i += 2;
    }
    append_utf8(out, c);
  }
  return out;
}

std::string from_latin1(std::span<const std::uint8_t> bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (const std::uint8_t b : bytes) append_utf8(out, b);
  return out;
}

}  // namespace fficheck
