#include "reports/escape.h"

#include <algorithm>
#include <cstddef>

#include "harness/core/utf8.h"

namespace fficheck::reports {
namespace {

/// Whether XML 1.0 knows the character (its production Char).
bool is_xml_char(char32_t c) {
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xD7FF) ||
         (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

/// The longest run of backticks.
std::size_t longest_ticks(std::string_view text) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

}  // namespace

std::string escape_markup(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    char32_t code = 0;
    const std::size_t length = utf8_sequence(text, &code);
    if (length == 0 || !is_xml_char(code)) {
      out += "\xEF\xBF\xBD";
      text.remove_prefix(std::max<std::size_t>(length, 1));
      continue;
    }
    switch (code) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return out;
}

std::string markdown_code(std::string_view text) {
  std::string inner;
  for (const char c : text) {
    if (c == '|')
      inner += "\\|";  // of a table: also within code
    else
      inner += c == '\n' || c == '\r' || c == '\t' ? ' ' : c;
  }
  if (inner.find_first_not_of(' ') == std::string::npos) return "` `";
  const std::string ticks(longest_ticks(inner) + 1, '`');
  const bool padded = inner.front() == '`' || inner.back() == '`' || inner.front() == ' ';
  return ticks + (padded ? " " : "") + inner + (padded ? " " : "") + ticks;
}

std::string markdown_block(std::string_view text, std::string_view language) {
  const std::string fence(std::max<std::size_t>(3, longest_ticks(text) + 1), '`');
  std::string out = fence;
  out += language;
  out += '\n';
  out += text;
  if (!text.empty() && text.back() != '\n') out += '\n';
  return out + fence + "\n";
}

}  // namespace fficheck::reports
