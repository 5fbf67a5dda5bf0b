// A law that is tried by completion scripts: docs/completion.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "harness/core/completion_model.h"
#include "properties/drive.h"
#include "properties/script_source.h"

namespace fficheck {

/// What tells one such law from another.
struct ScriptRules {
  std::string_view name;
  std::string_view sentence;
  void (ScriptWriter::*write)(const ScriptSize&) = nullptr;
  std::uint32_t scripts = 1;  ///< for each schema
  /// Why the law says nothing about a subject; empty where it does. May be absent.
  std::string_view (*unfit)(const Subject&, const ScriptParts&) = nullptr;
  /// Whether the counters must return to their baseline.
  bool counts = false;
};

class ScriptProperty final : public Property {
 public:
  explicit ScriptProperty(ScriptRules rules) : rules_(rules) {}
  [[nodiscard]] std::string_view name() const override { return rules_.name; }
  [[nodiscard]] std::string_view sentence() const override { return rules_.sentence; }
  [[nodiscard]] Verdict check(const Subject& subject) const override;
  [[nodiscard]] Verdict replay(const Subject& subject,
                               const std::vector<Step>& steps) const override;

 private:
  [[nodiscard]] std::optional<Verdict> refuse(const Subject& subject) const;
  [[nodiscard]] Verdict run(const Subject& subject,
                            const std::vector<std::vector<Step>>& scripts) const;
  [[nodiscard]] Verdict run_all(const Subject& subject,
                                const std::vector<std::vector<Step>>& scripts) const;
  [[nodiscard]] std::optional<Verdict> drift(const Subject& subject,
                                             const std::vector<std::vector<Step>>& scripts) const;
  ScriptRules rules_;
};

/// What of scripts the subject's target can run.
[[nodiscard]] ModelLimits model_limits(const Target& target, std::string_view leg = "plain");

}  // namespace fficheck
