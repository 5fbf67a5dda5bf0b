// The wasm targets: a guest in C or in Go for each batch, run by embedded wasmtime in the worker
// program fficheck-wasm.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "harness/run/target.h"

namespace fficheck {

/// What tells one guest language from another.
struct GuestLanguage {
  std::string target;  ///< "wasm-c"
  /// As Target::unsupported.
  std::function<std::optional<std::string>(const Schema&, const Function&)> unsupported;
  std::function<FileSet(std::span<const BatchEntry>)> emit;
  std::function<FileSet(const Schema&)> emit_product;
  std::function<Result<void>()> check_tools;
  std::function<Result<std::optional<BuildFailure>>(const BuildOptions&)> build;
  std::function<Result<std::optional<BuildFailure>>(const BuildOptions&)> lint;
  std::function<std::filesystem::path(const std::filesystem::path& dir)> module;
  std::vector<std::string> legs;
  std::vector<std::string> frequent_legs;
  bool has_collector = false;
};
[[nodiscard]] GuestLanguage guest_in_c();
[[nodiscard]] GuestLanguage guest_in_go();

class WasmTarget final : public Target {
 public:
  /// `worker`: the program fficheck-wasm; empty: beside the running program or in the directory
  /// above it.
  explicit WasmTarget(GuestLanguage language, std::filesystem::path worker = {});

  [[nodiscard]] std::string_view name() const override { return language_.target; }
  [[nodiscard]] std::optional<std::string> unsupported(const Schema& schema,
                                                       const Function& f) const override;
  /// The Component Model may not be able to express them.
  [[nodiscard]] bool carries_unused_types() const override { return false; }
  [[nodiscard]] bool has_contexts() const override { return false; }
  [[nodiscard]] bool has_post_return() const override { return true; }
  [[nodiscard]] bool has_collector() const override { return language_.has_collector; }
  [[nodiscard]] bool mirrors_imports() const override { return true; }
  [[nodiscard]] std::vector<std::string> legs() const override { return language_.legs; }
  [[nodiscard]] std::vector<std::string> frequent_legs() const override {
    return language_.frequent_legs;
  }
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
  GuestLanguage language_;
  std::filesystem::path worker_;
};

}  // namespace fficheck
