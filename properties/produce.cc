#include <memory>

#include "properties/bulk_property.h"
#include "properties/properties.h"

namespace fficheck {

std::unique_ptr<Property> produce_property() {
  return std::make_unique<BulkProperty>(
      BulkRules{.name = "produce",
                .sentence = "The caller holds the value that the callee made.",
                .law = BulkLaw::Produce,
                .applies = [](const Schema& schema,
                              const Function& f) { return schema.role(f) == Role::Produce; },
                .nothing = "no function produce*"});
}

}  // namespace fficheck
