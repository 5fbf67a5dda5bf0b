// Framing of the worker's wire (docs/worker-protocol.md). Pure: bytes in, frames out; lengths are
// checked before anything is allocated for them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/core/result.h"

namespace fficheck {

inline constexpr std::size_t kMaxWireMethod = 64;          ///< bytes
inline constexpr std::size_t kMaxWirePayload = 64u << 20;  ///< bytes

struct WireRequest {
  std::string method;
  std::string payload;  ///< CBOR
};

struct WireAnswer {
  std::int32_t code = 0;  ///< 0: answered
  std::string payload;    ///< CBOR; error text where the code is not 0
};

/// The bytes of a frame. Precondition: within the limits.
[[nodiscard]] std::string frame(const WireRequest& request);
[[nodiscard]] std::string frame(const WireAnswer& answer);

/// Collects bytes as they arrive, and gives them back as whole frames.
class FrameReader {
 public:
  void feed(std::string_view bytes) { buffer_.append(bytes); }
  /// The next request or answer; absent where it has not arrived whole. An Error where its lengths
  /// are beyond the limits; nothing can be read after that.
  [[nodiscard]] Result<std::optional<WireRequest>> next_request();
  [[nodiscard]] Result<std::optional<WireAnswer>> next_answer();
  /// Whether the wire may end here; false in the midst of a frame.
  [[nodiscard]] bool at_boundary() const { return used_ == buffer_.size(); }

 private:
  [[nodiscard]] std::optional<std::uint32_t> word(std::size_t at) const;
  [[nodiscard]] std::size_t available() const { return buffer_.size() - used_; }
  std::string take(std::size_t at, std::size_t size) const {
    return buffer_.substr(used_ + at, size);
  }
  void advance(std::size_t size);
  std::string buffer_;
  std::size_t used_ = 0;  ///< bytes of the buffer that belong to frames already given back
};

}  // namespace fficheck
