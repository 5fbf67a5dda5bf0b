#include "reports/columns.h"

#include <string_view>

namespace fficheck::reports {

std::string encode_column(const std::vector<std::optional<std::int64_t>>& column) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::int64_t last = 0;
  for (const auto& number : column) {
    if (!number) {
      out += '!';
      continue;
    }
    const std::int64_t difference = *number - last;
    last = *number;
    std::uint64_t bits = (static_cast<std::uint64_t>(difference) << 1U) ^
                         static_cast<std::uint64_t>(difference >> 63);
    do {
      const std::uint64_t digit = bits & 31U;
      bits >>= 5U;
      out += kDigits[digit | (bits != 0 ? 32U : 0U)];
    } while (bits != 0);
  }
  return out;
}

}  // namespace fficheck::reports
