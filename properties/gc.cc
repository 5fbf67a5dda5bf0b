#include <memory>

#include "properties/bulk_property.h"
#include "properties/properties.h"

namespace fficheck {
std::unique_ptr<Property> gc_property() {
  return std::make_unique<BulkProperty>(BulkRules{
      .name = "gc",
      .sentence =
          "Whenever the callee's collector runs, what crosses stays what it is, and what was given "
          "back is not kept.",
      .law = BulkLaw::Gc,
      .applies = [](const Schema&, const Function&) { return true; },
      .nothing = "no function can be called",
      .unfit = [](const Subject& subject) -> std::string_view {
        return subject.target.has_collector() ? "" : "the target's callee has no collector to run";
      },
      // Each value costs dozens of collections.
      .most_values = 4});
}

}  // namespace fficheck
