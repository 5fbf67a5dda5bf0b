#include <memory>

#include "properties/bulk_property.h"
#include "properties/properties.h"

namespace fficheck {

std::unique_ptr<Property> consume_property() {
  return std::make_unique<BulkProperty>(
      BulkRules{.name = "consume",
                .sentence = "The callee holds the arguments that the caller sent.",
                .law = BulkLaw::Consume,
                .applies = [](const Schema& schema,
                              const Function& f) { return schema.role(f) == Role::Consume; },
                .nothing = "no function consume*"});
}

}  // namespace fficheck
