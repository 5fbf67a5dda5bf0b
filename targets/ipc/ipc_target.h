// A generated library in a server process, called by generated clients over the wire.
// docs/target-ipc.md says how it works.
#pragma once

#include "harness/run/target.h"

namespace fficheck {

class IpcTarget final : public Target {
 public:
  [[nodiscard]] std::string_view name() const override { return "ipc"; }
  [[nodiscard]] std::optional<std::string> unsupported(const Schema& schema,
                                                       const Function& f) const override;
  /// "tcp" (in place of a Unix socket), "race" (the client in Go), "cpp" (the client in C++).
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

}  // namespace fficheck
