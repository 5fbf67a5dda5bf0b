// Names: WIT's grammar of identifiers, words of a kebab name, and scopes that keep names apart.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/core/result.h"

namespace fficheck {

/// Whether `name` is a WIT label: words of [a-z0-9]+ or [A-Z0-9]+, joined by single dashes, the
/// first starting with a letter, at most kMaxNameLength (text.h) bytes. All names of a Schema are;
/// so no quote, newline, comment end or path separator reaches generated code.
[[nodiscard]] bool is_wit_label(std::string_view name);
/// Whether WIT needs `%` before the name because it is a keyword.
[[nodiscard]] bool is_wit_keyword(std::string_view name);

/// Untrusted text as a message may show it: in backticks, at most 64 bytes, without anything but
/// printable ASCII.
[[nodiscard]] std::string shown(std::string_view text);

/// "delay-MS2" -> {"delay", "MS2"}.
[[nodiscard]] std::vector<std::string> words(std::string_view name);
[[nodiscard]] std::string snake_case(std::string_view name);        ///< delay_ms2
[[nodiscard]] std::string upper_snake_case(std::string_view name);  ///< DELAY_MS2
[[nodiscard]] std::string pascal_case(std::string_view name);       ///< DelayMs2
[[nodiscard]] std::string camel_case(std::string_view name);        ///< delayMs2

/// One scope of a target language: claims identifiers so that no two are equal and none is
/// reserved. Deterministic: the same claims in the same order give the same names.
class NameScope {
 public:
  /// `reserved`: keywords, predeclared names, macros and whatever else the generated code uses.
  explicit NameScope(std::span<const std::string_view> reserved);
  /// `wanted` where it is free, else `wanted` with "_", "_2", "_3", ... appended.
  std::string claim(std::string wanted);
  /// Marks a name as taken, whether or not it was.
  void reserve(std::string name);

 private:
  std::set<std::string, std::less<>> taken_;
};

}  // namespace fficheck
