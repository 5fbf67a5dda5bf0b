// The control target: the harness itself calls the generated C library, through libffi. It shows
// that the library is right before a binding to it is judged.
#pragma once

#include <filesystem>
#include <string>

#include "harness/core/lowering.h"
#include "harness/run/target.h"

namespace fficheck {

class ControlTarget final : public Target {
 public:
  /// `abi`: Native (the target is named "control") or Nim ("control-nim"). `worker`: the program
  /// fficheck-control; empty: beside the running program or in the directory above it.
  explicit ControlTarget(Abi abi, std::filesystem::path worker = {});

  [[nodiscard]] std::string_view name() const override;
  /// Not in the nim dialect: a type that it has no form for has no layout either.
  [[nodiscard]] bool carries_unused_types() const override { return abi_ == Abi::Native; }
  [[nodiscard]] std::optional<std::string> unsupported(const Schema& schema,
                                                       const Function& f) const override;
  [[nodiscard]] StreamLimits stream_limits() const override;
  [[nodiscard]] ScriptSupport script_support(std::string_view leg) const override;
  [[nodiscard]] std::vector<std::string> legs() const override { return {"O2"}; }
  [[nodiscard]] Result<void> check_tools() const override;
  [[nodiscard]] FileSet emit(std::span<const BatchEntry> batch) const override;
  [[nodiscard]] FileSet emit_product(const Schema& schema) const override;
  [[nodiscard]] Result<std::optional<BuildFailure>> build(
      const BuildOptions& options) const override;
  [[nodiscard]] Result<std::optional<BuildFailure>> lint(
      const BuildOptions& options) const override;
  [[nodiscard]] Result<std::unique_ptr<Session>> open(
      const BuildOptions& options, std::span<const BatchEntry> batch,
      std::chrono::milliseconds call_limit) const override;

 private:
  Abi abi_;
  std::filesystem::path worker_;
};

}  // namespace fficheck
