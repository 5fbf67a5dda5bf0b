// Transcoding between UTF-8 and the encodings of guest memories. Strict: overlong forms, surrogates
// and cut sequences are refused.
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
void append_utf8(std::string* out, char32_t c);

[[nodiscard]] bool valid_utf8(std::string_view text);
/// Little-endian code units of valid UTF-8.
[[nodiscard]] std::vector<std::uint8_t> to_utf16(std::string_view utf8);
/// Absent where a surrogate stands alone. `bytes` has an even length.
[[nodiscard]] std::optional<std::string> from_utf16(std::span<const std::uint8_t> bytes);
[[nodiscard]] std::string from_latin1(std::span<const std::uint8_t> bytes);

}  // namespace fficheck
