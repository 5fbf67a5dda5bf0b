#include "harness/run/trial.h"

#include "harness/core/witness.h"

namespace fficheck {
namespace {

/// The largest length of at most `most` bytes that does not cut a character.
std::size_t utf8_prefix(const std::string& text, std::size_t most) {
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0u) == 0x80u) --most;
  return most;
}

std::string shorten(std::string text) {
  constexpr std::size_t kMost = 200;
  if (text.size() <= kMost) return text;
  text.resize(utf8_prefix(text, kMost));
  return text + "...";
}

std::string difference(const Schema& schema, TypeId type, const Value& expected,
                       const Value& seen) {
  const auto found = first_difference(schema, type, expected, seen);
  if (!found) return "witnesses differ";
  return "result" + found->path + ": expected " + shorten(found->expected) + ", seen " +
         shorten(found->seen);
}

}  // namespace

Result<void> check_law_fits(const Schema& schema, const Function& function, BulkLaw law) {
  const Role role = schema.role(function);
  const auto needs = [&](bool holds) -> Result<void> {
    if (holds) return {};
    return input_error(std::string(bulk_law_name(law)) + " does not fit " + function.name);
  };
  switch (law) {
    case BulkLaw::Consume: return needs(role == Role::Consume);
    case BulkLaw::Produce: return needs(role == Role::Produce);
    case BulkLaw::Echo: return needs(role == Role::Echo);
    case BulkLaw::Errors:
      return needs(function.result && schema.type(*function.result).kind == Kind::Result);
    case BulkLaw::Repeat:
    case BulkLaw::PostReturn:
    case BulkLaw::Import:
    case BulkLaw::Traps:
    case BulkLaw::Resources:
    case BulkLaw::Gc:
    case BulkLaw::Host:
    case BulkLaw::Call: return {};
  }
  return {};
}

Trial make_trial(const Schema& schema, const Function& function, BulkLaw law, std::uint64_t seed,
                 std::uint64_t index, StreamLimits limits) {
  Trial trial;
  trial.index = index;
  const std::uint64_t own_seed = value_seed(seed, index);
  if (law == BulkLaw::Produce)
    trial.args.push_back(Value::natural(own_seed));
  else
    trial.args = stream_args(schema, function, own_seed, limits);
  trial.witness = witness_args(schema, function, trial.args);
  trial.expected = expected_result(schema, function, trial.args, limits);
  trial.digest = law == BulkLaw::Produce && trial.expected
                     ? witness(schema, *function.result, *trial.expected)
                     : trial.witness;
  if (trial.expected && schema.type(*function.result).kind == Kind::Result)
    trial.errs = trial.expected->as<Choice>().index;
  return trial;
}

std::string judge_answer(const Schema& schema, const Function& function, const Trial& trial,
                         const std::optional<Value>& seen) {
  if (!trial.expected) return seen ? "a result where there is none" : std::string();
  if (!seen) return "no result";
  const TypeId type = *function.result;
  if (witness(schema, type, *trial.expected) == witness(schema, type, *seen)) return {};
  return difference(schema, type, *trial.expected, *seen);
}

}  // namespace fficheck
