#include "harness/run/failure_text.h"

#include <algorithm>
#include <cctype>

namespace fficheck {
namespace {

/// The first place of `what` at or after `from` that is in no quoted text.
std::size_t find_unquoted(std::string_view text, std::string_view what, std::size_t from) {
  char quote = 0;
  for (std::size_t i = from; i < text.size(); ++i) {
    if (quote != 0) {
      if (text[i] == '\\')
        ++i;
      else if (text[i] == quote)
        quote = 0;
    } else if (text.substr(i).starts_with(what)) {
      return i;
    } else if (text[i] == '"') {
      quote = '"';
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<MessageParts> split_message(std::string_view message) {
  constexpr std::string_view kExpected = ": expected ";
  constexpr std::string_view kSeen = ", seen ";
  const std::size_t expected = find_unquoted(message, kExpected, 0);
  if (expected == std::string_view::npos) return std::nullopt;
  const std::size_t value = expected + kExpected.size();
  std::size_t seen = find_unquoted(message, kSeen, value);
  // A long value is shown as a part of its text, which may hold one quotation mark only.
  if (seen == std::string_view::npos) seen = message.find(kSeen, value);
  if (seen == std::string_view::npos) return std::nullopt;
  return MessageParts{std::string(message.substr(0, expected)),
                      std::string(message.substr(value, seen - value)),
                      std::string(message.substr(seen + kSeen.size()))};
}

std::string shell_word(std::string_view word) {
  const bool plain = std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("/._-+").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain && !word.empty()) return std::string(word);
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace fficheck
