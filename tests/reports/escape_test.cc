#include "reports/escape.h"

#include <gtest/gtest.h>

namespace fficheck::reports {
namespace {

TEST(EscapeMarkup, NothingCanOpenATagOrLeaveAnAttribute) {
  EXPECT_EQ(escape_markup("<a b='c' d=\"e\">&"), "&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;");
}

TEST(EscapeMarkup, WhatXmlDoesNotKnowIsReplaced) {
  const std::string replaced = "\xEF\xBF\xBD";
  EXPECT_EQ(escape_markup(std::string("a\0b", 3)), "a" + replaced + "b");
  EXPECT_EQ(escape_markup("\x1b[0m"), replaced + "[0m");
  EXPECT_EQ(escape_markup("\xff\xc3"), replaced + replaced);
  EXPECT_EQ(escape_markup("\xEF\xBF\xBF"), replaced);  // U+FFFF
  EXPECT_EQ(escape_markup("\xED\xA0\x80").substr(0, 3), replaced);
  EXPECT_EQ(escape_markup("tab\tline\né😀"), "tab\tline\né😀");
}

TEST(MarkdownCode, BackticksWithinDoNotEndIt) {
  EXPECT_EQ(markdown_code("a"), "`a`");
  EXPECT_EQ(markdown_code("a`b``c"), "```a`b``c```");
  EXPECT_EQ(markdown_code("`a"), "`` `a ``");
  EXPECT_EQ(markdown_code(""), "` `");
}

TEST(MarkdownCode, ATableKeepsItsCells) { EXPECT_EQ(markdown_code("a|b\nc"), "`a\\|b c`"); }

TEST(MarkdownBlock, ItsFenceIsLongerThanAnyWithin) {
  EXPECT_EQ(markdown_block("x", "wit"), "```wit\nx\n```\n");
  EXPECT_EQ(markdown_block("````\n"), "`````\n````\n`````\n");
}

}  // namespace
}  // namespace fficheck::reports
