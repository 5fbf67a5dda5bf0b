#include <memory>

#include "properties/bulk_property.h"
#include "properties/properties.h"

namespace fficheck {

std::unique_ptr<Property> post_return_property() {
  return std::make_unique<BulkProperty>(BulkRules{
      .name = "post-return",
      .sentence =
          "Each call that returns memory is followed by exactly one post-return, which frees "
          "all that the call allocated.",
      .law = BulkLaw::PostReturn,
      .applies = [](const Schema&, const Function&) { return true; },
      .nothing = "no function can be called",
      .unfit = [](const Subject& subject) -> std::string_view {
        return subject.target.has_post_return() ? "" : "the target's ABI has no post-return";
      }});
}

}  // namespace fficheck
