// Names of generated schemas: plain ones, and ones that hurt generated code.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "generators/draw.h"

namespace fficheck {

/// Whether a name is one that hostile schemas draw: a keyword, macro, local of generated code, ...
[[nodiscard]] bool is_hostile(std::string_view name);

/// Names of one schema. Each scope gives names that are WIT labels and distinct without regard to
/// case and dashes.
class Names {
 public:
  Names(Draw& draw, bool hostile);

  class Scope {
   public:
    /// A name for the thing at that position: `plain` with a number, or a hostile one.
    std::string next(const std::string& plain);
    /// `prefix` and perhaps more, for functions whose role is in their name.
    std::string with_prefix(const std::string& prefix, std::size_t number);
    /// This name, with a number appended where it is taken.
    std::string claim(const std::string& name);

   private:
    friend class Names;
    explicit Scope(Names& names) : names_(names) {}
    Names& names_;
    std::set<std::string, std::less<>> taken_;
    std::vector<std::string> family_;  ///< names that belong together, still to be given
  };
  [[nodiscard]] Scope scope() { return Scope(*this); }

 private:
  [[nodiscard]] std::string hostile_name(std::vector<std::string>& family);

  Draw& draw_;
  bool hostile_;
};

}  // namespace fficheck
