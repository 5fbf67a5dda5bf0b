// The laws that completion scripts try.
#include <memory>

#include "properties/properties.h"
#include "properties/script_property.h"

namespace fficheck {
namespace {

std::string_view needs_hosts(const Subject& /*subject*/, const ScriptParts& parts) {
  return parts.hosts.empty() ? "the schema has no host functions" : "";
}

std::string_view needs_panic(const Subject& subject, const ScriptParts& parts) {
  if (!subject.target.script_support(subject.leg).panic)
    return "a host function of this target has no way to panic";
  return needs_hosts(subject, parts);
}

}  // namespace

std::unique_ptr<Property> completion_property() {
  return std::make_unique<ScriptProperty>(ScriptRules{
      .name = "completion",
      .sentence = "Every accepted call ends exactly once, with its own answer or an error, and "
                  "answers that nobody waits for are dropped without harm.",
      .write = &ScriptWriter::completion,
      .scripts = 2});
}

std::unique_ptr<Property> non_blocking_property() {
  return std::make_unique<ScriptProperty>(ScriptRules{
      .name = "non-blocking",
      .sentence = "While a host function waits or calls the library again, other calls on the same "
                  "context make progress.",
      .write = &ScriptWriter::non_blocking,
      .unfit = needs_hosts});
}

std::unique_ptr<Property> concurrency_property() {
  return std::make_unique<ScriptProperty>(ScriptRules{
      .name = "concurrency",
      .sentence =
          "However many callers share however many contexts, each call gets its own answer, "
          "whatever the schedule.",
      .write = &ScriptWriter::concurrency});
}

std::unique_ptr<Property> panic_property() {
  return std::make_unique<ScriptProperty>(ScriptRules{
      .name = "panic",
      .sentence = "A panic in a host function is an error of the call that asked, and nothing else "
                  "is hurt.",
      .write = &ScriptWriter::panic,
      .unfit = needs_panic});
}

std::unique_ptr<Property> teardown_property() {
  return std::make_unique<ScriptProperty>(ScriptRules{
      .name = "teardown",
      .sentence =
          "Destroying a context ends everything in flight on it once, with an error; nothing "
          "of it runs or is left afterwards, and nothing of it reaches another context.",
      .write = &ScriptWriter::teardown,
      .counts = true});
}

std::unique_ptr<Property> lifetime_property() {
  return std::make_unique<ScriptProperty>(ScriptRules{
      .name = "lifetime",
      .sentence = "Arguments may be freed as soon as a call is accepted, and a result outlives the "
                  "callback that brought it.",
      .write = &ScriptWriter::lifetime});
}

}  // namespace fficheck
