#include "harness/core/reference_canonical_text.h"

#include <algorithm>

namespace fficheck::reference_detail {
namespace {

bool is_scalar(std::uint32_t c) { return c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF); }

/// A number whose bits are written out most significant first, as the tables of RFC 3629 and
/// RFC 2781 draw them.
std::uint32_t bits(std::uint32_t c, unsigned first, unsigned count) {
  std::uint32_t out = 0;
  for (unsigned i = 0; i < count; ++i) out = 2 * out + (c / (1u << (first + count - 1 - i))) % 2;
  return out;
}

Bytes bytes_of(std::initializer_list<std::uint32_t> numbers) {
  Bytes out;
  for (const std::uint32_t n : numbers) out.push_back(static_cast<std::uint8_t>(n));
  return out;
}

Bytes encode_one(std::uint32_t c, Encoding encoding) {
  switch (encoding) {
    case Encoding::Utf8:
      if (c < 0x80) return bytes_of({c});
      if (c < 0x800) return bytes_of({192 + bits(c, 6, 5), 128 + bits(c, 0, 6)});
      if (c < 0x10000)
        return bytes_of({224 + bits(c, 12, 4), 128 + bits(c, 6, 6), 128 + bits(c, 0, 6)});
      return bytes_of(
          {240 + bits(c, 18, 3), 128 + bits(c, 12, 6), 128 + bits(c, 6, 6), 128 + bits(c, 0, 6)});
    case Encoding::Utf16Le: {
      if (c < 0x10000) return bytes_of({c % 256, c / 256});
      const std::uint32_t high = 0xD800 + (c - 0x10000) / 1024;
      const std::uint32_t low = 0xDC00 + (c - 0x10000) % 1024;
      return bytes_of({high % 256, high / 256, low % 256, low / 256});
    }
    case Encoding::Latin1: return bytes_of({c});
  }
  return {};
}

/// What a sequence of so many bytes spells, right or not; 0xFFFFFFFF where it spells nothing.
std::uint32_t spelled(std::span<const std::uint8_t> s, Encoding encoding) {
  constexpr std::uint32_t nothing = 0xFFFFFFFF;
  switch (encoding) {
    case Encoding::Latin1: return s.size() == 1 ? s[0] : nothing;
    case Encoding::Utf16Le:
      if (s.size() == 2) return s[0] + s[1] * 256u;
      if (s.size() != 4) return nothing;
      return 0x10000 + (s[0] + s[1] * 256u - 0xD800) * 1024 + (s[2] + s[3] * 256u - 0xDC00);
    case Encoding::Utf8: {
      if (s.size() == 1) return s[0];
      const unsigned in_first = 7 - static_cast<unsigned>(s.size());
      std::uint32_t c = bits(s[0], 0, in_first);
      for (const std::uint8_t next : s.subspan(1)) c = c * 64 + bits(next, 0, 6);
      return c;
    }
  }
  return nothing;
}

}  // namespace

Bytes encode(const CodePoints& text, Encoding encoding) {
  Bytes out;
  for (const std::uint32_t c : text) {
    const Bytes one = encode_one(c, encoding);
    out.insert(out.end(), one.begin(), one.end());
  }
  return out;
}

/// A sequence is right where encoding what it spells gives it back.
std::optional<CodePoints> decode(std::span<const std::uint8_t> bytes, Encoding encoding) {
  CodePoints out;
  while (!bytes.empty()) {
    std::size_t used = 0;
    for (std::size_t n = 1; n <= 4 && n <= bytes.size() && used == 0; ++n) {
      const std::uint32_t c = spelled(bytes.first(n), encoding);
      if (!is_scalar(c)) continue;
      const Bytes again = encode_one(c, encoding);
      if (!std::equal(again.begin(), again.end(), bytes.begin(),
                      bytes.begin() + static_cast<std::ptrdiff_t>(n)))
        continue;
      out.push_back(c);
      used = n;
    }
    if (used == 0) return std::nullopt;
    bytes = bytes.subspan(used);
  }
  return out;
}

CodePoints code_points(const std::string& utf8) {
  const Bytes bytes(utf8.begin(), utf8.end());
  return decode(bytes, Encoding::Utf8).value_or(CodePoints{});
}

std::string utf8_of(const CodePoints& text) {
  const Bytes bytes = encode(text, Encoding::Utf8);
  return {bytes.begin(), bytes.end()};
}

}  // namespace fficheck::reference_detail
