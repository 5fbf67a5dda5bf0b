#include <memory>

#include "properties/bulk_property.h"
#include "properties/properties.h"

namespace fficheck {
namespace {

class Import final : public BulkProperty {
 public:
  using BulkProperty::BulkProperty;
  [[nodiscard]] Verdict check(const Subject& subject) const override {
    if (!subject.target.mirrors_imports()) return skip("the target's callee calls no imports");
    if (!subject.schema.imports().empty()) return skip("the schema has imports of its own");
    if (!subject.schema.resources().empty()) return skip("the schema has resources");
    return BulkProperty::check(subject);
  }
};

}  // namespace

std::unique_ptr<Property> import_property() {
  return std::make_unique<Import>(BulkRules{
      .name = "import",
      .sentence =
          "A value that the guest sends to its host arrives, and the host's answer comes back.",
      .law = BulkLaw::Import,
      .applies = [](const Schema&, const Function&) { return true; },
      .nothing = "no function can be called"});
}

}  // namespace fficheck
