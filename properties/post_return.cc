#include <memory>

#include "properties/bulk_property.h"
#include "properties/properties.h"

namespace fficheck {
namespace {

class PostReturn final : public BulkProperty {
 public:
  using BulkProperty::BulkProperty;
  [[nodiscard]] Verdict check(const Subject& subject) const override {
    if (!subject.target.has_post_return()) return skip("the target's ABI has no post-return");
    return BulkProperty::check(subject);
  }
};

}  // namespace

std::unique_ptr<Property> post_return_property() {
  return std::make_unique<PostReturn>(BulkRules{
      .name = "post-return",
      .sentence =
          "Each call that returns memory is followed by exactly one post-return, which frees "
          "all that the call allocated.",
      .law = BulkLaw::PostReturn,
      .applies = [](const Schema&, const Function&) { return true; },
      .nothing = "no function can be called"});
}

}  // namespace fficheck
