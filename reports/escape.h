// Text of unknown origin made safe for each format.
#pragma once

#include <string>
#include <string_view>

namespace fficheck::reports {

/// For text and attributes of HTML and XML: & < > " ' as entities; characters that XML 1.0 does not
/// know, and bytes that are no UTF-8, as U+FFFD.
[[nodiscard]] std::string escape_markup(std::string_view text);
/// A code span of Markdown on one line, also within a table: backticks enough around it.
[[nodiscard]] std::string markdown_code(std::string_view text);
/// A fenced block of Markdown, its fence longer than any within.
[[nodiscard]] std::string markdown_block(std::string_view text, std::string_view language = {});

}  // namespace fficheck::reports
