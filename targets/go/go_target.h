// The native Go target: a cgo package for each batch over the C library of targets/native.
// docs/target-go.md says how it works.
#pragma once

#include "harness/core/lowering.h"
#include "harness/run/target.h"
#include "targets/native/c_names.h"

namespace fficheck {

class GoTarget final : public Target {
 public:
  [[nodiscard]] std::string_view name() const override { return "go"; }
  [[nodiscard]] std::optional<std::string> unsupported(const Schema& schema,
                                                       const Function& f) const override;
  [[nodiscard]] ScriptSupport script_support(std::string_view leg) const override;
  /// docs/target-go.md has them.
  [[nodiscard]] std::vector<std::string> legs() const override;
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
};

/// The package of one schema as a user checks it in, with its shim and the runtime package, below
/// "go/". `name` as for the C library; `abi` is Native or Nim.
[[nodiscard]] FileSet emit_go_product(const Schema& schema, Abi abi, const LibraryName& name);

}  // namespace fficheck
