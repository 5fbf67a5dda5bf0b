#include <memory>

#include "properties/bulk_property.h"
#include "properties/properties.h"

namespace fficheck {

std::unique_ptr<Property> echo_property() {
  return std::make_unique<BulkProperty>(
      BulkRules{.name = "echo",
                .sentence = "A value that goes there and back is the value that was sent.",
                .law = BulkLaw::Echo,
                .applies = [](const Schema& schema,
                              const Function& f) { return schema.role(f) == Role::Echo; },
                .nothing = "no function echo*"});
}

}  // namespace fficheck
