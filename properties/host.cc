#include <algorithm>
#include <memory>

#include "properties/bulk_property.h"
#include "properties/properties.h"

namespace fficheck {
namespace {

/// Each result that is tampered with costs an instance, and each value two lifts by the reference.
constexpr std::uint64_t kMostValues = 6;

class HostLaw final : public BulkProperty {
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

std::unique_ptr<Property> host_property() {
  return std::make_unique<HostLaw>(BulkRules{
      .name = "host",
      .sentence =
          "The host lowers and lifts as the reference does, also what a guest may not hand out: "
          "where the ABI says so, that traps.",
      .law = BulkLaw::Host,
      .applies = [](const Schema&, const Function&) { return true; },
      .nothing = "no function can be called",
      .unfit = [](const Subject& subject) -> std::string_view {
        return subject.target.has_post_return() ? "" : "the target's host is its callee's language";
      }});
}

}  // namespace fficheck
