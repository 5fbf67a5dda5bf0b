#include <memory>

#include "properties/bulk_property.h"
#include "properties/properties.h"

namespace fficheck {

std::unique_ptr<Property> repeat_property() {
  return std::make_unique<BulkProperty>(BulkRules{
      .name = "repeat",
      .sentence =
          "The same object sent twice gets the same answer, and is the caller's own unchanged.",
      .law = BulkLaw::Repeat,
      // The one argument of produce* is a number, which has no storage to spoil.
      .applies =
          [](const Schema& schema, const Function& f) {
            return !f.params.empty() && schema.role(f) != Role::Produce;
          },
      .nothing = "no function has arguments"});
}

}  // namespace fficheck
