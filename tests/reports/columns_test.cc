#include "reports/columns.h"

#include <gtest/gtest.h>

#include <limits>

namespace fficheck::reports {
namespace {

using Column = std::vector<std::optional<std::int64_t>>;

/// Reads a column as the page does.
Column decode(const std::string& text) {
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  Column out;
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '!') {
      out.emplace_back();
      ++i;
      continue;
    }
    std::uint64_t bits = 0;
    unsigned shift = 0;
    std::size_t digit = 0;
    do {
      digit = digits.find(text[i++]);
      bits |= (digit & 31U) << shift;
      shift += 5;
    } while ((digit & 32U) != 0);
    last += (bits >> 1U) ^ (0 - (bits & 1U));
    out.emplace_back(static_cast<std::int64_t>(last));
  }
  return out;
}

TEST(EncodeColumn, WhatIsEncodedIsReadBack) {
  const Column columns[] = {
      {},
      {0},
      {1, 2, 3, std::nullopt, 3, -1},
      {std::nullopt, std::nullopt},
      {15, 31, 63, -64, 1000000, -1000000},
      {std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::min()}};
  for (const Column& column : columns) EXPECT_EQ(decode(encode_column(column)), column);
}

TEST(EncodeColumn, NeighboursThatAreNearTakeOneCharacterEach) {
  Column column;
  for (int i = 0; i < 1000; ++i) column.emplace_back(100000 + i % 7);
  EXPECT_LT(encode_column(column).size(), 1010U);
}

}  // namespace
}  // namespace fficheck::reports
