#include <memory>

#include "properties/properties.h"

namespace fficheck {
namespace {

class Layout final : public Property {
 public:
  [[nodiscard]] std::string_view name() const override { return "layout"; }
  [[nodiscard]] std::string_view sentence() const override {
    return "Every size, alignment and offset in generated code is the reference's.";
  }
  [[nodiscard]] std::vector<std::string_view> stages() const override {
    return {"layout-c", "layout-go", "layout-wasm-c", "layout-wasm-go"};
  }
  [[nodiscard]] Verdict check(const Subject&) const override {
    return {.outcome = Verdict::Outcome::Skip, .message = "judged when the batch is built"};
  }
  [[nodiscard]] Verdict replay(const Subject& subject, const std::vector<Step>&) const override {
    return check(subject);
  }
};

}  // namespace

std::unique_ptr<Property> layout_property() { return std::make_unique<Layout>(); }

}  // namespace fficheck
