#include <memory>

#include "properties/bulk_property.h"
#include "properties/properties.h"

namespace fficheck {
std::unique_ptr<Property> traps_property() {
  return std::make_unique<BulkProperty>(BulkRules{
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
      },
      // Each trap costs an instance.
      .most_values = 6});
}

}  // namespace fficheck
