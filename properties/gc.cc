#include <algorithm>
#include <memory>

#include "properties/bulk_property.h"
#include "properties/properties.h"

namespace fficheck {
namespace {

/// Each value costs dozens of collections.
constexpr std::uint64_t kMostValues = 4;

class Gc final : public BulkProperty {
 public:
  using BulkProperty::BulkProperty;
  [[nodiscard]] Verdict check(const Subject& subject) const override {
    return BulkProperty::check({.target = subject.target,
                                .session = subject.session,
                                .schema = subject.schema,
                                .index = subject.index,
                                .seed = subject.seed,
                                .values = std::min(subject.values, kMostValues)});
  }
};

}  // namespace

std::unique_ptr<Property> gc_property() {
  return std::make_unique<Gc>(BulkRules{
      .name = "gc",
      .sentence =
          "Whenever the callee's collector runs, what crosses stays what it is, and what was given "
          "back is not kept.",
      .law = BulkLaw::Gc,
      .applies = [](const Schema&, const Function&) { return true; },
      .nothing = "no function can be called",
      .unfit = [](const Subject& subject) -> std::string_view {
        return subject.target.has_collector() ? "" : "the target's callee has no collector to run";
      }});
}

}  // namespace fficheck
