#include <algorithm>
#include <memory>

#include "properties/bulk_property.h"
#include "properties/properties.h"

namespace fficheck {
namespace {

/// What the library says of a destroyed context (docs/abi-native.md, "Calls").
constexpr std::string_view kDestroyed = "context destroyed";

/// Whether the function's result is a WIT result.
bool may_err(const Schema& schema, const Function& f) {
  return f.result && schema.type(*f.result).kind == Kind::Result;
}

/// Calls after close; what is wrong with the library's refusal. The context is open again
/// afterwards, unless a problem is told.
std::optional<std::string> refused_after_close(const Subject& subject, std::uint32_t function,
                                               const std::vector<Value>& args) {
  const Answer<CallOutcome> closed = subject.session.close(subject.index);
  if (const auto* loss = std::get_if<WorkerLoss>(&closed)) {
    return "destroying the context: " + loss_line(*loss);
  }
  if (const auto& outcome = std::get<CallOutcome>(closed);
      outcome.status == CallOutcome::Status::Failure) {
    return "destroying the context: " + outcome.text;
  }
  const Answer<CallOutcome> called = subject.session.call(subject.index, function, args, 1);
  if (const auto* loss = std::get_if<WorkerLoss>(&called)) {
    return "called after destroy: " + loss_line(*loss);
  }
  const auto& outcome = std::get<CallOutcome>(called);
  if (outcome.status == CallOutcome::Status::Ok) {
    return "called after destroy: expected the error \"" + std::string(kDestroyed) +
           "\", seen success";
  }
  if (outcome.text != kDestroyed) {
    return "called after destroy: error text: expected \"" + std::string(kDestroyed) +
           "\", seen \"" + outcome.text + "\"";
  }
  const std::optional<Verdict> unready = make_ready(subject);
  return unready ? std::optional("after destroy: " + unready->message) : std::nullopt;
}

class Errors final : public Property {
 public:
  [[nodiscard]] std::string_view name() const override { return declared_.name(); }
  [[nodiscard]] std::string_view sentence() const override { return declared_.sentence(); }

  [[nodiscard]] Verdict check(const Subject& subject) const override {
    Verdict out = declared_.check(subject);
    if (out.outcome == Verdict::Outcome::Fail || out.outcome == Verdict::Outcome::Broken)
      return out;
    if (!subject.target.has_contexts()) return out;
    // Of the functions any will do; the seed chooses.
    std::vector<std::uint32_t> callable;
    for (std::uint32_t i = 0; i < subject.schema.functions().size(); ++i) {
      if (is_callable(subject.schema, subject.schema.functions()[i])) callable.push_back(i);
    }
    if (callable.empty()) return skip("no function can be called");
    const std::uint32_t function = callable[subject.seed % callable.size()];
    std::vector<Value> args =
        bulk_args(subject, {.function = function, .law = BulkLaw::Errors, .seed = subject.seed}, 0);
    if (std::optional<Verdict> unready = make_ready(subject)) return *unready;
    if (const auto problem = refused_after_close(subject, function, args)) {
      const Function& f = subject.schema.functions()[function];
      return fail(f.name + ": " + *problem, {call_step(f, std::move(args), 1)});
    }
    return {.values = out.values + 1, .errs = out.errs};
  }

  /// Every call of the script is made on an open context, and once more on a destroyed one.
  [[nodiscard]] Verdict replay(const Subject& subject,
                               const std::vector<Step>& steps) const override {
    Verdict out = declared_.replay(subject, steps);
    if (out.outcome == Verdict::Outcome::Fail || out.outcome == Verdict::Outcome::Broken)
      return out;
    if (!subject.target.has_contexts()) return out;
    for (const Step& step : steps) {
      if (step.kind != Step::Kind::Call) continue;
      const std::uint32_t function = *find_function(subject.schema, step.function);
      if (std::optional<Verdict> unready = make_ready(subject)) return *unready;
      if (const auto problem = refused_after_close(subject, function, step.args)) {
        return fail(step.function + ": " + *problem, steps);
      }
      out.outcome = Verdict::Outcome::Pass;
      ++out.values;
    }
    return out;
  }

 private:
  BulkProperty declared_{BulkRules{
      .name = "errors",
      .sentence = "A declared err arrives as an error with its value, and the library's own error "
                  "with its text.",
      .law = BulkLaw::Errors,
      .applies = may_err,
      .nothing = "no function has a result that may be an err"}};
};

}  // namespace

std::unique_ptr<Property> errors_property() { return std::make_unique<Errors>(); }

}  // namespace fficheck
