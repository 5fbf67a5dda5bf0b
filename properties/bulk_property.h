// A law that is a bulk run over every function it applies to.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "properties/drive.h"

namespace fficheck {

/// What tells one bulk law from another.
struct BulkRules {
  std::string_view name;
  std::string_view sentence;
  BulkLaw law = BulkLaw::Echo;
  /// Whether the law says anything about the function (which is_callable).
  bool (*applies)(const Schema&, const Function&) = nullptr;
  std::string_view nothing;  ///< the reason to skip a schema without such a function
  /// Why the law says nothing about a subject at all; empty where it does. Absent: it always does.
  std::string_view (*unfit)(const Subject&) = nullptr;
  /// check() sends no more of a function: for laws whose values are dear.
  std::uint64_t most_values = std::numeric_limits<std::uint64_t>::max();
};

/// check() sends all runs before it reads the first answer. What fails is narrowed down to one
/// value and tried as a single call, which tells path, expected and seen. A worker lost on the way
/// is started again, and the run, then the value, that loses it is looked for.
class BulkProperty : public Property {
 public:
  explicit BulkProperty(BulkRules rules) : rules_(rules) {}
  [[nodiscard]] std::string_view name() const override { return rules_.name; }
  [[nodiscard]] std::string_view sentence() const override { return rules_.sentence; }
  [[nodiscard]] Verdict check(const Subject& subject) const override;
  [[nodiscard]] Verdict replay(const Subject& subject,
                               const std::vector<Step>& steps) const override;

 private:
  [[nodiscard]] std::optional<Verdict> refuse(const Subject& subject) const;
  [[nodiscard]] std::vector<BulkRequest> plan(const Subject& subject) const;
  /// The law under which a saved step of the function runs.
  [[nodiscard]] BulkLaw law_for(const Schema& schema, const Function& function) const;
  [[nodiscard]] unsigned times() const { return rules_.law == BulkLaw::Repeat ? 2 : 1; }
  [[nodiscard]] Verdict explain(const Subject& subject, const BulkRequest& request,
                                const BulkOutcome& outcome, const std::string& problem) const;
  [[nodiscard]] Verdict explain_value(const Subject& subject, const BulkRequest& request,
                                      std::uint64_t index, const std::string& problem) const;
  [[nodiscard]] Verdict explain_stream(const Subject& subject, const BulkRequest& request,
                                       const std::string& problem) const;
  [[nodiscard]] Verdict explain_loss(const Subject& subject, std::span<const BulkRequest> requests,
                                     std::size_t lost, const WorkerLoss& loss) const;
  [[nodiscard]] Verdict narrow_loss(const Subject& subject, BulkRequest request,
                                    WorkerLoss loss) const;
  BulkRules rules_;
};

/// One step of a script on an open context; what is wrong, or absent. `compared` counts values.
[[nodiscard]] std::optional<std::string> run_step(const Subject& subject, const Step& step,
                                                  BulkLaw law, std::uint64_t& compared);

}  // namespace fficheck
