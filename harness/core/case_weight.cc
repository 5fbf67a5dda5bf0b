#include <algorithm>
#include <bit>

#include "harness/core/case.h"
#include "harness/core/completion.h"

namespace fficheck {
namespace {

constexpr std::uint64_t kScriptBits = 38;

std::uint64_t saturated(std::uint64_t x, unsigned bits) {
  return std::min(x, (std::uint64_t{1} << bits) - 1);
}

/// What one use of a type costs a reader: the plainer the kind, the less.
std::uint64_t use_weight(const Schema& schema, std::optional<TypeId> id) {
  if (!id) return 0;
  switch (schema.type(*id).kind) {
    case Kind::Bool: return 1;
    case Kind::U8: return 2;
    case Kind::S8: return 3;
    case Kind::U16: return 4;
    case Kind::S16: return 5;
    case Kind::U32: return 6;
    case Kind::S32: return 7;
    case Kind::U64: return 8;
    case Kind::S64: return 9;
    case Kind::F32: return 10;
    case Kind::F64: return 11;
    case Kind::Char: return 12;
    case Kind::String: return 13;
    case Kind::List:
    case Kind::Option:
    case Kind::Result:
    case Kind::Tuple:
    case Kind::Record:
    case Kind::Variant:
    case Kind::Enum:
    case Kind::Flags:
    case Kind::Own:
    case Kind::Borrow: return 15;
  }
  return 0;
}

std::uint64_t schema_weight(const Schema& schema) {
  std::uint64_t sum = 0;
  for (const Type& type : schema.types()) {
    const bool scalar = type.parts.empty() && !is_named(type.kind);
    sum += (scalar ? 1 : 32) + type.name.size();
    for (const Part& part : type.parts) {
      sum += 16 + part.name.size() + use_weight(schema, part.type);
    }
  }
  for (const Resource& resource : schema.resources()) sum += 32 + resource.name.size();
  for (const auto* functions : {&schema.functions(), &schema.imports()}) {
    for (const Function& f : *functions) {
      sum += 64 + f.name.size() + (f.result ? 16 + use_weight(schema, f.result) : 0);
      for (const Param& param : f.params) {
        sum += 16 + param.name.size() + use_weight(schema, param.type);
      }
    }
  }
  return saturated(sum, 64 - kScriptBits);
}

/// value_weight puts leaves, bytes and magnitude side by side; here they are added, a leaf counting
/// more than the magnitude of any scalar, so that the sum over a script's values saturates late.
std::uint64_t summed(std::uint64_t weight) {
  const std::uint64_t leaves = weight >> 44;
  const std::uint64_t bytes = (weight >> 22) & 0x3FFFFF;
  const std::uint64_t magnitude = weight & 0x3FFFFF;
  return leaves * 20480 + bytes * 3 + magnitude;
}

/// Calls weigh more than steps, contexts more than calls, and a plan by what it asks for.
std::uint64_t action_weight(const Step& step) {
  const Action& a = step.action;
  std::uint64_t sum = std::uint64_t{1} << 18;
  const std::uint64_t calls = std::uint64_t{a.callers} * a.calls;
  if (a.act == Act::Start)
    sum +=
        saturated(calls, 20) * 64 + saturated(a.callers, 17) * 16 + std::uint64_t{a.contexts} * 64;
  if (a.act == Act::Churn) sum += saturated(step.count, 24) * 16 + saturated(a.callers, 17) * 16;
  if (const auto plan = unpack_plan(a.plan))
    sum += 1024 + plan->delay_us / 16 +
           256 * (plan->progress + 2 * plan->asks + plan->events + (plan->thread ? 1u : 0u) +
                  (plan->together ? 1u : 0u) + (plan->fail ? 1u : 0u) + (plan->hold ? 1u : 0u)) +
           16 * (plan->first + plan->event);
  else if (a.plan != 0)
    sum += 1u << 16;
  sum += 64 * a.way + a.us / 64 + (a.late ? 32 : 0) + std::bit_width(step.seed);
  return sum + saturated(a.number + a.context, 12);
}

std::uint64_t step_weight(const Step& step) {
  std::uint64_t sum = 0;
  switch (step.kind) {
    case Step::Kind::Call: sum = 1u << 16; break;
    case Step::Kind::Repeat: sum = 1u << 17; break;
    case Step::Kind::Cycle: sum = (1u << 20) + saturated(step.count, 24); break;
    case Step::Kind::Act: return action_weight(step);
    // More than any one call that it stands for.
    case Step::Kind::Bulk: sum = (1u << 30) + saturated(step.count, 24); break;
  }
  for (const Value& arg : step.args) sum += summed(value_weight(arg));
  return sum;
}

}  // namespace

std::uint64_t case_weight(const Case& c) {
  std::uint64_t script = 0;
  for (const Step& step : c.steps) script += step_weight(step);
  return schema_weight(c.schema) << kScriptBits | saturated(script, kScriptBits);
}

}  // namespace fficheck
