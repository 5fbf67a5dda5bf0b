#include "harness/run/wire.h"

namespace fficheck {
namespace {

void append_word(std::string& out, std::uint32_t word) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((word >> shift) & 0xff);
}

Error beyond(const char* what, std::uint32_t length, std::size_t limit) {
  return environment_error(std::string("the wire carries a ") + what + " of " +
                           std::to_string(length) + " bytes, the limit is " +
                           std::to_string(limit));
}

}  // namespace

std::string frame(const WireRequest& request) {
  std::string out;
  out.reserve(8 + request.method.size() + request.payload.size());
  append_word(out, static_cast<std::uint32_t>(request.method.size()));
  out += request.method;
  append_word(out, static_cast<std::uint32_t>(request.payload.size()));
  out += request.payload;
  return out;
}

std::string frame(const WireAnswer& answer) {
  std::string out;
  out.reserve(8 + answer.payload.size());
  append_word(out, static_cast<std::uint32_t>(answer.code));
  append_word(out, static_cast<std::uint32_t>(answer.payload.size()));
  out += answer.payload;
  return out;
}

std::optional<std::uint32_t> FrameReader::word(std::size_t at) const {
  if (available() < at + 4) return std::nullopt;
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    out = out << 8 | static_cast<unsigned char>(buffer_[used_ + at + i]);
  }
  return out;
}

void FrameReader::advance(std::size_t size) {
  used_ += size;
  if (used_ == buffer_.size()) {
    buffer_.clear();
    used_ = 0;
  } else if (used_ > 1u << 20) {
    buffer_.erase(0, used_);
    used_ = 0;
  }
}

Result<std::optional<WireRequest>> FrameReader::next_request() {
  const std::optional<std::uint32_t> method = word(0);
  if (!method) return std::optional<WireRequest>();
  if (*method > kMaxWireMethod) return beyond("method", *method, kMaxWireMethod);
  const std::optional<std::uint32_t> payload = word(4 + *method);
  if (!payload) return std::optional<WireRequest>();
  if (*payload > kMaxWirePayload) return beyond("payload", *payload, kMaxWirePayload);
  const std::size_t whole = 8 + std::size_t{*method} + *payload;
  if (available() < whole) return std::optional<WireRequest>();
  WireRequest out{take(4, *method), take(8 + *method, *payload)};
  advance(whole);
  return std::optional(std::move(out));
}

Result<std::optional<WireAnswer>> FrameReader::next_answer() {
  const std::optional<std::uint32_t> code = word(0);
  const std::optional<std::uint32_t> payload = word(4);
  if (!payload) return std::optional<WireAnswer>();
  if (*payload > kMaxWirePayload) return beyond("payload", *payload, kMaxWirePayload);
  const std::size_t whole = 8 + std::size_t{*payload};
  if (available() < whole) return std::optional<WireAnswer>();
  WireAnswer out{static_cast<std::int32_t>(*code), take(8, *payload)};
  advance(whole);
  return std::optional(std::move(out));
}

}  // namespace fficheck
