#include <algorithm>
#include <memory>

#include "properties/drive.h"
#include "properties/properties.h"

namespace fficheck {
namespace {

/// A script makes some twenty calls.
constexpr std::uint64_t kCallsInScript = 20;
constexpr std::uint64_t kMostScripts = 50;

class Resources final : public Property {
 public:
  [[nodiscard]] std::string_view name() const override { return "resources"; }
  [[nodiscard]] std::string_view sentence() const override {
    return "Each resource that is made meets its destructor exactly once, when its last owner "
           "drops "
           "it, and whoever holds it until then reaches that resource and no other.";
  }

  [[nodiscard]] Verdict check(const Subject& subject) const override {
    if (!subject.target.has_post_return()) return skip("the target passes no resources");
    const auto& functions = subject.schema.functions();
    const auto first = std::find_if(functions.begin(), functions.end(), [&](const Function& f) {
      return needs_resources(subject.schema, f);
    });
    if (first == functions.end()) return skip("no function needs a resource");
    if (std::optional<Verdict> unready = make_ready(subject)) return *unready;
    const BulkRequest request{
        .schema = subject.index,
        .function = static_cast<std::uint32_t>(first - functions.begin()),
        .law = BulkLaw::Resources,
        .seed = function_seed(subject.seed, 0, BulkLaw::Resources),
        .first = 0,
        .count = std::clamp<std::uint64_t>(subject.values / kCallsInScript, 1, kMostScripts)};
    return run(subject, request);
  }

  [[nodiscard]] Verdict replay(const Subject& subject,
                               const std::vector<Step>& steps) const override {
    if (!subject.target.has_post_return()) return skip("the target passes no resources");
    if (std::optional<Verdict> unready = make_ready(subject)) return *unready;
    Verdict out;
    for (const Step& step : steps) {
      const auto function = find_function(subject.schema, step.function);
      if (!function && step.kind != Step::Kind::Cycle)
        return broken("the schema has no function " + step.function);
      if (step.kind != Step::Kind::Bulk ||
          !needs_resources(subject.schema, subject.schema.functions()[*function]))
        continue;  // a step of another law
      Verdict one = run(subject, {.schema = subject.index,
                                  .function = *function,
                                  .law = BulkLaw::Resources,
                                  .seed = step.seed,
                                  .first = 0,
                                  .count = step.count});
      if (one.outcome != Verdict::Outcome::Pass) return one;
      out.values += one.values;
    }
    return out.values == 0 ? skip("the script compares nothing") : out;
  }

 private:
  /// One verdict for all scripts of the run; a failure names the one script.
  static Verdict run(const Subject& subject, BulkRequest request) {
    const Answer<BulkOutcome> answer = subject.session.bulk(request);
    if (const auto* loss = std::get_if<WorkerLoss>(&answer))
      return fail(loss_line(*loss), {bulk_step(subject, request)});
    const auto& outcome = std::get<BulkOutcome>(answer);
    if (outcome.failed) {
      request.first = *outcome.failed;
      request.count = 1;
      return fail("script #" + std::to_string(*outcome.failed) + ": " + outcome.detail,
                  {bulk_step(subject, request)});
    }
    if (outcome.held != request.count)
      return fail("the worker ran " + std::to_string(outcome.held) + " of " +
                      std::to_string(request.count) + " scripts, and told no failure",
                  {bulk_step(subject, request)});
    Verdict out;
    out.values = outcome.held;
    return out;
  }
};

}  // namespace

std::unique_ptr<Property> resources_property() { return std::make_unique<Resources>(); }

}  // namespace fficheck
