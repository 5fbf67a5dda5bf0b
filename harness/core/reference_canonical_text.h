// Inside the canonical reference: strings as code points, and their encodings, each way naively.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace fficheck::reference_detail {

using CodePoints = std::vector<std::uint32_t>;
using Bytes = std::vector<std::uint8_t>;

enum class Encoding : std::uint8_t { Utf8, Utf16Le, Latin1 };

/// Precondition: the encoding has every code point.
[[nodiscard]] Bytes encode(const CodePoints& text, Encoding encoding);
/// Absent where the bytes are no such text.
[[nodiscard]] std::optional<CodePoints> decode(std::span<const std::uint8_t> bytes,
                                               Encoding encoding);

[[nodiscard]] CodePoints code_points(const std::string& utf8);
[[nodiscard]] std::string utf8_of(const CodePoints& text);

}  // namespace fficheck::reference_detail
