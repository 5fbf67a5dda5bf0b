#include "harness/run/wire.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace fficheck {
namespace {

RC_GTEST_PROP(Wire, FramesComeBackWholeHoweverTheyAreCut, (const std::vector<std::string>& texts)) {
  std::string bytes;
  for (const std::string& text : texts) bytes += frame(WireRequest{text.substr(0, 64), text});
  FrameReader reader;
  std::size_t seen = 0;
  const auto take_all = [&] {
    while (true) {
      Result<std::optional<WireRequest>> request = reader.next_request();
      RC_ASSERT(request.ok());
      if (!request.value()) return;
      RC_ASSERT(request.value()->method == texts[seen].substr(0, 64));
      RC_ASSERT(request.value()->payload == texts[seen]);
      ++seen;
    }
  };
  for (std::size_t at = 0; at < bytes.size();) {
    const auto size = *rc::gen::inRange<std::size_t>(1, 40);
    reader.feed(std::string_view(bytes).substr(at, size));
    at += size;
    take_all();
  }
  RC_ASSERT(seen == texts.size());
  RC_ASSERT(reader.at_boundary());
}

RC_GTEST_PROP(Wire, AnswersComeBack, (std::int32_t code, const std::string& payload)) {
  FrameReader reader;
  reader.feed(frame(WireAnswer{code, payload}));
  Result<std::optional<WireAnswer>> answer = reader.next_answer();
  RC_ASSERT(answer.ok() && answer.value().has_value());
  RC_ASSERT(answer.value()->code == code);
  RC_ASSERT(answer.value()->payload == payload);
}

TEST(Wire, LengthsAreInNetworkByteOrder) {
  EXPECT_EQ(frame(WireRequest{"bulk", "x"}), std::string("\0\0\0\x04"
                                                         "bulk\0\0\0\x01x",
                                                         13));
  EXPECT_EQ(frame(WireAnswer{-2, "ab"}), std::string("\xff\xff\xff\xfe\0\0\0\x02"
                                                     "ab",
                                                     10));
}

TEST(Wire, LengthsBeyondTheLimitsAreRefusedBeforeTheirBytesArrive) {
  FrameReader method;
  method.feed(std::string("\0\0\0\x41", 4));
  EXPECT_FALSE(method.next_request().ok());
  FrameReader payload;
  payload.feed(std::string("\0\0\0\x01m\x04\0\0\x01", 9));
  EXPECT_FALSE(payload.next_request().ok());
  FrameReader answer;
  answer.feed(std::string("\0\0\0\0\xff\xff\xff\xff", 8));
  EXPECT_FALSE(answer.next_answer().ok());
  FrameReader largest;
  largest.feed(std::string("\0\0\0\0\x04\0\0\0", 8));
  EXPECT_TRUE(largest.next_answer().ok());
}

TEST(Wire, APartOfAFrameIsNoBoundary) {
  const std::string whole = frame(WireRequest{"open", "payload"});
  for (std::size_t size = 1; size < whole.size(); ++size) {
    FrameReader reader;
    reader.feed(std::string_view(whole).substr(0, size));
    Result<std::optional<WireRequest>> request = reader.next_request();
    ASSERT_TRUE(request.ok());
    EXPECT_FALSE(request.value());
    EXPECT_FALSE(reader.at_boundary());
  }
}

}  // namespace
}  // namespace fficheck
