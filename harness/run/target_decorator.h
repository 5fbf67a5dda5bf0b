// A target in front of another: forwards everything. Derive, and override what shall differ.
#pragma once

#include "harness/run/target.h"

namespace fficheck {

class TargetDecorator : public Target {
 public:
  /// `inner` outlives it.
  explicit TargetDecorator(const Target& inner) : inner_(inner) {}

  [[nodiscard]] std::string_view name() const override { return inner_.name(); }
  [[nodiscard]] std::optional<std::string> unsupported(const Schema& schema,
                                                       const Function& f) const override {
    return inner_.unsupported(schema, f);
  }
  [[nodiscard]] StreamLimits stream_limits() const override { return inner_.stream_limits(); }
  [[nodiscard]] bool has_contexts() const override { return inner_.has_contexts(); }
  [[nodiscard]] bool has_post_return() const override { return inner_.has_post_return(); }
  [[nodiscard]] bool has_collector() const override { return inner_.has_collector(); }
  [[nodiscard]] bool carries_unused_types() const override { return inner_.carries_unused_types(); }
  [[nodiscard]] bool mirrors_imports() const override { return inner_.mirrors_imports(); }
  [[nodiscard]] ScriptSupport script_support(std::string_view leg) const override {
    return inner_.script_support(leg);
  }
  [[nodiscard]] std::vector<std::string> legs() const override { return inner_.legs(); }
  [[nodiscard]] std::vector<std::string> frequent_legs() const override {
    return inner_.frequent_legs();
  }
  [[nodiscard]] Result<void> check_tools() const override { return inner_.check_tools(); }
  [[nodiscard]] FileSet emit(std::span<const BatchEntry> batch) const override {
    return inner_.emit(batch);
  }
  [[nodiscard]] FileSet emit_product(const Schema& schema) const override {
    return inner_.emit_product(schema);
  }
  [[nodiscard]] Result<std::optional<BuildFailure>> build(
      const BuildOptions& options) const override {
    return inner_.build(options);
  }
  [[nodiscard]] Result<std::optional<BuildFailure>> lint(
      const BuildOptions& options) const override {
    return inner_.lint(options);
  }
  [[nodiscard]] Result<std::unique_ptr<Session>> open(
      const BuildOptions& options, std::span<const BatchEntry> batch,
      std::chrono::milliseconds call_limit) const override {
    return inner_.open(options, batch, call_limit);
  }

 protected:
  [[nodiscard]] const Target& inner() const { return inner_; }

 private:
  const Target& inner_;
};

}  // namespace fficheck
