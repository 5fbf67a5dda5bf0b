// What a failure's line says, taken apart for those who show it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fficheck {

/// "WHERE: expected EXPECTED, seen SEEN", as the laws write it (properties/drive.h).
struct MessageParts {
  std::string where;  ///< function and path in the value
  std::string expected;
  std::string seen;
};

/// Absent where the message has another form. Quoted texts within it are passed over.
[[nodiscard]] std::optional<MessageParts> split_message(std::string_view message);

/// A word as a POSIX shell takes it, in quotes only where it needs them.
[[nodiscard]] std::string shell_word(std::string_view word);

}  // namespace fficheck
