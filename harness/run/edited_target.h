// A target whose generated files a user's command changes before they are built.
#pragma once

#include <string>
#include <utility>

#include "harness/run/target_decorator.h"

namespace fficheck {

/// Runs a command in the directory of a batch's generated files before each build of them, those of
/// bisection and shrinking too. The slower checks (formats, vet) are left out: what a user writes
/// by hand need not pass them.
class EditedTarget final : public TargetDecorator {
 public:
  /// `inner` outlives it; `command` is for /bin/sh, with FFICHECK_TARGET in its environment.
  EditedTarget(const Target& inner, std::string command)
      : TargetDecorator(inner), command_(std::move(command)) {}

  /// An Input error where the command fails.
  [[nodiscard]] Result<std::optional<BuildFailure>> build(
      const BuildOptions& options) const override;
  [[nodiscard]] Result<std::optional<BuildFailure>> lint(const BuildOptions&) const override {
    return std::optional<BuildFailure>();
  }
  [[nodiscard]] const Target& sound() const override { return inner().sound(); }

 private:
  std::string command_;
};

}  // namespace fficheck
