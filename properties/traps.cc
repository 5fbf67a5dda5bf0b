#include <algorithm>
#include <memory>

#include "properties/bulk_property.h"
#include "properties/properties.h"

namespace fficheck {
namespace {

/// Each trap costs an instance.
constexpr std::uint64_t kMostValues = 6;

class Traps final : public BulkProperty {
 public:
  using BulkProperty::BulkProperty;
  [[nodiscard]] Verdict check(const Subject& subject) const override {
    return BulkProperty::check({.target = subject.target,
                                .session = subject.session,
                                .schema = subject.schema,
                                .index = subject.index,
                                .seed = subject.seed,
                                .values = std::min(subject.values, kMostValues)});
  }
};

}  // namespace

std::unique_ptr<Property> traps_property() {
  return std::make_unique<Traps>(BulkRules{
      .name = "traps",
      .sentence =
          "A host that breaks the ABI's rules gets a trap where they say so and the right answer "
          "where lifting ignores it, and never corrupts the guest.",
      .law = BulkLaw::Traps,
      .applies = [](const Schema&, const Function&) { return true; },
      .nothing = "no function can be called",
      // What a host may break is defined by the ABI that has post-return, the canonical one.
      .unfit = [](const Subject& subject) -> std::string_view {
        return subject.target.has_post_return() ? "" : "the target's ABI does not define traps";
      }});
}

}  // namespace fficheck
