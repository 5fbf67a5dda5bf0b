// Unicode scalar values and UTF-8, as strings and chars of the Component Model hold them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fficheck {

/// Whether a code is a Unicode scalar value: at most 0x10FFFF and no surrogate.
constexpr bool is_scalar_value(char32_t c) { return c < 0xD800 || (c >= 0xE000 && c <= 0x10FFFF); }

/// Length in bytes of the UTF-8 sequence that starts `text`, 0 where it is none (RFC 3629: no
/// surrogates, no overlong forms); `*code`, if given, is its scalar value. Precondition: not empty.
[[nodiscard]] std::size_t utf8_sequence(std::string_view text, char32_t* code = nullptr);

/// Whether the whole text is valid UTF-8.
[[nodiscard]] bool is_utf8(std::string_view text);

/// Appends a scalar value as UTF-8.
void append_utf8(std::string& out, char32_t code);

}  // namespace fficheck
