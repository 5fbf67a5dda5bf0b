#include "harness/core/utf8.h"

#include <gtest/gtest.h>

namespace fficheck {
namespace {

TEST(Utf8, EveryScalarValueReadsBackAsWritten) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (!is_scalar_value(c)) continue;
    std::string text;
    append_utf8(text, c);
    char32_t read = 0;
    ASSERT_EQ(utf8_sequence(text, &read), text.size()) << static_cast<std::uint32_t>(c);
    ASSERT_EQ(read, c);
  }
}

TEST(Utf8, RefusesWhatIsNoShortestFormOfAScalarValue) {
  for (const char* bad :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC3", "\xE2\x82", "\xC3(", "\xFF"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
  EXPECT_TRUE(is_utf8(std::string_view("a\0b\xF4\x8F\xBF\xBF", 7)));
}

}  // namespace
}  // namespace fficheck
