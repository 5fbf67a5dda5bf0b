#include <memory>

#include "properties/bulk_property.h"
#include "properties/properties.h"

namespace fficheck {

std::unique_ptr<Property> import_property() {
  return std::make_unique<BulkProperty>(BulkRules{
      .name = "import",
      .sentence =
          "A value that the guest sends to its host arrives, and the host's answer comes back.",
      .law = BulkLaw::Import,
      .applies = [](const Schema&, const Function&) { return true; },
      .nothing = "no function can be called",
      .unfit = [](const Subject& subject) -> std::string_view {
        if (!subject.target.mirrors_imports()) return "the target's callee calls no imports";
        return subject.schema.imports().empty() && subject.schema.resources().empty()
                   ? ""
                   : "the schema has imports or resources of its own";
      }});
}

}  // namespace fficheck
