#include <memory>

#include "properties/properties.h"

namespace fficheck {
namespace {

class Compiles final : public Property {
 public:
  [[nodiscard]] std::string_view name() const override { return "compiles"; }
  [[nodiscard]] std::string_view sentence() const override {
    return "Generated code compiles without a warning, is formatted as its language wants it, and "
           "starts.";
  }
  [[nodiscard]] std::vector<std::string_view> stages() const override {
    return {"compile-c",        "compile-c-gcc", "compile-c-clang",
            "compile-cxx",      "compile-go",    "compile-wasm-c",
            "compile-wasm-go",  "link",          "gcc-c",
            "clang-cxx-header", "vet",           "gofmt",
            "clang-format",     "start"};
  }
  [[nodiscard]] Verdict check(const Subject&) const override {
    return {.outcome = Verdict::Outcome::Skip, .message = "judged when the batch is built"};
  }
  [[nodiscard]] Verdict replay(const Subject& subject, const std::vector<Step>&) const override {
    return check(subject);
  }
};

}  // namespace

std::unique_ptr<Property> compiles_property() { return std::make_unique<Compiles>(); }

}  // namespace fficheck
