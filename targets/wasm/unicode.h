// Transcoding between UTF-8 (harness/core/utf8.h) and the wide encodings of guest memories.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fficheck {

/// Decodes one scalar value of valid UTF-8 at `*i`, and moves `*i` behind it.
char32_t next_scalar(std::string_view utf8, std::size_t* i);
/// Little-endian code units of valid UTF-8.
[[nodiscard]] std::vector<std::uint8_t> to_utf16(std::string_view utf8);
/// Absent where a surrogate stands alone. `bytes` has an even length.
[[nodiscard]] std::optional<std::string> from_utf16(std::span<const std::uint8_t> bytes);
[[nodiscard]] std::string from_latin1(std::span<const std::uint8_t> bytes);

}  // namespace fficheck
