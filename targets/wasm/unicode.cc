#include "targets/wasm/unicode.h"

namespace fficheck {
namespace {

constexpr bool is_surrogate(char32_t c) { return c >= 0xD800 && c <= 0xDFFF; }

std::uint8_t byte(std::string_view s, std::size_t i) { return static_cast<std::uint8_t>(s[i]); }

/// Length of the sequence that a lead byte starts, 0 for a byte that starts none.
std::size_t sequence_length(std::uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

char32_t decode(std::string_view s, std::size_t i, std::size_t length) {
  if (length == 1) return byte(s, i);
  char32_t c = byte(s, i) & (0xFFu >> (length + 1));
  for (std::size_t k = 1; k < length; ++k) c = c << 6 | (byte(s, i + k) & 0x3Fu);
  return c;
}

void append_unit(std::vector<std::uint8_t>* out, std::uint32_t unit) {
  out->push_back(static_cast<std::uint8_t>(unit & 0xFF));
  out->push_back(static_cast<std::uint8_t>(unit >> 8 & 0xFF));
}

}  // namespace

char32_t next_scalar(std::string_view utf8, std::size_t* i) {
  const std::size_t length = sequence_length(byte(utf8, *i));
  const char32_t c = decode(utf8, *i, length);
  *i += length;
  return c;
}

void append_utf8(std::string* out, char32_t c) {
  const auto put = [out](char32_t b) { out->push_back(static_cast<char>(b)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

bool valid_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    if (byte(text, i) < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = sequence_length(byte(text, i));
    if (length == 0 || i + length > text.size()) return false;
    for (std::size_t k = 1; k < length; ++k)
      if ((byte(text, i + k) & 0xC0) != 0x80) return false;
    const char32_t c = decode(text, i, length);
    constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (c < smallest[length] || c > 0x10FFFF || is_surrogate(c)) return false;
    i += length;
  }
  return true;
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
    append_utf8(&out, c);
  }
  return out;
}

std::string from_latin1(std::span<const std::uint8_t> bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (const std::uint8_t b : bytes) append_utf8(&out, b);
  return out;
}

}  // namespace fficheck
