#include "targets/wasm/unicode.h"

#include <gtest/gtest.h>

#include "harness/core/reference_canonical_text.h"
#include "harness/core/utf8.h"

namespace fficheck {
namespace {

using reference_detail::Bytes;
using reference_detail::Encoding;

void expect_as_reference(const Bytes& bytes) {
  const std::string text(bytes.begin(), bytes.end());
  const bool right = reference_detail::decode(bytes, Encoding::Utf8).has_value();
  ASSERT_EQ(is_utf8(text), right) << ::testing::PrintToString(bytes);
}

/// The bytes at the borders of every rule of RFC 3629.
const Bytes kEdges{0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF,
                   0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF8, 0xFF};

TEST(Utf8, EveryTextOfOneAndTwoBytesIsJudgedAsByTheReference) {
  for (unsigned a = 0; a < 256; ++a) {
    expect_as_reference({static_cast<std::uint8_t>(a)});
    for (unsigned b = 0; b < 256; ++b)
      expect_as_reference({static_cast<std::uint8_t>(a), static_cast<std::uint8_t>(b)});
  }
}

TEST(Utf8, EveryTextOfEdgesUpToFiveBytesIsJudgedAsByTheReference) {
  for (const std::uint8_t a : kEdges) {
    for (const std::uint8_t b : kEdges) {
      for (const std::uint8_t c : kEdges) {
        expect_as_reference({a, b, c});
        for (const std::uint8_t d : kEdges) {
          expect_as_reference({a, b, c, d});
          if (a >= 0xF0) expect_as_reference({a, b, c, d, 0x80});
        }
      }
    }
  }
}

TEST(Utf8AndUtf16, EveryScalarValueSurvivesEachEncoding) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, c);
    ASSERT_TRUE(is_utf8(text)) << static_cast<std::uint32_t>(c);
    std::size_t i = 0;
    ASSERT_EQ(next_scalar(text, &i), c);
    ASSERT_EQ(i, text.size());
    ASSERT_EQ(from_utf16(to_utf16(text)), text) << static_cast<std::uint32_t>(c);
  }
}

TEST(Utf16, EveryPairAtTheBordersOfSurrogatesIsJudgedAsByTheReference) {
  const std::uint32_t units[] = {0x0000, 0x00FF, 0x0100, 0xD7FF, 0xD800,
                                 0xDBFF, 0xDC00, 0xDFFF, 0xE000, 0xFFFF};
  const auto append = [](Bytes* bytes, std::uint32_t unit) {
    bytes->push_back(static_cast<std::uint8_t>(unit % 256));
    bytes->push_back(static_cast<std::uint8_t>(unit / 256));
  };
  for (const std::uint32_t a : units) {
    for (const std::uint32_t b : units) {
      for (const std::uint32_t c : units) {
        Bytes bytes;
        for (const std::uint32_t unit : {a, b, c}) {
          append(&bytes, unit);
          const auto right = reference_detail::decode(bytes, Encoding::Utf16Le);
          const auto text = from_utf16(bytes);
          ASSERT_EQ(text.has_value(), right.has_value()) << a << " " << b << " " << c;
          if (!text) continue;
          ASSERT_EQ(*text, reference_detail::utf8_of(*right));
          ASSERT_EQ(to_utf16(*text), bytes);
        }
      }
    }
  }
}

TEST(Latin1, EveryByteIsTheScalarValueOfItsNumber) {
  for (unsigned b = 0; b < 256; ++b) {
    const Bytes one{static_cast<std::uint8_t>(b)};
    std::size_t i = 0;
    EXPECT_EQ(next_scalar(from_latin1(one), &i), b);
  }
}

}  // namespace
}  // namespace fficheck
