// What a reader wants to know first: whether anything failed, and what got slower.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reports/model.h"

namespace fficheck::reports {

/// A night in one line each: something that somebody should look at.
struct Attention {
  enum class Kind : std::uint8_t { Bad, Warning, Good };
  Kind kind = Kind::Bad;
  std::string section;     ///< of the page: "failures", "speed", "faults", "verdicts"
  std::string subject;     ///< "go consume", "go/none/-/sync"
  std::string text;        ///< "seeded fault not noticed", "5.2 % slower (4.6 % to 5.8 %)"
  std::uint64_t more = 0;  ///< how many others like it are left out
};

struct Summary {
  enum class Outcome : std::uint8_t {
    Held,        ///< everything that was run held
    Failed,      ///< a law failed, a fault survived, something got slower
    Incomplete,  ///< something was broken, interrupted or killed
    Nothing      ///< nothing was compared
  };
  Outcome outcome = Outcome::Nothing;
  std::string headline;  ///< "2 laws failed. 1 benchmark got slower."
  std::uint64_t pass = 0;
  std::uint64_t fail = 0;
  std::uint64_t broken = 0;
  std::uint64_t schemas = 0;
  std::uint64_t values = 0;
  std::vector<Attention> attention;  ///< the worst first
};

[[nodiscard]] Summary summarize(const Report& report);

[[nodiscard]] std::string_view outcome_word(Summary::Outcome outcome);  ///< "held"

/// "1 failure", "1,234 failures".
[[nodiscard]] std::string counted(std::uint64_t number, const std::string& one,
                                  const std::string& many = {});
/// 1234567 as "1,234,567".
[[nodiscard]] std::string grouped(std::uint64_t number);
/// 0.0523 as "5.2 %"; without a sign.
[[nodiscard]] std::string percent(double fraction);
/// "5.2 % slower (4.6 % to 5.8 %)", of logarithms.
[[nodiscard]] std::string change_text(const Compared& compared);

}  // namespace fficheck::reports
