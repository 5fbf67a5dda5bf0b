#include <memory>

#include "properties/bulk_property.h"
#include "properties/properties.h"

namespace fficheck {

std::unique_ptr<Property> call_property() {
  return std::make_unique<BulkProperty>(BulkRules{
      .name = "call",
      .sentence = "Arguments and result of any function arrive, whatever its signature.",
      .law = BulkLaw::Call,
      .applies =
          [](const Schema& schema, const Function& f) {
            return schema.role(f) == Role::Call && (f.result || !f.params.empty());
          },
      .nothing = "no function but consume*, produce* and echo* has an argument or a result"});
}

}  // namespace fficheck
