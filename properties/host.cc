#include <memory>

#include "properties/bulk_property.h"
#include "properties/properties.h"

namespace fficheck {
std::unique_ptr<Property> host_property() {
  return std::make_unique<BulkProperty>(BulkRules{
      .name = "host",
      .sentence =
          "The host lowers and lifts as the reference does, also what a guest may not hand out: "
          "where the ABI says so, that traps.",
      .law = BulkLaw::Host,
      .applies = [](const Schema&, const Function&) { return true; },
      .nothing = "no function can be called",
      .unfit = [](const Subject& subject) -> std::string_view {
        return subject.target.has_post_return() ? "" : "the target's host is its callee's language";
      },
      // Each result that is tampered with costs an instance, and each value two lifts by the
      // reference.
      .most_values = 6});
}

}  // namespace fficheck
